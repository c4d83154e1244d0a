"""What every network classifier shares: validation, training through SciKeras, prediction."""

import json
import sys
from contextlib import contextmanager
from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from skdigits import inference
from skdigits.augmentation import Augmentation
from skdigits.classifiers._learning import (
    SCHEDULES,
    distortions,
    held_out_share,
    refuse_in_parts,
)
from skdigits.classifiers._rows import DTYPES, READY, encode, row_weights, scaled, split
from skdigits.classifiers._temperature import fit_temperature
from skdigits.persistence import training_state_wanted
from skdigits.runtime import start_tensorflow
from skdigits.validation import is_ready

# Purposes of the random streams: each is drawn from (seed, purpose, epoch, ...), never from how
# many epochs are to come, so that five `partial_fit` calls are `fit` with five epochs.
WEIGHTS, _SHUFFLE, _DROPOUT, _VALIDATION, _DISTORTION = range(5)

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

    A subclass gives `_architecture` and `_network`; see CONTRIBUTING, "How to add a network". What
    a fitted estimator holds are plain values and arrays, never a Keras object.
    """

    _parameter_constraints = {  # noqa: RUF012
        "loss": [StrOptions(_LOSSES)],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "optimizer": [StrOptions(_OPTIMIZERS)],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "learning_rate_schedule": [StrOptions(set(SCHEDULES))],
        "ema_decay": [Interval(Real, 0, 1, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "augment": [Augmentation, StrOptions({"digits"}), None],
        "image_shape": [tuple, list, None],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "scale": [StrOptions({"pixels"}), None],
        "validation_fraction": [Interval(Real, 0, 1, closed="left"), None],
        "early_stopping": ["boolean"],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "calibrate": ["boolean"],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def fit(self, X, y, sample_weight=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, best scaled to 0-1; trained in float32. With `scale="pixels"`, pixels 0-255;
            an array of uint8 (a `np.memmap` too) is then read block by block and never copied.
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
                        f"{classes.tolist()[0]!r}; check y."
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
            refuse_in_parts(self)
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
        logits = self._validated_logits(X)
        return self.classes_[logits.argmax(axis=1)]

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
            It maps rows as this estimator takes them to class probabilities and is the caller's
            own: training it changes nothing here.
        """
        check_is_fitted(self)
        start_tensorflow()
        from skdigits import training

        meta = {"n_features_in_": self.n_features_in_, "n_classes_": len(self.classes_)}
        model = training.in_float32(self._network()(meta))
        model.set_weights(self._weights())
        if self.temperature_ != 1:
            model = training.with_temperature(model, self.temperature_)
        if self.scale_:
            model = training.on_pixels(model)
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

    def __getstate__(self):
        state = super().__getstate__()
        if "optimizer_state_" in state and not training_state_wanted():
            forgotten = {**self.optimizer_state_, "slots": [], "weights": []}
            state = {**state, "optimizer_state_": forgotten}
        return state

    def _validated_logits(self, X):
        if not is_ready(self, X, READY[vars(self).get("scale_")]):
            check_is_fitted(self)
            X = validate_data(self, X, reset=False, dtype=DTYPES[self.scale_], order="C")
        logits = self._logits(scaled(X, self.scale_))
        return logits if self.temperature_ == 1 else logits / np.float32(self.temperature_)

    # A network whose state is no more than Keras' list of weights needs nothing else.

    def _weights(self):
        return self.weights_

    def _store(self, weights):
        self.weights_ = weights

    def _logits(self, X):
        start_tensorflow()
        from skdigits import training

        meta = {"n_features_in_": self.n_features_in_, "n_classes_": len(self.classes_)}
        key = (*meta.values(), *self._network_key())
        return training.logits(X, self._weights(), key, partial(self._network(), meta))

    def _network_key(self):
        return type(self).__name__, json.dumps(self.architecture_, sort_keys=True, default=repr)

    def _validate(self, X, y, reset):
        X, y = validate_data(self, X, y, reset=reset, dtype=DTYPES[self.scale], order="C")
        X = scaled(X, self.scale, warn=True)
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
        self.scale_ = self.scale
        self.history_ = {}
        self.optimizer_state_ = {"optimizer": self.optimizer, "slots": [], "weights": []}

    def _train(self, X, y, sample_weight, epochs):
        """Train on validated rows: encode, weigh, split, and hand over to SciKeras."""
        codes = encode(y, self.classes_)
        weight = row_weights(X, codes, sample_weight, self.class_weight, self.classes_)
        first_epoch = len(self.history_.get("loss", []))
        if first_epoch and self.architecture_ != self._architecture():
            raise ValueError(
                f"Training cannot go on with another network: it was {self.architecture_}, got "
                f"{self._architecture()}; set the parameters back, or fit with warm_start=False."
            )
        rows, validation = split(
            codes, weight, held_out_share(self), stream_seed(self.seed_, _VALIDATION)
        )
        if self.scale_ != self.scale:
            raise ValueError(
                f"Training cannot go on with rows of another scale: it was scale={self.scale_!r}, "
                f"got {self.scale!r}; set it back, or fit with warm_start=False."
            )
        plan_options = {
            "epochs": epochs,
            "first_epoch": first_epoch,
            "batch_size": int(self.batch_size),
            "shuffle": self._shuffled if self.shuffle else None,
            "dropout_seed": lambda epoch, layer: stream_seed(self.seed_, _DROPOUT, epoch, layer),
            "sample_weight": weight,
            "rows": rows,
            "validation": validation,
            "augment": distortions(self, (self.seed_, _DISTORTION)),
            "schedule": SCHEDULES[self.learning_rate_schedule],
            "ema_decay": float(self.ema_decay),
            "patience": int(self.patience) if self.early_stopping else None,
            "on_epoch": partial(_print_epoch, first_epoch + epochs) if self.verbose else None,
        }
        state, history = self._fit_with_scikeras(X, codes, first_epoch, plan_options)
        if not all(np.isfinite(array).all() for array in state.weights):
            raise ValueError(
                f"Training diverged: the weights are no longer finite after {epochs} epochs with "
                f"learning_rate={self.learning_rate}; lower it, or scale X (PixelScaler)."
            )
        self._store(state.averages or state.weights)
        self.optimizer_state_ = {
            "optimizer": self.optimizer,
            "slots": state.slots,
            "weights": state.weights if state.averages else [],
        }
        self.temperature_ = 1.0
        if self.calibrate:
            logits = self._logits(X[validation])
            held_out = None if weight is None else weight[validation]
            self.temperature_ = fit_temperature(logits, codes[validation], held_out)
        names = self.history_.keys() | history.keys()
        self.history_ = {
            name: self.history_.get(name, [np.nan] * first_epoch)
            + history.get(name, [np.nan] * len(history["loss"]))
            for name in sorted(names)
        }

    def _fit_with_scikeras(self, X, codes, first_epoch, plan_options):
        """Fit through SciKeras: the one method that talks to it."""
        start_tensorflow()
        from scikeras.wrappers import KerasClassifier

        from skdigits import training

        wrapper = KerasClassifier(
            model=partial(training.trainable, network=self._network()),
            **training.compile_options(self),
        )
        state = training.State(*self._going_on()) if first_epoch else None
        plan = training.Plan(state=state, **plan_options)
        # SciKeras encodes with transformers of its own, and they obey a global `set_output`. That
        # the rows are finite was checked, and it would check twice more.
        with config_context(transform_output="default", assume_finite=True):
            # `fit` would learn the classes from these rows, where one may be missing.
            wrapper.partial_fit(X, codes, classes=np.arange(len(self.classes_)), plan=plan)
        return wrapper.model_.state, wrapper.history_

    def _going_on(self):
        """Give the weights, optimizer's variables and averages that training goes on with."""
        known = self.optimizer_state_
        slots = known["slots"] if known["optimizer"] == self.optimizer else []
        if known["weights"]:
            return known["weights"], slots, self._weights()
        return self._weights(), slots

    def _shuffled(self, epoch, n_rows):
        return np.random.default_rng([self.seed_, _SHUFFLE, epoch]).permutation(n_rows)


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


def stream_seed(*key):
    return int(np.random.default_rng(key).integers(2**31))


def _print_epoch(last, epoch, logs):
    words = [f"{name} {value:.4f}" for name, value in logs.items()]
    print(f"epoch {epoch + 1}/{last}", *words, sep="  ", file=sys.stdout, flush=True)  # noqa: T201
