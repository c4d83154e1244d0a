"""scikit-learn's side of the networks: the shared base and `DigitANNClassifier`."""

import sys
from contextlib import contextmanager
from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from skdigits import inference
from skdigits.runtime import start_tensorflow

# Purposes of the random streams: each is drawn from (seed, purpose, epoch, ...), never from how
# many epochs are to come, so that five `partial_fit` calls are `fit` with five epochs.
_WEIGHTS, _SHUFFLE, _DROPOUT, _VALIDATION = range(4)

_LOSSES = {"sparse_categorical_crossentropy", "categorical_crossentropy"}
_OPTIMIZERS = {
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "ftrl",
    "lion",
    "nadam",
    "rmsprop",
    "sgd",
}


class BaseNetworkClassifier(ClassifierMixin, BaseEstimator):
    """What every network classifier shares: validation, training through SciKeras, prediction.

    A subclass gives `_architecture`, `_network`, `_weights`, `_store` and `decision_function`'s
    `_logits`; see CONTRIBUTING, "How to add a network". What a fitted estimator holds are plain
    values and arrays, never a Keras object.
    """

    _parameter_constraints = {  # noqa: RUF012
        "loss": [StrOptions(_LOSSES)],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "optimizer": [StrOptions(_OPTIMIZERS)],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def fit(self, X, y, sample_weight=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, best scaled to 0-1; trained in float32.
        y : array-like of shape (n_samples,)
            Labels of any kind: whole numbers, strings, booleans.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, at least 0: a row of weight 2 counts as if it were there twice,
            one of weight 0 as if it were not there.

        Returns
        -------
        self : object
            The fitted estimator. After an error the estimator is as it was before the call.

        Raises
        ------
        ValueError
            If the data is empty, holds NaN or infinity, has fewer than two classes or negative
            weights, or if a parameter is out of its range.
        """
        with _unchanged_on_error(self):
            self._validate_params()
            going_on = self.warm_start and hasattr(self, "history_")
            X, y = self._validate(X, y, reset=not going_on)
            if not going_on:
                classes = np.unique(y)
                if len(classes) < 2:
                    raise ValueError(
                        f"{type(self).__name__} needs at least 2 classes, got one class: "
                        f"{classes[0]!r}; check y."
                    )
                self._start(classes)
            self._train(X, y, sample_weight, self.epochs)
        return self

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train one epoch on these rows, going on from where training stands.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,)
            Their labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come. Needed in the first call only.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, as in `fit`.

        Returns
        -------
        self : object
            The fitted estimator. After an error the estimator is as it was before the call.

        Raises
        ------
        ValueError
            If the first call has no `classes`, a later one has other classes, `y` has a label
            that is not among them, or for the reasons of `fit`.
        """
        with _unchanged_on_error(self):
            self._validate_params()
            if self.class_weight == "balanced":
                raise ValueError(
                    "class_weight='balanced' needs all labels at once, and partial_fit sees them "
                    "in parts; pass the weights as a dict, class_weight={label: weight}."
                )
            first = not hasattr(self, "history_")
            X, y = self._validate(X, y, reset=first)
            if first:
                self._start(self._first_classes(classes))
            elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
                raise ValueError(
                    f"classes={np.unique(classes)} is not the same as in the first call to "
                    f"partial_fit or fit, {self.classes_}; leave classes out, or use a new "
                    "estimator."
                )
            self._train(X, y, sample_weight, 1)
        return self

    def predict(self, X):
        """Predict the most probable class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels out of `classes_`, of the dtype of the labels in `fit`.
        """
        return self.classes_[self._validated_logits(X).argmax(axis=1)]

    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        p : ndarray of shape (n_samples, n_classes), float32
            Probabilities in the order of `classes_`; each row sums to one.
        """
        return inference.probabilities(self._validated_logits(X))

    def predict_log_proba(self, X):
        """Predict the logarithm of each class's probability.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        log_p : ndarray of shape (n_samples, n_classes), float32
            Natural logarithms, in the order of `classes_`; finite also where the probability
            itself rounds to zero.
        """
        return inference.log_probabilities(self._validated_logits(X))

    def decision_function(self, X):
        """Compute the logits: the network's outputs before the softmax.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        scores : ndarray of shape (n_samples, n_classes) or (n_samples,), float32
            The logits in the order of `classes_`; with two classes, the second's minus the
            first's.
        """
        logits = self._validated_logits(X)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def to_keras(self):
        """Build the Keras model with the learned weights.

        Returns
        -------
        model : keras.Model
            Compiled with the estimator's loss, optimizer (its state starts anew) and accuracy.
            It maps float32 rows to class probabilities and is the caller's own: training it
            changes nothing here.
        """
        check_is_fitted(self)
        start_tensorflow()
        from skdigits import training

        meta = {"n_features_in_": self.n_features_in_, "n_classes_": len(self.classes_)}
        model = self._network()(meta)
        model.set_weights(self._weights())
        model.compile(metrics=["accuracy"], **training.compile_options(self))
        return model

    @property
    def n_iter_(self):
        """Number of epochs trained so far."""
        return len(self.history_["loss"])

    @property
    def loss_curve_(self):
        """Training loss after each epoch."""
        return self.history_["loss"]

    def _validated_logits(self, X):
        check_is_fitted(self)
        return self._logits(validate_data(self, X, reset=False, dtype=np.float32, order="C"))

    def _validate(self, X, y, reset):
        X, y = validate_data(self, X, y, reset=reset, dtype=np.float32, order="C")
        check_classification_targets(y)
        if self.label_smoothing and self.loss != "categorical_crossentropy":
            raise ValueError(
                f"label_smoothing={self.label_smoothing} needs loss='categorical_crossentropy', "
                f"got loss={self.loss!r}."
            )
        return X, y

    def _first_classes(self, classes):
        if classes is None:
            raise ValueError(
                "classes must be passed on the first call to partial_fit: all labels that will "
                "ever come, such as np.unique(y)."
            )
        classes = np.unique(column_or_1d(classes))
        if len(classes) < 2:
            raise ValueError(f"classes needs at least 2 labels, got {classes}.")
        return classes

    def _start(self, classes):
        """Forget what was learned, and draw the seed of all that follows."""
        self.classes_ = classes
        self.seed_ = _draw_seed(self.random_state)
        self.architecture_ = self._architecture()
        self.history_ = {}
        self.optimizer_state_ = {"optimizer": self.optimizer, "slots": []}

    def _train(self, X, y, sample_weight, epochs):
        """Train on validated rows: encode, weigh, split, and hand over to SciKeras."""
        codes = self._encode(y)
        weight = self._row_weights(X, codes, sample_weight)
        first_epoch = len(self.history_.get("loss", []))
        if first_epoch and self.architecture_ != self._architecture():
            raise ValueError(
                f"Training cannot go on with another network: it was {self.architecture_}, got "
                f"{self._architecture()}; set the parameters back, or fit with warm_start=False."
            )
        X, codes, weight, validation = self._split(X, codes, weight)
        from_here = self.optimizer_state_["optimizer"] == self.optimizer
        slots = self.optimizer_state_["slots"] if from_here else []
        plan_options = {
            "epochs": epochs,
            "first_epoch": first_epoch,
            "batch_size": self.batch_size,
            "shuffle": self._shuffled if self.shuffle else None,
            "dropout_seed": lambda epoch, layer: _stream_seed(self.seed_, _DROPOUT, epoch, layer),
            "sample_weight": weight,
            "validation": validation,
            "on_epoch": partial(_print_epoch, first_epoch + epochs) if self.verbose else None,
        }
        state, history = self._fit_with_scikeras(X, codes, slots, first_epoch, plan_options)
        self._store(state.weights)
        self.optimizer_state_ = {"optimizer": self.optimizer, "slots": state.slots}
        names = self.history_.keys() | history.keys()
        self.history_ = {
            name: self.history_.get(name, [np.nan] * first_epoch)
            + history.get(name, [np.nan] * epochs)
            for name in sorted(names)
        }

    def _fit_with_scikeras(self, X, codes, slots, first_epoch, plan_options):
        """Fit through SciKeras: the one method that talks to it."""
        start_tensorflow()
        from scikeras.wrappers import KerasClassifier

        from skdigits import training

        wrapper = KerasClassifier(
            model=partial(training.trainable, network=self._network()),
            **training.compile_options(self),
        )
        state = training.State(self._weights(), slots) if first_epoch else None
        plan = training.Plan(state=state, **plan_options)
        # `fit` would learn the classes from these rows, where one may be missing.
        wrapper.partial_fit(X, codes, classes=np.arange(len(self.classes_)), plan=plan)
        return wrapper.model_.state, wrapper.history_

    def _encode(self, y):
        """Map labels to their places in `classes_`."""
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                f"y has labels that are not in classes: {unknown}; known are {self.classes_}."
            )
        return np.searchsorted(self.classes_, y)

    def _row_weights(self, X, codes, sample_weight):
        """Multiply sample weights by class weights; None where every row counts the same."""
        if sample_weight is None and self.class_weight is None:
            return None
        weight = _check_sample_weight(
            sample_weight, X, dtype=np.float64, copy=True, ensure_non_negative=True
        )
        if not weight.any():
            raise ValueError("All sample weights are 0: there is no row to learn from.")
        if self.class_weight is not None:
            present = np.unique(codes)
            class_weight = np.ones(len(self.classes_))
            class_weight[present] = compute_class_weight(
                self.class_weight,
                classes=self.classes_[present],
                y=self.classes_[codes],
                sample_weight=weight,
            )
            weight *= class_weight[codes]
        return weight.astype(np.float32)

    def _split(self, X, codes, weight):
        """Leave out rows of weight 0, then set the validation rows aside."""
        if weight is not None and not weight.all():
            kept = np.flatnonzero(weight)
            X, codes, weight = X[kept], codes[kept], weight[kept]
        if not self.validation_fraction:
            return X, codes, weight, None
        try:
            train, held_out = train_test_split(
                np.arange(len(X)),
                test_size=self.validation_fraction,
                random_state=_stream_seed(self.seed_, _VALIDATION),
                stratify=codes,
            )
        except ValueError as error:
            raise ValueError(
                f"validation_fraction={self.validation_fraction} cannot split these {len(X)} "
                f"rows of {len(np.unique(codes))} classes: {error} Give more rows or set "
                "validation_fraction=0."
            ) from error

        def part(rows):
            return X[rows], codes[rows], None if weight is None else weight[rows]

        return *part(train), part(held_out)

    def _shuffled(self, epoch, n_rows):
        return np.random.default_rng([self.seed_, _SHUFFLE, epoch]).permutation(n_rows)


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
    optimizer_state_ : dict
        The optimizer's name and, in `slots`, its variables: what going on needs.

    See Also
    --------
    sklearn.neural_network.MLPClassifier : scikit-learn's own dense network.

    Notes
    -----
    The same seed gives the same bits on the same machine with the same thread setting. Fits in
    several threads of one process take turns where they share an architecture.

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
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def _architecture(self):
        sizes = np.atleast_1d(self.hidden_layer_sizes).tolist()
        if not all(isinstance(size, int) and size > 0 for size in sizes):
            raise ValueError(
                "hidden_layer_sizes takes whole numbers of at least 1, got "
                f"{self.hidden_layer_sizes!r}."
            )
        return {
            "hidden_layer_sizes": sizes,
            "activation": self.activation,
            "dropout": float(self.dropout),
        }

    def _network(self):
        from skdigits.networks import dense_network

        seed = _stream_seed(self.seed_, _WEIGHTS)
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


@contextmanager
def _unchanged_on_error(estimator):
    """Put the estimator's attributes back where a fit fails: nothing learned before is lost."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


def _draw_seed(random_state):
    if random_state is None:
        return int(np.random.default_rng().integers(2**31))
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def _stream_seed(*key):
    return int(np.random.default_rng(key).integers(2**31))


def _print_epoch(last, epoch, logs):
    words = [f"{name} {value:.4f}" for name, value in logs.items()]
    print(f"epoch {epoch + 1}/{last}", *words, sep="  ", file=sys.stdout, flush=True)  # noqa: T201
