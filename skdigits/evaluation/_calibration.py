"""Calibration: the confidence of a model against its accuracy."""

from collections.abc import Iterator
from typing import Any

import numpy as np

_BINS = 15
_ONE = 1 + 1e-5  # in float32
_REFUSED = (0.01, 0.02, 0.05)


def calibration(right: np.ndarray, probabilities: np.ndarray | None) -> dict[str, Any]:
    """Return the expected calibration error and what belongs to it.

    Parameters
    ----------
    right : ndarray of shape (n_samples,), bool
        Whether each prediction is right.
    probabilities : ndarray of shape (n_samples, n_classes), or None
        The probabilities behind the predictions.

    Returns
    -------
    fields : dict
        Fields of `ModelResult`; empty without probabilities, or if some of them are none.
    """
    if probabilities is None or not ((probabilities >= 0) & (probabilities <= _ONE)).all():
        return {}
    # The labels are the model's own. If its `predict` does not return the most probable label, its
    # confidence is still the greatest probability.
    confidences = np.asarray(probabilities, dtype=float).max(axis=1)
    place = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    counts = np.bincount(place, minlength=_BINS)
    sums = (np.bincount(place, weights=values, minlength=_BINS) for values in (confidences, right))
    bins = [
        (float(confidence / n), float(hits / n), int(n))
        for confidence, hits, n in zip(*sums, counts, strict=True)
        if n
    ]
    gaps = sum(n * abs(confidence - accuracy) for confidence, accuracy, n in bins)
    return {
        "calibration_error": gaps / len(right),
        "reliability": tuple(bins),
        "accuracy_when_refusing": tuple(_refusing(right, confidences)),
    }


def _refusing(right: np.ndarray, confidences: np.ndarray) -> Iterator[tuple[float, float]]:
    """Yield the accuracy on the remaining rows when the least confident ones are refused."""
    least_first = np.argsort(confidences, kind="stable")
    for share in _REFUSED:
        kept = least_first[round(share * len(right)) :]
        yield share, float(right[kept].mean())
