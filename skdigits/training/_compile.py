"""Losses and optimizers by name, as Keras compiles them; every computation in float32."""

from __future__ import annotations

from typing import Any

from skdigits.training._plan import LOSSES


def compile_options(
    loss: str, label_smoothing: float, optimizer: str, learning_rate: float
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
    learning_rate : float
        Its learning rate.

    Returns
    -------
    options : dict
        A new `loss` and a new `optimizer`. The loss divides by the sum of the weights, which is
        what makes a row of weight 2 count as twice there.
    """
    import keras

    loss_options: dict[str, Any] = {"reduction": "mean_with_sample_weight", "dtype": "float32"}
    if label_smoothing:
        loss_options["label_smoothing"] = label_smoothing
    config = {
        "class_name": optimizer,
        # A name of its own: Keras would count names otherwise, and no two keys would agree.
        "config": {"learning_rate": float(learning_rate), "name": "optimizer"},
    }
    return {
        "loss": getattr(keras.losses, LOSSES[loss])(**loss_options),
        "optimizer": keras.optimizers.get(config),
    }


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
