"""The head: how rows become logits, and logits a reading. Every exit takes it whole or refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdigits._ground.pixels import to_unit
from skdigits.errors import ExportError

# So many rows and their shifted copies are in memory at once.
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Shifts:
    """Logits are means over copies of an image, shifted by up to `by` pixels along each axis."""

    image_shape: tuple[int, int]
    by: int
    remedy = "set_params(test_time_shift=0) first"

    def __str__(self):
        return f"test_time_shift={self.by}"


@dataclass(frozen=True)
class Temperature:
    """Logits are divided by a number, so that probabilities are as sure as they are right."""

    value: float
    remedy = "fit with calibrate=False"

    def __str__(self):
        return f"a temperature of {self.value:.3g}"


@dataclass(frozen=True)
class Pixels:
    """Rows are pixels of 0-255, and divided by 255 before anything else."""

    remedy = "fit with scale=None on rows that a PixelScaler has scaled"

    def __str__(self):
        return 'scale="pixels"'


Step = Shifts | Temperature | Pixels


@dataclass(frozen=True)
class Head:
    """What stands between a network and a reading, from the network outwards.

    Parameters
    ----------
    steps : tuple of Step
        The next one stands around those before it.
    """

    steps: tuple[Step, ...] = ()

    def put_around(
        self, network: Any, ways: Mapping[type, Callable[[Any, Any], Any]], whose: str
    ) -> Any:
        """Put every step around a network, in the form that an exit needs.

        Parameters
        ----------
        network : object
            The network in that form.
        ways : dict of type to callable
            For each kind of step that the exit knows, `way(network, step)` returns the network
            with the step around it.
        whose : str
            What the exit makes, for the error.

        Returns
        -------
        network : object
            With the whole head.

        Raises
        ------
        ExportError
            If the exit does not know a step: it would predict something else.
        """
        for step in self.steps:
            if type(step) not in ways:
                raise ExportError(
                    f"{whose} cannot have {step}; {step.remedy}, or it would predict something "
                    "else. to_keras() has it."
                )
            network = ways[type(step)](network, step)
        return network

    def logits(self, network: Callable[[np.ndarray], np.ndarray], X: np.ndarray) -> np.ndarray:
        """Return the logits of rows.

        Parameters
        ----------
        network : callable
            `network(X)` returns the network's own logits, of shape (n_samples, n_classes); it takes
            float32 as the network was trained on, or uint8, which it divides by 255 itself.
        X : ndarray of shape (n_samples, n_features), float32 or uint8
            Validated rows.

        Returns
        -------
        logits : ndarray of shape (n_samples, n_classes), float32
            Their softmax are the probabilities.
        """
        return self.put_around(network, _IN_NUMPY, "NumPy")(X)


def head_of(
    *, scale: str | None, image_shape: tuple[int, int] | None, shift: int, temperature: float
) -> Head:
    """Return the head that a classifier's settings amount to.

    Parameters
    ----------
    scale : {"pixels", None}
        What rows are.
    image_shape : tuple of two int, or None
        Height and width of a row; read where `shift` is not 0.
    shift : int
        Pixels of `test_time_shift`.
    temperature : float
        What logits are divided by.

    Returns
    -------
    head : Head
        Without the steps that change nothing.
    """
    steps: list[Step] = []
    if shift:
        assert image_shape is not None  # who has shifts knows the shape
        steps.append(Shifts(image_shape, shift))
    if temperature != 1:
        steps.append(Temperature(temperature))
    if scale == "pixels":
        steps.append(Pixels())
    return Head(tuple(steps))


def _shifted_mean(network, step):
    def logits(X):
        parts = []
        for start in range(0, len(X), _ROWS_AT_ONCE):
            rows = X[start : start + _ROWS_AT_ONCE]
            found = network(_shifted_copies(rows, step.image_shape, step.by))
            parts.append(found.reshape(-1, len(rows), found.shape[1]).mean(axis=0))
        return np.concatenate(parts)

    return logits


def _shifted_copies(X, image_shape, by):
    """Return all copies of rows, those of one shift after those of another; 0 comes in."""
    height, width = image_shape
    padded = np.pad(X.reshape(-1, height, width), ((0, 0), (by, by), (by, by)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, image_shape, axis=(1, 2))
    return np.moveaxis(windows, 0, 2).reshape(-1, X.shape[1])


def _over_temperature(network, step):
    return lambda X: network(X) / np.float32(step.value)


def _on_pixels(network, _):
    # Bytes are scaled where they are used, block by block.
    return lambda X: network(X if X.dtype == np.uint8 else to_unit(X))


_IN_NUMPY = {Shifts: _shifted_mean, Temperature: _over_temperature, Pixels: _on_pixels}
