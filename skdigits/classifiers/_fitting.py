"""How every network classifier learns: data validated, epochs trained through SciKeras."""

import copy
import warnings
from contextlib import ExitStack
from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d, validate_data

from skdigits._ground.callbacks import CallbackSupportMixin, EpochTasks, with_callbacks
from skdigits._ground.links import LinkedToDocs
from skdigits._ground.progress import EpochLines, ProgressLine
from skdigits._ground.runtime import start_tensorflow
from skdigits._ground.validation import checked_image_shape
from skdigits.augmentation import Augmentation
from skdigits.classifiers._learning import (
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    EpochRecord,
    distortions,
    held_out_share,
    refuse_in_parts,
    unchanged_on_error,
)
from skdigits.classifiers._rows import (
    DTYPES,
    Scored,
    as_passed_to_score,
    encode,
    row_weights,
    scaled,
    split,
    warn_if_unscaled,
)
from skdigits.classifiers._seeds import (
    DISTORTION,
    DROPOUT,
    SHUFFLE,
    VALIDATION,
    draw_seed,
    stream_seed,
)
from skdigits.classifiers._temperature import fit_temperature
from skdigits.interruption import fit_is_part_of_more


class FittedByEpochs(LinkedToDocs, CallbackSupportMixin, BaseEstimator):
    """The learning half of a network classifier."""

    _parameter_constraints = {  # noqa: RUF012
        "loss": [StrOptions(LOSSES)],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "optimizer": [StrOptions(OPTIMIZERS)],
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
        "calibrate": ["boolean"],
        "keep_epochs": ["boolean"],
        "callbacks": [list, tuple, None],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @with_callbacks
    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None):
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

        Warns
        -----
        UserWarning
            If `X` looks like pixels that nobody scaled, or `X_val` like rows scaled otherwise than
            `X`; and if Ctrl-C ended the training, which keeps what whole epochs have learned. In
            the first epoch, and where the fit is part of a search, an ensemble, a comparison, ...,
            Ctrl-C raises KeyboardInterrupt.
        """
        self._validate_params()
        tasks = EpochTasks(self, int(self.epochs))
        with unchanged_on_error(self):
            going_on = self.warm_start and hasattr(self, "history_")
            rows, labels = self._validate(X, y, reset=not going_on)
            if not going_on:
                classes = np.unique(labels)
                if len(classes) < 2:
                    raise ValueError(
                        f"{type(self).__name__} needs at least 2 classes, got one class: "
                        f"{classes.tolist()[0]!r}; check y."
                    )
                self._start(classes)
            given = self._given(X_val, y_val, sample_weight_val)
            if self.scale is None:
                warn_if_unscaled(rows, given and given.X)
            interrupted = self._train(
                rows,
                labels,
                sample_weight,
                int(self.epochs),
                given=given,
                tasks=tasks,
                as_passed=((X, y, sample_weight), (X_val, y_val, sample_weight_val)),
            )
        tasks.finish()
        if interrupted:
            warnings.warn(
                f"Training was interrupted; {type(self).__name__} has what {self.n_iter_} whole "
                "epochs have taught it.",
                stacklevel=3,
            )
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
        with unchanged_on_error(self):
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

    @property
    def n_iter_(self):
        """Number of epochs trained so far."""
        return len(self.history_["loss"])

    @property
    def loss_curve_(self):
        """Training loss after each epoch."""
        return self.history_["loss"]

    def _validate(self, X, y, reset):
        X, y = validate_data(self, X, y, reset=reset, dtype=DTYPES[self.scale], order="C")
        X = scaled(X, self.scale, warn=True)
        check_classification_targets(y)
        if self.test_time_shift:
            checked_image_shape(self.image_shape, X.shape[1])
        if self.label_smoothing and self.loss != "categorical_crossentropy":
            raise ValueError(
                f"label_smoothing={self.label_smoothing} needs loss='categorical_crossentropy', "
                f"got loss={self.loss!r}."
            )
        return X, y

    def _given(self, X_val, y_val, sample_weight_val):
        """Give the user's own validation rows, or None."""
        if X_val is None and y_val is None and sample_weight_val is None:
            return None
        if X_val is None or y_val is None:
            raise ValueError(
                f"X_val and y_val go together, got {'X_val' if X_val is None else 'y_val'}=None."
            )
        if self.validation_fraction:
            raise ValueError(
                f"Both X_val and validation_fraction={self.validation_fraction} name validation "
                "rows; leave one of them out."
            )
        try:
            X_val, y_val = self._validate(X_val, y_val, reset=False)
        except ValueError as error:
            raise ValueError(f"X_val, y_val: {error}") from error
        codes = encode(y_val, self.classes_, "y_val")
        weight = row_weights(X_val, codes, sample_weight_val, None, self.classes_)
        return Scored(X_val, codes, weight, np.arange(len(codes)))

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
        self.seed_ = draw_seed(self.random_state)
        self.architecture_ = self._architecture()
        self.scale_ = self.scale
        self.history_ = {}
        self.epoch_weights_, self.epoch_temperatures_ = [], []
        self.optimizer_state_ = {"optimizer": self.optimizer, "slots": [], "weights": []}

    def _train(self, X, y, sample_weight, epochs, given=None, tasks=None, as_passed=None):
        """Train on validated rows; tell whether that was interrupted.

        `given` are validation rows of the user's own. `tasks` is told of the fit; what it may ask
        for are the rows `as_passed`, to train and to validate on.
        """
        codes = encode(y, self.classes_)
        weight = row_weights(X, codes, sample_weight, self.class_weight, self.classes_)
        self._refuse_to_go_on_otherwise()
        places, validation = self._split(X, codes, weight, given)
        first_epoch = len(self.history_.get("loss", []))
        record = EpochRecord(self.keep_epochs)
        observers = [record]
        if tasks is not None:
            tasks.start(
                lambda: as_passed_to_score(*as_passed, validation),
                lambda epoch: self._learned(epoch.state, record.history()),
            )
            observers.append(tasks)
        with ExitStack() as stack:
            if self.verbose:
                show = ProgressLine if self.verbose == 1 else EpochLines
                shown = show(type(self).__name__, first_epoch, epochs)
                observers.append(stack.enter_context(shown))
            state, history, interrupted = self._fit_with_scikeras(
                X,
                codes,
                epochs=epochs,
                first_epoch=first_epoch,
                sample_weight=weight,
                rows=places,
                validation=validation,
                observers=tuple(observers),
            )
        if interrupted and fit_is_part_of_more():
            raise KeyboardInterrupt
        if not all(np.isfinite(array).all() for array in state.weights):
            raise ValueError(
                f"Training diverged: the weights are no longer finite after {epochs} epochs with "
                f"learning_rate={self.learning_rate}; lower it, or scale X (PixelScaler)."
            )
        vars(self).update(self._learned(state, history))
        stages = [self, *(self._with(self._arrays(weights)) for weights in record.weights)]
        if self.calibrate:
            X, codes, weight = validation.taken()
            for stage in stages:
                stage.temperature_ = fit_temperature(stage._mean_logits(X), codes, weight)
        self.epoch_weights_ = self.epoch_weights_ + record.weights
        temperatures = [stage.temperature_ for stage in stages[1:]]
        self.epoch_temperatures_ = self.epoch_temperatures_ + temperatures
        return interrupted

    def _learned(self, state, history):
        """Give the attributes that a state of training amounts to."""
        n_before = len(self.history_.get("loss", []))
        names = sorted(self.history_.keys() | history.keys())
        unknown = [np.nan] * len(history["loss"])
        return {
            **self._arrays(state.predicting),
            "temperature_": 1.0,
            "optimizer_state_": {
                "optimizer": self.optimizer,
                "slots": state.slots,
                "weights": state.weights if state.averages else [],
            },
            "history_": {
                name: self.history_.get(name, [np.nan] * n_before) + history.get(name, unknown)
                for name in names
            },
        }

    def _refuse_to_go_on_otherwise(self):
        if self.history_ and self.architecture_ != self._architecture():
            raise ValueError(
                f"Training cannot go on with another network: it was {self.architecture_}, got "
                f"{self._architecture()}; set the parameters back, or fit with warm_start=False."
            )
        if self.scale_ != self.scale:
            raise ValueError(
                f"Training cannot go on with rows of another scale: it was scale={self.scale_!r}, "
                f"got {self.scale!r}; set it back, or fit with warm_start=False."
            )

    def _split(self, X, codes, weight, given):
        """Give the places of the rows to train on, and the rows to score after each epoch."""
        share = 0.0 if given else held_out_share(self)
        places, held_out = split(codes, weight, share, stream_seed(self.seed_, VALIDATION))
        if held_out is not None:
            given = Scored(X, codes, weight, held_out)
        return places, given

    def _with(self, attributes):
        """Give a copy with other attributes; it shares the rest."""
        other = copy.copy(self)
        vars(other).update(attributes)
        return other

    def _fit_with_scikeras(self, X, codes, *, first_epoch, **plan_options):
        """Fit through SciKeras: the one method that talks to it."""
        start_tensorflow()
        from scikeras.wrappers import KerasClassifier

        from skdigits import training

        wrapper = KerasClassifier(
            model=partial(training.trainable, network=self._network()),
            **training.compile_options(self),
        )
        plan = training.Plan(
            first_epoch=first_epoch,
            batch_size=int(self.batch_size),
            shuffle=self._shuffled if self.shuffle else None,
            dropout_seed=lambda epoch, layer: stream_seed(self.seed_, DROPOUT, epoch, layer),
            augment=distortions(self, (self.seed_, DISTORTION)),
            schedule=SCHEDULES[self.learning_rate_schedule],
            ema_decay=float(self.ema_decay),
            patience=int(self.patience) if self.early_stopping else None,
            callbacks=tuple(self.callbacks or ()),
            state=training.State(*self._going_on()) if first_epoch else None,
            **plan_options,
        )
        # SciKeras encodes with transformers of its own, and they obey a global `set_output`. That
        # the rows are finite was checked, and it would check twice more.
        with config_context(transform_output="default", assume_finite=True):
            # `fit` would learn the classes from these rows, where one may be missing.
            wrapper.partial_fit(X, codes, classes=np.arange(len(self.classes_)), plan=plan)
        return wrapper.model_.state, wrapper.history_, wrapper.model_.interrupted

    def _going_on(self):
        """Give the weights, optimizer's variables and averages that training goes on with."""
        known = self.optimizer_state_
        slots = known["slots"] if known["optimizer"] == self.optimizer else []
        if known["weights"]:
            return known["weights"], slots, self._weights()
        return self._weights(), slots

    def _shuffled(self, epoch, n_rows):
        return np.random.default_rng([self.seed_, SHUFFLE, epoch]).permutation(n_rows)
