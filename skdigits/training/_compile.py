"""Losses and optimizers by name, as Keras compiles them; every computation in float32."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Real
from types import NoneType
from typing import Any

from skdigits.errors import ParameterError
from skdigits.training._plan import LOSSES


def compile_options(
    loss: str,
    label_smoothing: float,
    optimizer: str,
    optimizer_params: dict[str, Any],
    learning_rate: float,
) -> dict[str, Any]:
    """Return what `keras.Model.compile` takes for a loss and an optimizer.

    Parameters
    ----------
    loss : str
        A key of `LOSSES`.
    label_smoothing : float
        Share of each target spread over all classes; for the second loss.
    optimizer : str
        The optimizer's Keras name.
    optimizer_params : dict
        Its further settings.
    learning_rate : float
        Its learning rate.

    Returns
    -------
    options : dict
        A new `loss` and a new `optimizer`. The loss divides by the sum of the weights, which is
        what makes a row of weight 2 count as twice there.

    Raises
    ------
    ParameterError
        If the optimizer has no such setting, or refuses its value.
    """
    import keras

    loss_options: dict[str, Any] = {"reduction": "mean_with_sample_weight", "dtype": "float32"}
    if label_smoothing:
        loss_options["label_smoothing"] = label_smoothing
    return {
        "loss": getattr(keras.losses, LOSSES[loss])(**loss_options),
        "optimizer": _optimizer(optimizer, optimizer_params, float(learning_rate)),
    }


# Settings that are elsewhere here (`ema_decay`), or that the compiled program does not heed.
_NOT_HERE = frozenset(
    {
        "self",
        "kwargs",
        "learning_rate",
        "name",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
    }
    | {"loss_scale_factor", "gradient_accumulation_steps"}
)


def _optimizer(name, params, learning_rate):
    import keras

    # A name of its own: Keras would count names otherwise, and no two keys would agree.
    rate_and_name = {"learning_rate": learning_rate, "name": "optimizer"}
    usual = keras.optimizers.get({"class_name": name, "config": rate_and_name})
    known = sorted(inspect.signature(type(usual)).parameters.keys() - _NOT_HERE)
    for setting, value in params.items():
        if setting not in known:
            raise ParameterError(
                f"{name} has no setting {setting!r} here; optimizer_params takes {known}."
            )
        if not isinstance(value, (Real, NoneType)):
            raise ParameterError(f"optimizer_params takes numbers, got {setting}={value!r}.")
    if not params:
        return usual
    try:
        return type(usual)(**params, **rate_and_name)
    except Exception as error:  # Keras raises whatever its conversions raise
        raise ParameterError(f"optimizer_params={params!r} of {name}: {error}") from error


@contextmanager
def one_class_allowed(model: Any) -> Iterator[None]:
    """Keep Keras from warning of a single class inside the block, where it is meant."""
    if model.output_shape[-1] != 1:
        yield
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(?s).*(softmax over axis|num_classes > 1)")
        yield


def in_float32(model):
    """Make a model compute in float32, whatever dtype the user's Keras is set to.

    Parameters
    ----------
    model : keras.Model
        Its layers have dtypes of their own.

    Returns
    -------
    model : keras.Model
        The same one.
    """
    model.dtype_policy = "float32"
    return model
