"""`DigitANNClassifier`: the dense network."""

from functools import partial
from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skdigits import inference
from skdigits._ground.public import public
from skdigits.classifiers._base import BaseNetworkClassifier
from skdigits.classifiers._docs import documented
from skdigits.classifiers._layers import layer_sizes
from skdigits.classifiers._parts import with_params_of_parts
from skdigits.classifiers._seeds import WEIGHTS, stream_seed


@public()
@documented("Only `augment` asks for it.")
class DigitANNClassifier(BaseNetworkClassifier):
    """Dense neural network: 784-128-10 on digits, any number of features and classes elsewhere.

    ReLU layers and a softmax, trained by Keras through SciKeras and predicted in NumPy: a fitted
    estimator holds arrays, so it is unpickled and predicts without TensorFlow.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(128,)
        Units of each hidden layer; `()` leaves a linear model.
    activation : str, default="relu"
        Activation of the hidden layers: "elu", "gelu", "leaky_relu", "linear", "relu", "selu",
        "sigmoid", "silu", "softplus" or "tanh".
    dropout : float, default=0.0
        Share of each hidden layer's outputs dropped in training (Srivastava et al., 2014).
    $parameters

    Attributes
    ----------
    coefs_ : list of ndarray, float32
        Weight matrix of each layer, of shape (n_inputs, n_outputs).
    intercepts_ : list of ndarray, float32
        Bias vector of each layer, of shape (n_outputs,).
    $attributes

    See Also
    --------
    sklearn.neural_network.MLPClassifier : scikit-learn's own dense network.

    Notes
    -----
    The same seed gives the same bits on the same machine, also in joblib's workers, which have
    fewer threads. Fits in several threads of one process take turns where they share an
    architecture.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), "Gradient-based learning applied to document
    recognition".
    $references

    Examples
    --------
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.pipeline import make_pipeline
    >>> from skdigits import DigitANNClassifier, PixelScaler, load_sample_digits
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> model = make_pipeline(PixelScaler(), DigitANNClassifier(random_state=0))
    >>> model.fit(X_train, y_train).score(X_test, y_test) > 0.9
    True
    """

    _parameter_constraints = {  # noqa: RUF012
        **BaseNetworkClassifier._parameter_constraints,
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(inference.ACTIVATIONS))],
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }

    @with_params_of_parts
    def __init__(
        self,
        hidden_layer_sizes=(128,),
        *,
        activation="relu",
        dropout=0.0,
        loss="sparse_categorical_crossentropy",
        label_smoothing=0.0,
        optimizer="adam",
        optimizer_params=None,
        learning_rate=0.001,
        learning_rate_schedule="constant",
        ema_decay=0.0,
        batch_size=32,
        epochs=5,
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
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
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

    def to_sklearn(self):
        """Return scikit-learn's own dense network with the learned weights.

        Returns
        -------
        model : sklearn.neural_network.MLPClassifier
            Fitted, and with the same predictions but for rounding, for whatever reads one. With
            two classes it has one logistic output, as scikit-learn's have. The division by 255 of
            `scale="pixels"` is in its first weights, the temperature of `calibrate` in its last.
            `partial_fit` trains it on, with an optimizer that starts anew.

        Raises
        ------
        ExportError
            If the activation is not one that `MLPClassifier` has: "linear", "relu", "sigmoid" or
            "tanh"; or with `test_time_shift`.
        """
        check_is_fitted(self)
        from skdigits import export

        return export.mlp_classifier(self, self._head())

    def _architecture(self):
        return {
            "hidden_layer_sizes": layer_sizes(self.hidden_layer_sizes),
            "activation": self.activation,
            "dropout": float(self.dropout),
        }

    def _network(self):
        from skdigits.networks import dense_network

        seed = stream_seed(self.seed_, WEIGHTS)
        return partial(dense_network, seed=seed, **self.architecture_)

    def _weights(self):
        pairs = zip(self.coefs_, self.intercepts_, strict=True)
        return [array for pair in pairs for array in pair]

    def _arrays(self, weights):
        return {"coefs_": weights[::2], "intercepts_": weights[1::2]}

    def _logits(self, X):
        activation = self.architecture_["activation"]
        return inference.logits(X, self.coefs_, self.intercepts_, activation)
