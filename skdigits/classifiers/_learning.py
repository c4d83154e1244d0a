"""What the parameters of learning mean: schedule, distortions, rows held out."""

from contextlib import contextmanager

import numpy as np

from skdigits._ground.pixels import to_unit
from skdigits._ground.validation import checked_image_shape
from skdigits.augmentation import Augmentation

# Share of the rows that is held out where something needs them and nobody said how many.
_HELD_OUT = 0.1
# One-cycle: the share of the steps in which the rate rises, and what part of it is the first.
_WARM_UP, _FIRST = 0.3, 1 / 25


def _cosine(done):
    return (1 + np.cos(np.pi * np.clip(done, 0, 1))) / 2


def _one_cycle(done):
    rising = _FIRST + (1 - _FIRST) * (1 - _cosine(done / _WARM_UP))
    return np.where(done < _WARM_UP, rising, _cosine((done - _WARM_UP) / (1 - _WARM_UP)))


# From the share of the steps that is done, an array, to the factor; None where it is always 1.
SCHEDULES = {"constant": None, "cosine": _cosine, "one_cycle": _one_cycle}


LOSSES = {"sparse_categorical_crossentropy", "categorical_crossentropy"}
OPTIMIZERS = {
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


def held_out_share(estimator):
    """Give the share of the rows that is not trained on.

    Raises
    ------
    ValueError
        If something needs such rows and the user wants none.
    """
    share = estimator.validation_fraction
    needy = [name for name in ("early_stopping", "calibrate") if getattr(estimator, name)]
    if share is None:
        return _HELD_OUT if needy else 0.0
    if needy and not share:
        raise ValueError(
            f"{needy[0]}=True needs rows that are not trained on, got validation_fraction={share}; "
            f"give a share of the rows, or None for {_HELD_OUT}."
        )
    return share


def distortions(estimator, seed):
    """Give the function that distorts rows, or None; what it draws follows from the seed."""
    if estimator.augment is None:
        return None
    augmentation = Augmentation() if estimator.augment == "digits" else estimator.augment
    augmentation._validate_params()
    shape = checked_image_shape(estimator.image_shape, estimator.n_features_in_)

    def distorted(rows, epoch, start):
        rng = np.random.default_rng((*seed, epoch, start))
        result = augmentation.distorted(rows, *shape, rng)
        return to_unit(result) if rows.dtype == np.uint8 else result

    return distorted


def refuse_in_parts(estimator):
    """Raise ValueError for what needs a whole fit, where `partial_fit` sees it in parts."""
    reasons = {
        "early_stopping": (False, "compares the epochs of one fit"),
        "calibrate": (False, "needs rows that no later call trains on"),
        "learning_rate_schedule": ("constant", "is laid out over the epochs of one fit"),
    }
    for name, (default, reason) in reasons.items():
        value = getattr(estimator, name)
        if value != default:
            raise ValueError(
                f"{name}={value!r} {reason}, and partial_fit trains one epoch a call; use fit, or "
                f"set {name}={default!r}."
            )


class EpochRecord:
    """An observer of a fit that notes what each epoch brought."""

    def __init__(self, keep_weights):
        self.logs, self.weights, self.keep_weights = [], [], keep_weights

    def begin(self, _):
        pass

    def end(self, epoch):
        self.logs.append(epoch.logs)
        if self.keep_weights:
            self.weights.append(epoch.state.predicting)

    def history(self):
        return {name: [logs[name] for logs in self.logs] for name in self.logs[0]}


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
