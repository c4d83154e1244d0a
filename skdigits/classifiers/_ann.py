"""`DigitANNClassifier`: the dense network."""

from functools import partial
from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skdigits import inference
from skdigits.classifiers._base import WEIGHTS, BaseNetworkClassifier, stream_seed
from skdigits.classifiers._mlp import mlp_classifier


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
    loss : {"sparse_categorical_crossentropy", "categorical_crossentropy"}, \
            default="sparse_categorical_crossentropy"
        The loss. Both take labels as they are; the second encodes them one-hot inside.
    label_smoothing : float, default=0.0
        Share of each target spread over all classes; needs `loss="categorical_crossentropy"`.
    optimizer : str, default="adam"
        "adadelta", "adagrad", "adam", "adamax", "adamw", "ftrl", "lion", "nadam", "rmsprop" or
        "sgd", with Keras' own settings.
    learning_rate : float, default=0.001
        The optimizer's learning rate.
    batch_size : int, default=32
        Rows a step; the last step of an epoch takes what is left.
    epochs : int, default=5
        Passes over the data of one `fit`.
    shuffle : bool, default=True
        Whether each epoch takes the rows in a new order.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, multiplied with `sample_weight`. "balanced" weighs each class
        inversely to its frequency.
    validation_fraction : float, default=0.0
        Share of the rows, stratified by class, that is not trained on but scored after each epoch.
    scale : {"pixels", None}, default=None
        "pixels" takes rows of 0-255 and divides them by 255: the same bits as a `PixelScaler`
        before it, and rows of uint8 are scaled block by block, so that no copy of them is made.
        None takes rows as they are.
    warm_start : bool, default=False
        Whether `fit` goes on from the last one, optimizer and random streams included.
    random_state : int, RandomState instance or None, default=None
        Seed of start weights, shuffling, dropout and validation split. With None a new seed comes
        from the operating system, so `np.random`'s global state is neither read nor changed;
        `seed_` tells which one it was.
    verbose : int, default=0
        0 prints nothing, TensorFlow's own log lines included; 1 prints a line an epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    n_features_in_ : int
        Number of features seen during `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during `fit`, where `X` had names that are all strings.
    coefs_ : list of ndarray, float32
        Weight matrix of each layer, of shape (n_inputs, n_outputs).
    intercepts_ : list of ndarray, float32
        Bias vector of each layer, of shape (n_outputs,).
    history_ : dict of list of float
        `loss` and `accuracy` of each epoch, weighted as the rows are and measured while training,
        and `val_loss` and `val_accuracy` where there are validation rows. `warm_start` and
        `partial_fit` append to it.
    loss_curve_ : list of float
        `history_["loss"]`.
    n_iter_ : int
        Number of epochs trained so far.
    seed_ : int
        The seed in use: `random_state=seed_` repeats the fit.
    architecture_ : dict
        The network's parameters as they were when training started.
    scale_ : {"pixels", None}
        `scale` as it was when training started.
    optimizer_state_ : dict
        The optimizer's name and, in `slots`, its variables: what going on needs.

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
    recognition". D. P. Kingma, J. Ba (2015), "Adam: a method for stochastic optimization".

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

    def __init__(
        self,
        hidden_layer_sizes=(128,),
        *,
        activation="relu",
        dropout=0.0,
        loss="sparse_categorical_crossentropy",
        label_smoothing=0.0,
        optimizer="adam",
        learning_rate=0.001,
        batch_size=32,
        epochs=5,
        shuffle=True,
        class_weight=None,
        validation_fraction=0.0,
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
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.class_weight = class_weight
        self.validation_fraction = validation_fraction
        self.scale = scale
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def to_sklearn(self):
        """Give scikit-learn's own dense network with the learned weights.

        Returns
        -------
        model : sklearn.neural_network.MLPClassifier
            Fitted, and with the same predictions but for rounding, for whatever reads one. With
            two classes it has one logistic output, as scikit-learn's have. The division by 255 of
            `scale="pixels"` is in its first weights. `partial_fit` trains it on, with an optimizer
            that starts anew.

        Raises
        ------
        ValueError
            If the activation is not one that `MLPClassifier` has: "linear", "relu", "sigmoid" or
            "tanh".
        """
        check_is_fitted(self)
        return mlp_classifier(self)

    def _architecture(self):
        sizes = self.hidden_layer_sizes
        sizes = [sizes] if isinstance(sizes, Integral) else list(sizes)
        if not all(_is_count(size) for size in sizes):
            raise ValueError(
                "hidden_layer_sizes takes whole numbers of at least 1, got "
                f"{self.hidden_layer_sizes!r}."
            )
        return {
            "hidden_layer_sizes": [int(size) for size in sizes],
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

    def _store(self, weights):
        self.coefs_ = weights[::2]
        self.intercepts_ = weights[1::2]

    def _logits(self, X):
        activation = self.architecture_["activation"]
        return inference.logits(X, self.coefs_, self.intercepts_, activation)


def _is_count(size):
    return isinstance(size, Integral) and not isinstance(size, bool) and size > 0
