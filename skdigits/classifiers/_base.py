"""What every network classifier shares: scikit-learn's methods, around a fit of `training`."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator
from contextlib import ExitStack
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from skdigits import inference, training
from skdigits._ground.callbacks import CallbackSupportMixin, EpochTasks, with_callbacks
from skdigits._ground.content import content_hash
from skdigits._ground.links import LinkedToDocs
from skdigits._ground.progress import progress
from skdigits._ground.runtime import start_tensorflow
from skdigits._ground.validation import checked_image_shape, is_ready
from skdigits.augmentation import Augmentation
from skdigits.classifiers._calibration import fit_temperature
from skdigits.classifiers._parts import ParamsOfParts
from skdigits.classifiers._planning import (
    compile_words,
    held_out_share,
    learned,
    optimizer_words,
    plan_of,
    refuse_diverged,
    refuse_optimizer_object,
    refuse_other_classes,
    refuse_to_go_on_otherwise,
    trains_in_parts,
    unchanged_on_error,
    without_parameters,
)
from skdigits.classifiers._rows import (
    DTYPES,
    READY,
    TrainingRows,
    as_passed_to_score,
    dense_parts,
    encode,
    refuse_columns,
    row_weights,
    same_labels,
    scaled,
    split,
    warn_if_not_bytes,
    warn_if_unscaled,
)
from skdigits.classifiers._schedules import SCHEDULES
from skdigits.classifiers._seeds import VALIDATION, draw_seed, stream_seed
from skdigits.errors import DataError, ParameterError
from skdigits.head import Head, head_of
from skdigits.persistence import saving
from skdigits.training import LOSSES, OPTIMIZERS, Scored


class BaseNetworkClassifier(
    ParamsOfParts, LinkedToDocs, CallbackSupportMixin, ClassifierMixin, BaseEstimator
):
    """What every network classifier shares: training from a plan, prediction from arrays.

    A subclass gives `_architecture` and `_network`; see CONTRIBUTING, "How to add a network". What
    a fitted estimator holds are plain values and arrays, never a Keras object.
    """

    _parameter_constraints = {  # noqa: RUF012
        "loss": [StrOptions(set(LOSSES))],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        "optimizer_params": [dict, None],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "learning_rate_schedule": [StrOptions(set(SCHEDULES))],
        "ema_decay": [Interval(Real, 0, 1, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "augment": [Augmentation, StrOptions({"digits"}), None],
        "image_shape": [tuple, list, None],
        "test_time_shift": [Interval(Integral, 0, None, closed="left")],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "scale": [StrOptions({"pixels"}), None],
        "validation_fraction": [Interval(Real, 0, 1, closed="left"), None],
        "early_stopping": ["boolean"],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "calibrate": ["boolean"],
        "keep_epochs": ["boolean"],
        "callbacks": [list, tuple, HasMethods("on_epoch_end"), None],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @without_parameters
    @with_callbacks
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The rows, best scaled to 0-1; trained in float32. With `scale="pixels"`, pixels 0-255;
            an array of uint8 (a `np.memmap` too) is then read block by block and never copied. A
            sparse matrix is made dense block by block.
        y : array-like of shape (n_samples,)
            Labels of any kind: whole numbers, strings, booleans.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, at least 0: a row of weight 2 counts as if it were there twice,
            one of weight 0 as if it were not there.
        X_val : array-like of shape (n_val, n_features), default=None
            Rows that are not trained on but scored after each epoch, in place of a part of `X`.
            They are taken as they are: a Pipeline transforms them as it does `X` with
            `transform_input=["X_val"]` and metadata routing.
        y_val : array-like of shape (n_val,), default=None
            Their labels, all among those of `y`.
        sample_weight_val : array-like of shape (n_val,), default=None
            Their weights.

        Returns
        -------
        self : object
            The fitted estimator. After an error the estimator is as it was before the call.

        Raises
        ------
        ValueError
            If the data is empty, holds NaN or infinity, has fewer than two classes or negative
            weights, or if a parameter is out of its range.

        KeyboardInterrupt
            If Ctrl-C is pressed. The estimator then has what the whole epochs of this fit have
            learned; in the first epoch, it is as it was before the call.

        Warns
        -----
        UserWarning
            If `X` looks like unscaled pixels, or `X_val` like rows scaled otherwise than `X`.
        """
        refuse_optimizer_object(self.optimizer)
        self._validate_params()
        tasks = EpochTasks(self, int(self.epochs))
        with unchanged_on_error(self):
            going_on = self.warm_start and hasattr(self, "history_")
            rows, labels = self._validate(X, y, reset=not going_on)
            if going_on:
                refuse_other_classes(labels, self.classes_)
            else:
                self._start(np.unique(labels))
            given = self._given(X_val, y_val, sample_weight_val)
            if self.scale is None:
                warn_if_unscaled(rows, given and given.X)
            data = self._training_rows(rows, labels, sample_weight, given)
            as_passed = (X, y, sample_weight), (X_val, y_val, sample_weight_val)
            tasks.start(
                lambda: as_passed_to_score(*as_passed, data.validation),
                lambda epoch: learned(self, epoch.state, epoch.history),
            )
            outcome = self._train(data, int(self.epochs), tasks)
        tasks.finish()
        self._raise_if_interrupted(outcome)
        return self

    @available_if(trains_in_parts)
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train one epoch on these rows, going on from where training stands.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
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
        AttributeError
            With parameters that need all rows at once: `early_stopping`, `calibrate`, a
            `learning_rate_schedule` other than "constant", or `class_weight="balanced"`.
        """
        with unchanged_on_error(self):
            refuse_optimizer_object(self.optimizer)
            self._validate_params()
            first = not hasattr(self, "history_")
            X, y = self._validate(X, y, reset=first)
            if first:
                self._start(self._first_classes(classes))
            elif classes is not None and not same_labels(np.unique(classes), self.classes_):
                raise ParameterError(
                    f"classes={np.unique(classes)} is not the same as in the first call to "
                    f"partial_fit or fit, {self.classes_}; leave classes out, or use a new "
                    "estimator."
                )
            outcome = self._train(self._training_rows(X, y, sample_weight, None), 1)
        self._raise_if_interrupted(outcome)
        return self

    @property
    def n_iter_(self):
        """Number of epochs trained so far."""
        return len(self.history_["loss"])

    @property
    def loss_curve_(self):
        """Training loss after each epoch."""
        return self.history_["loss"]

    @property
    def loss_(self):
        """Training loss of the last epoch."""
        return self.history_["loss"][-1]

    @property
    def best_loss_(self):
        """Lowest training loss of an epoch; None with early stopping, as in `MLPClassifier`."""
        return None if self.early_stopping else min(self.history_["loss"])

    @property
    def validation_scores_(self):
        """Accuracy on the validation rows after each epoch; None without such rows."""
        return self.history_.get("val_accuracy")

    @property
    def best_validation_score_(self):
        """Highest of `validation_scores_`; None without validation rows."""
        scores = self.validation_scores_
        return None if scores is None else float(np.nanmax(scores))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict the most probable class of each row.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels out of `classes_`, of the dtype of the labels in `fit`.
        """
        logits = self._validated_logits(X)
        return self.classes_[logits.argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        p : ndarray of shape (n_samples, n_classes), float32
            Probabilities in the order of `classes_`; each row sums to one.
        """
        return inference.probabilities(self._validated_logits(X))

    def stages(self) -> list[Self]:
        """Return what this estimator was after each epoch of training.

        Returns
        -------
        stages : list of estimator
            A fitted copy for each epoch, the first one's first. Training goes on from it with a
            new optimizer.

        Raises
        ------
        ValueError
            If the fit had no `keep_epochs=True`.
        """
        check_is_fitted(self)
        if len(self.epoch_weights_) < self.n_iter_:
            raise ParameterError(
                f"{type(self).__name__} has the weights of {len(self.epoch_weights_)} of its "
                f"{self.n_iter_} epochs; fit it with keep_epochs=True, save it with training state."
            )
        stages = []
        for n, weights in enumerate(self.epoch_weights_, start=1):
            learned = {
                **self._arrays(weights),
                "temperature_": self.epoch_temperatures_[n - 1],
                "epoch_weights_": self.epoch_weights_[:n],
                "epoch_temperatures_": self.epoch_temperatures_[:n],
                "history_": {name: values[:n] for name, values in self.history_.items()},
                "optimizer_state_": {**self.optimizer_state_, "slots": [], "weights": []},
            }
            stages.append(self._with(learned))
        return stages

    def staged_predict_proba(self, X: ArrayLike) -> Iterator[np.ndarray]:
        """Predict the probability of each class after each epoch of training.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The rows.

        Yields
        ------
        p : ndarray of shape (n_samples, n_classes), float32
            What `predict_proba` would return if training had ended with that epoch, without early
            stopping.

        Raises
        ------
        ValueError
            If the fit had no `keep_epochs=True`.
        """
        return (stage.predict_proba(X) for stage in self.stages())

    def staged_predict(self, X: ArrayLike) -> Iterator[np.ndarray]:
        """Predict the most probable class after each epoch of training.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The rows.

        Yields
        ------
        y : ndarray of shape (n_samples,)
            What `predict` would return if training had ended with that epoch.

        Raises
        ------
        ValueError
            If the fit had no `keep_epochs=True`.
        """
        return (stage.predict(X) for stage in self.stages())

    def predict_log_proba(self, X: ArrayLike) -> np.ndarray:
        """Predict the logarithm of each class's probability.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        log_p : ndarray of shape (n_samples, n_classes), float32
            Natural logarithms, in the order of `classes_`; finite also where the probability
            itself rounds to zero.
        """
        return inference.log_probabilities(self._validated_logits(X))

    def decision_function(self, X: ArrayLike) -> np.ndarray:
        """Compute the logits: the network's outputs before the softmax.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        scores : ndarray of shape (n_samples, n_classes) or (n_samples,), float32
            The logits in the order of `classes_`; with two classes, the second's minus the
            first's.
        """
        logits = self._validated_logits(X)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def to_keras(self) -> Any:
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
        from skdigits import export

        return export.keras_model(self._keras_network(), self._head(), **compile_words(self))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __setstate__(self, state):
        super().__setstate__(state)
        for name, parameter in inspect.signature(type(self)).parameters.items():
            vars(self).setdefault(name, parameter.default)  # a file from before it existed

    def __getstate__(self):
        state = super().__getstate__()
        state.pop("_untold", None)  # of this process
        wanted = saving()
        if wanted is not None:
            state = {k: v for k, v in state.items() if k != "_skl_callbacks"} | {"callbacks": None}
        if wanted is not None and not wanted.training_state and "optimizer_state_" in state:
            forgotten = {**self.optimizer_state_, "slots": [], "weights": []}
            epochs = {"epoch_weights_": [], "epoch_temperatures_": []}
            state = {**state, **epochs, "optimizer_state_": forgotten}
        return state

    # --- Training ---------------------------------------------------------------------------------

    def _validate(self, X, y, reset):
        refuse_columns(y)
        options = {"dtype": DTYPES[self.scale], "order": "C", "accept_sparse": "csr"}
        X, y = validate_data(self, X, y, reset=reset, **options)
        X = scaled(X, self.scale, warn=True)
        check_classification_targets(y)
        if self.test_time_shift:
            checked_image_shape(self.image_shape, X.shape[1])
        if self.label_smoothing and self.loss != "categorical_crossentropy":
            raise ParameterError(
                f"label_smoothing={self.label_smoothing} needs loss='categorical_crossentropy', "
                f"got loss={self.loss!r}."
            )
        return X, y

    def _given(self, X_val, y_val, sample_weight_val):
        """Return the user's own validation rows, or None."""
        if X_val is None and y_val is None and sample_weight_val is None:
            return None
        if X_val is None or y_val is None:
            raise DataError(
                f"X_val and y_val go together, got {'X_val' if X_val is None else 'y_val'}=None."
            )
        if self.validation_fraction:
            raise ParameterError(
                f"Both X_val and validation_fraction={self.validation_fraction} name validation "
                "rows; leave one of them out."
            )
        try:
            X_val, y_val = self._validate(X_val, y_val, reset=False)
        except ValueError as error:
            raise DataError(f"X_val, y_val: {error}") from error
        codes = encode(y_val, self.classes_, "y_val")
        weight = row_weights(X_val, codes, sample_weight_val, None, self.classes_)
        return Scored(X_val, codes, weight, np.arange(len(codes)))

    def _first_classes(self, classes):
        if classes is None:
            raise ParameterError(
                "classes must be passed on the first call to partial_fit: all labels that will "
                "ever come, such as np.unique(y)."
            )
        classes = np.unique(column_or_1d(classes))
        if len(classes) < 2:
            raise ParameterError(f"classes needs at least 2 labels, got {classes}.")
        return classes

    def _start(self, classes):
        """Forget what was learned, and draw the seed of all that follows."""
        self.classes_ = classes
        self.seed_ = draw_seed(self.random_state)
        self.architecture_ = self._architecture()
        self.scale_ = self.scale
        self.history_ = {}
        self.epoch_weights_, self.epoch_temperatures_ = [], []
        self.optimizer_state_ = {**optimizer_words(self), "slots": [], "weights": []}

    def _training_rows(self, X, y, sample_weight, given):
        """Return validated rows with codes and weights, split where a part is held out."""
        codes = encode(y, self.classes_)
        weight = row_weights(X, codes, sample_weight, self.class_weight, self.classes_)
        share = 0.0 if given else held_out_share(self)
        places, held_out = split(
            codes, weight, share, stream_seed(self.seed_, VALIDATION), self.classes_
        )
        if held_out is not None:
            given = Scored(X, codes, weight, held_out)
        return TrainingRows(X, codes, weight, places, given)

    def _train(self, data, epochs, *observers):
        """Train on these rows, remember what came of it, and return the outcome."""
        refuse_to_go_on_otherwise(self)
        start_tensorflow()  # networks are written in Keras' words
        with ExitStack() as stack:
            if self.verbose:
                done = len(self.history_.get("loss", []))
                shown = progress(self.verbose, type(self).__name__, done, epochs)
                observers = (*observers, stack.enter_context(shown))
            plan = plan_of(self, data, epochs, observers)
            outcome = training.fit(self._network(), data.X, data.codes, plan)
        refuse_diverged(self, outcome)
        vars(self).update(learned(self, outcome.state, outcome.history))
        self._remember(outcome)
        stages = [self, *(self._with(self._arrays(weights)) for weights in outcome.kept)]
        if self.calibrate:
            X, codes, weight = data.validation.taken()
            X = X.toarray() if issparse(X) else X
            head = self._head(on_ready_rows=True)
            for stage in stages:
                stage.temperature_ = fit_temperature(head.logits(stage._logits, X), codes, weight)
        self.epoch_weights_ = self.epoch_weights_ + outcome.kept
        temperatures = [stage.temperature_ for stage in stages[1:]]
        self.epoch_temperatures_ = self.epoch_temperatures_ + temperatures
        return outcome

    def _raise_if_interrupted(self, outcome):
        if outcome.ended == "interrupted":
            interrupt = KeyboardInterrupt()
            interrupt.add_note(
                f"{type(self).__name__} has what {self.n_iter_} whole epochs have taught it."
            )
            raise interrupt

    def _with(self, attributes):
        """Return a copy with other attributes; it shares the rest."""
        other = copy.copy(self)
        vars(other).update(attributes)
        return other

    # --- Predicting -------------------------------------------------------------------------------

    def _validated_logits(self, X):
        if not is_ready(self, X, READY[vars(self).get("scale_")]):
            check_is_fitted(self)
            options = {"dtype": DTYPES[self.scale_], "order": "C", "accept_sparse": "csr"}
            X = validate_data(self, X, reset=False, **options)
        if self.scale_ is not None:
            warn_if_not_bytes(X)
        head = self._head()
        if issparse(X):
            return np.concatenate([head.logits(self._logits, rows) for rows in dense_parts(X)])
        return head.logits(self._logits, X)

    def _head(self, on_ready_rows=False) -> Head:
        """Return how rows become logits; of rows that are scaled already, before calibration."""
        shape = None
        if self.test_time_shift:
            self._validate_params()  # it may have been set since the fit
            shape = checked_image_shape(self.image_shape, self.n_features_in_)
        return head_of(
            scale=None if on_ready_rows else self.scale_,
            image_shape=shape,
            shift=self.test_time_shift,
            temperature=1.0 if on_ready_rows else self.temperature_,
        )

    def _meta(self):
        return {"n_features_in_": self.n_features_in_, "n_classes_": len(self.classes_)}

    def _keras_network(self):
        """Return a new Keras model of the network alone, with the learned weights."""
        model = self._built()
        model.set_weights(self._weights())
        return model

    def _relu_outputs(self, X):
        """Return what each ReLU layer makes of rows, by layer name; units are the last axis."""
        start_tensorflow()
        options = {"dtype": DTYPES[self.scale_], "order": "C", "accept_sparse": "csr"}
        X = scaled(validate_data(self, X, reset=False, **options), self.scale_)
        X = X.toarray() if issparse(X) else X
        return training.relu_outputs(self._keras_network(), X)

    # --- What a subclass may do in another way ----------------------------------------------------

    def _weights(self):
        return self.weights_

    def _arrays(self, weights):
        return {"weights_": weights}

    def _built(self):
        """Return a new Keras model of the network alone, with start weights."""
        return self._network()(self._meta())

    def _logits(self, X):
        key = content_hash((type(self).__name__, self.architecture_, self._meta()))
        return training.logits(X, self._weights(), key, self._built)

    def _remember(self, outcome):
        """Keep what prediction needs of the network that was built."""

    def _network_trained(self):
        """Return the configuration of the network that was trained, where it may change."""
