"""`DigitCNNClassifier`: the convolutional network."""

from functools import partial
from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions

from skdigits import inference
from skdigits._ground.public import public
from skdigits._ground.validation import checked_image_shape
from skdigits.classifiers._base import BaseNetworkClassifier
from skdigits.classifiers._docs import documented
from skdigits.classifiers._layers import convolutions, layer_sizes
from skdigits.classifiers._parts import with_params_of_parts
from skdigits.classifiers._seeds import WEIGHTS, stream_seed


@public()
@documented("The convolutions see a row so.")
class DigitCNNClassifier(BaseNetworkClassifier):
    """Convolutional neural network: 65,000 weights on digits, any images and classes elsewhere.

    Convolutions with batch normalization, and a softmax; trained by Keras through SciKeras. A
    fitted estimator holds arrays, and TensorFlow predicts from them in one traced program.

    Parameters
    ----------
    conv_layers : sequence of (int, int, int), \
            default=((16, 5, 2), (32, 3, 1), (32, 3, 2), (64, 3, 1))
        Filters, side of the kernel and stride of each convolution; a stride of 2 halves height and
        width. The edges are padded with 0.
    hidden_layer_sizes : int or sequence of int, default=()
        Units of each dense layer between the convolutions and the classes.
    activation : str, default="relu"
        Activation of every layer but the last: "elu", "gelu", "leaky_relu", "linear", "relu",
        "selu", "sigmoid", "silu", "softplus" or "tanh".
    batch_norm : bool, default=True
        Whether batch normalization (Ioffe and Szegedy, 2015) follows each convolution.
    dropout : float, default=0.3
        Share of the inputs of each dense layer, the classes' own too, dropped in training.
    $parameters

    Attributes
    ----------
    weights_ : list of ndarray, float32
        The network's weights, in the order of `to_keras().get_weights()`.
    $attributes

    See Also
    --------
    DigitANNClassifier : The dense network, which trains faster and predicts without TensorFlow.
    DigitNetworkClassifier : Any network, as a function of your own.

    Notes
    -----
    The same seed gives the same bits on the same machine with the same number of threads: how
    TensorFlow adds up a convolution's gradients depends on it, and joblib's workers have fewer.
    Batch normalization takes the moments of a batch by the rows' weights.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), "Gradient-based learning applied to document
    recognition". S. Ioffe, C. Szegedy (2015), "Batch normalization: accelerating deep network
    training by reducing internal covariate shift".
    $references

    Examples
    --------
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.pipeline import make_pipeline
    >>> from skdigits import DigitCNNClassifier, PixelScaler, load_sample_digits
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> model = make_pipeline(PixelScaler(), DigitCNNClassifier(random_state=0))
    >>> model.fit(X_train, y_train).score(X_test, y_test) > 0.95
    True
    """

    _parameter_constraints = {  # noqa: RUF012
        **BaseNetworkClassifier._parameter_constraints,
        "conv_layers": ["array-like"],
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(inference.ACTIVATIONS))],
        "batch_norm": ["boolean"],
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }

    @with_params_of_parts
    def __init__(
        self,
        conv_layers=((16, 5, 2), (32, 3, 1), (32, 3, 2), (64, 3, 1)),
        *,
        hidden_layer_sizes=(),
        activation="relu",
        batch_norm=True,
        dropout=0.3,
        loss="sparse_categorical_crossentropy",
        label_smoothing=0.0,
        optimizer="adam",
        optimizer_params=None,
        learning_rate=0.002,
        learning_rate_schedule="constant",
        ema_decay=0.998,
        batch_size=64,
        epochs=8,
        shuffle=True,
        augment=None,
        image_shape=None,
        test_time_shift=0,
        class_weight=None,
        validation_fraction=None,
        early_stopping=False,
        patience=5,
        tol=1e-4,
        calibrate=False,
        keep_epochs=False,
        callbacks=None,
        scale=None,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.conv_layers = conv_layers
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.batch_norm = batch_norm
        self.dropout = dropout
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.optimizer = optimizer
        self.optimizer_params = optimizer_params
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.ema_decay = ema_decay
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.augment = augment
        self.image_shape = image_shape
        self.test_time_shift = test_time_shift
        self.class_weight = class_weight
        self.validation_fraction = validation_fraction
        self.early_stopping = early_stopping
        self.patience = patience
        self.tol = tol
        self.calibrate = calibrate
        self.keep_epochs = keep_epochs
        self.callbacks = callbacks
        self.scale = scale
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def _architecture(self):
        return {
            "image_shape": list(checked_image_shape(self.image_shape, self.n_features_in_)),
            "conv_layers": convolutions(self.conv_layers),
            "hidden_layer_sizes": layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "batch_norm": bool(self.batch_norm),
            "dropout": float(self.dropout),
        }

    def _network(self):
        from skdigits.networks import conv_network

        return partial(conv_network, seed=stream_seed(self.seed_, WEIGHTS), **self.architecture_)
