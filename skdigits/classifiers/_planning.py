"""From an estimator's parameters to a plan, and from an outcome to its attributes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from skdigits._ground.content import content_hash
from skdigits._ground.pixels import to_unit
from skdigits._ground.validation import checked_image_shape
from skdigits.augmentation import Augmentation
from skdigits.classifiers._rows import TrainingRows, same_labels
from skdigits.classifiers._schedules import SCHEDULES
from skdigits.classifiers._seeds import DISTORTION, DROPOUT, SHUFFLE, stream_seed
from skdigits.errors import DataError, ParameterError
from skdigits.training import Observer, Outcome, Plan, State

# Share of the rows that is held out where something needs them and none was given.
_HELD_OUT = 0.1


def plan_of(estimator: Any, rows: TrainingRows, epochs: int, observers: Sequence[Observer]) -> Plan:
    """Return what `training.fit` is to do.

    Parameters
    ----------
    estimator : BaseNetworkClassifier
        Its parameters are checked, and training has been started or goes on.
    rows : TrainingRows
        What to train and validate on.
    epochs : int
        Epochs to train now.
    observers : sequence of Observer
        Told of each epoch.

    Returns
    -------
    plan : Plan
        Plain values, and functions that draw from the estimator's seed.
    """
    seed, first_epoch = estimator.seed_, len(estimator.history_.get("loss", []))

    def shuffled(epoch, n_rows):
        return np.random.default_rng([seed, SHUFFLE, epoch]).permutation(n_rows)

    return Plan(
        n_classes=len(estimator.classes_),
        **compile_words(estimator),
        epochs=epochs,
        first_epoch=first_epoch,
        batch_size=int(estimator.batch_size),
        rows=rows.places,
        shuffle=shuffled if estimator.shuffle else None,
        dropout_seed=lambda epoch, layer: stream_seed(seed, DROPOUT, epoch, layer),
        sample_weight=rows.weight,
        validation=rows.validation,
        augment=_distortions(estimator, (seed, DISTORTION)),
        schedule=SCHEDULES[estimator.learning_rate_schedule],
        ema_decay=float(estimator.ema_decay),
        patience=int(estimator.patience) if estimator.early_stopping else None,
        tol=float(estimator.tol),
        keep_epochs=bool(estimator.keep_epochs),
        state=_going_on(estimator) if first_epoch else None,
        network=estimator._network_trained() if first_epoch else None,
        observers=tuple(observers),
        callbacks=_listed(estimator.callbacks),
    )


def compile_words(estimator: Any) -> dict[str, Any]:
    """Return the loss and the optimizer of an estimator, as `Plan` and an export take them."""
    return {
        "loss": estimator.loss,
        "label_smoothing": float(estimator.label_smoothing),
        **optimizer_words(estimator),
        "learning_rate": float(estimator.learning_rate),
    }


def optimizer_words(estimator: Any) -> dict[str, Any]:
    """Return the name of the optimizer and its settings but for the learning rate."""
    params = dict(estimator.optimizer_params or {})
    if "learning_rate" in params:
        raise ParameterError(
            "optimizer_params has learning_rate, which is a parameter of its own: set "
            f"learning_rate={params['learning_rate']!r}."
        )
    return {"optimizer": estimator.optimizer, "optimizer_params": params}


def refuse_optimizer_object(optimizer: Any) -> None:
    """Raise ParameterError for an optimizer of Keras', with the parameters that say the same."""
    if isinstance(optimizer, type) or not hasattr(optimizer, "get_config"):
        return
    config = optimizer.get_config()
    usual = type(optimizer)().get_config()
    own = {key: value for key, value in config.items() if value != usual.get(key)}
    own = {key: value for key, value in own.items() if key not in ("name", "learning_rate")}
    raise ParameterError(
        f"optimizer takes a name, got {optimizer!r}: its state would be shared by all fits. Write "
        f"optimizer={type(optimizer).__name__.lower()!r}, "
        f"learning_rate={config['learning_rate']:.6g}, optimizer_params={own!r}."
    )


def learned(estimator: Any, state: State, history: dict[str, list[float]]) -> dict[str, Any]:
    """Return the attributes that a state of training amounts to.

    Parameters
    ----------
    estimator : BaseNetworkClassifier
        As it was before this fit.
    state : State
        Where training stands.
    history : dict of str to list of float
        Losses and accuracies of this fit's epochs.

    Returns
    -------
    attributes : dict
        Weights, temperature, optimizer state and the whole history.
    """
    before = estimator.history_
    n_before, n_now = len(before.get("loss", [])), len(history["loss"])
    return {
        **estimator._arrays(state.predicting),
        "temperature_": 1.0,
        "optimizer_state_": {
            **optimizer_words(estimator),
            "slots": state.slots,
            "weights": state.weights if state.averages else [],
        },
        "history_": {
            name: before.get(name, [np.nan] * n_before) + history.get(name, [np.nan] * n_now)
            for name in sorted(before.keys() | history.keys())
        },
    }


def refuse_diverged(estimator: Any, outcome: Outcome) -> None:
    """Raise ParameterError where the weights are no longer finite."""
    if not all(np.isfinite(array).all() for array in outcome.state.weights):
        raise ParameterError(
            f"Training diverged: the weights are no longer finite after "
            f"{len(outcome.history['loss'])} epochs with learning_rate={estimator.learning_rate}; "
            "lower it, or scale X (PixelScaler)."
        )


def held_out_share(estimator: Any) -> float:
    """Return the share of the rows that is not trained on.

    Raises
    ------
    ParameterError
        If something needs such rows and the user wants none.
    """
    share = estimator.validation_fraction
    needy = [name for name in ("early_stopping", "calibrate") if getattr(estimator, name)]
    if share is None:
        return _HELD_OUT if needy else 0.0
    if needy and not share:
        raise ParameterError(
            f"{needy[0]}=True needs rows that are not trained on, got validation_fraction={share}; "
            f"give a share of the rows, or None for {_HELD_OUT}."
        )
    return share


def trains_in_parts(estimator: Any) -> bool:
    """Return True where `partial_fit` is available.

    Raises
    ------
    AttributeError
        With a parameter that needs a whole fit, for which `partial_fit` is not there.
    """
    for name, (default, reason) in _NEEDS_A_WHOLE_FIT.items():
        value = getattr(estimator, name)
        if value != default:
            raise AttributeError(
                f"{name}={value!r} {reason}, and partial_fit trains one epoch a call; use fit, or "
                f"set {name}={default!r}."
            )
    if estimator.class_weight == "balanced":
        raise AttributeError(
            "class_weight='balanced' needs all labels at once, and partial_fit sees them in parts; "
            "pass the weights as a dict, class_weight={label: weight}."
        )
    return True


_NEEDS_A_WHOLE_FIT = {
    "early_stopping": (False, "compares the epochs of one fit"),
    "calibrate": (False, "needs rows that no later call trains on"),
    "learning_rate_schedule": ("constant", "is laid out over the epochs of one fit"),
}


def refuse_other_classes(labels: np.ndarray, classes: np.ndarray) -> None:
    """Raise DataError where a warm start gets other classes than the fit before had."""
    found = np.unique(labels)
    if not same_labels(found, classes):
        raise DataError(
            f"warm_start=True goes on with the classes of the fit before, {classes}, but y has "
            f"{found}; partial_fit takes rows of some of the classes, and warm_start=False starts "
            "anew."
        )


def refuse_to_go_on_otherwise(estimator: Any) -> None:
    """Raise ParameterError where training is to go on with another network or scale."""
    was, now = estimator.architecture_, estimator._architecture()
    if estimator.history_ and content_hash(was) != content_hash(now):
        raise ParameterError(
            f"Training cannot go on with another network: it was {was}, got {now}; set the "
            "parameters back, or fit with warm_start=False."
        )
    if estimator.scale_ != estimator.scale:
        raise ParameterError(
            f"Training cannot go on with rows of another scale: it was scale={estimator.scale_!r}, "
            f"got {estimator.scale!r}; set it back, or fit with warm_start=False."
        )


def without_parameters(fit: Callable) -> Callable:
    """Let a `fit` that is given the estimator's parameters, as in Keras, say where they go."""

    @functools.wraps(fit)
    def checked(self, *args, **kwargs):
        for name, value in kwargs.items():
            if name in _OF_KERAS or name in self.get_params(deep=False):
                place = _OF_KERAS.get(name, f"{name}={value!r} in the constructor or set_params")
                raise TypeError(
                    f"{type(self).__name__}.fit takes rows and labels, got {name}; use {place}."
                )
        return fit(self, *args, **kwargs)

    return checked


# What `keras.Model.fit` calls by other names.
_OF_KERAS = {
    "class_weights": "set_params(class_weight=...)",
    "validation_data": "fit(X, y, X_val=..., y_val=...)",
    "validation_split": "set_params(validation_fraction=...)",
}


@contextmanager
def unchanged_on_error(estimator):
    """Put the estimator's attributes back where a fit fails: nothing learned before is lost."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


def _listed(callbacks):
    """Return callbacks as a tuple; one alone may be no list."""
    if callbacks is None:
        return ()
    return tuple(callbacks) if isinstance(callbacks, (list, tuple)) else (callbacks,)


def _going_on(estimator):
    """Return the weights, optimizer's variables and averages that training goes on with."""
    known = estimator.optimizer_state_
    was = {"optimizer_params": {}, **known}  # files of earlier versions have none
    same = all(was[word] == value for word, value in optimizer_words(estimator).items())
    slots = known["slots"] if same else []
    if known["weights"]:
        return State(known["weights"], slots, estimator._weights())
    return State(estimator._weights(), slots)


def _distortions(estimator, seed) -> Callable | None:
    """Return the function that distorts rows, or None; what it draws follows from the seed."""
    if estimator.augment is None:
        return None
    augmentation = Augmentation() if estimator.augment == "digits" else estimator.augment
    augmentation._validate_params()
    height, width = checked_image_shape(estimator.image_shape, estimator.n_features_in_)

    def distorted(rows, epoch, start):
        rng = np.random.default_rng((*seed, epoch, start))
        result = augmentation.distorted(rows, height, width, rng)
        return to_unit(result) if rows.dtype == np.uint8 else result

    return distorted
