"""From an estimator's parameters to a plan, and from an outcome to its attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from skdigits._ground.content import content_hash
from skdigits._ground.pixels import to_unit
from skdigits._ground.validation import checked_image_shape
from skdigits.augmentation import Augmentation
from skdigits.classifiers._rows import TrainingRows
from skdigits.classifiers._schedules import SCHEDULES
from skdigits.classifiers._seeds import DISTORTION, DROPOUT, SHUFFLE, stream_seed
from skdigits.errors import ParameterError
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
        keep_epochs=bool(estimator.keep_epochs),
        state=_going_on(estimator) if first_epoch else None,
        network=estimator._network_trained() if first_epoch else None,
        observers=tuple(observers),
        callbacks=tuple(estimator.callbacks or ()),
    )


def compile_words(estimator: Any) -> dict[str, Any]:
    """Return the loss and the optimizer of an estimator, as `Plan` and an export take them."""
    return {
        "loss": estimator.loss,
        "label_smoothing": float(estimator.label_smoothing),
        "optimizer": estimator.optimizer,
        "learning_rate": float(estimator.learning_rate),
    }


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
            "optimizer": estimator.optimizer,
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


def refuse_in_parts(estimator: Any) -> None:
    """Raise ParameterError for what needs a whole fit, where `partial_fit` sees it in parts."""
    for name, (default, reason) in _NEEDS_A_WHOLE_FIT.items():
        value = getattr(estimator, name)
        if value != default:
            raise ParameterError(
                f"{name}={value!r} {reason}, and partial_fit trains one epoch a call; use fit, or "
                f"set {name}={default!r}."
            )
    if estimator.class_weight == "balanced":
        raise ParameterError(
            "class_weight='balanced' needs all labels at once, and partial_fit sees them in parts; "
            "pass the weights as a dict, class_weight={label: weight}."
        )


_NEEDS_A_WHOLE_FIT = {
    "early_stopping": (False, "compares the epochs of one fit"),
    "calibrate": (False, "needs rows that no later call trains on"),
    "learning_rate_schedule": ("constant", "is laid out over the epochs of one fit"),
}


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


def _going_on(estimator):
    """Return the weights, optimizer's variables and averages that training goes on with."""
    known = estimator.optimizer_state_
    slots = known["slots"] if known["optimizer"] == estimator.optimizer else []
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
