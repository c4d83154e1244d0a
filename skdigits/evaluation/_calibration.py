"""How sure a model is against how often it is right."""

import numpy as np

_BINS = 15
_REFUSED = (0.01, 0.02, 0.05)


def calibration(right, probabilities):
    """Tell how sure a model is and how often it is right.

    Parameters
    ----------
    right : ndarray of shape (n_samples,), bool
        Whether each prediction is right.
    probabilities : ndarray of shape (n_samples, n_classes), or None
        The probabilities behind the predictions.

    Returns
    -------
    fields : dict
        Fields of `ModelResult`; empty without probabilities.
    """
    if probabilities is None:
        return {}
    # The labels are the model's own; one whose `predict` does not take the most probable label is
    # as sure as it is of the most probable.
    sure = np.asarray(probabilities, dtype=float).max(axis=1)
    place = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    counts = np.bincount(place, minlength=_BINS)
    sums = (np.bincount(place, weights=values, minlength=_BINS) for values in (sure, right))
    bins = [
        (float(confidence / n), float(hits / n), int(n))
        for confidence, hits, n in zip(*sums, counts, strict=True)
        if n
    ]
    gaps = sum(n * abs(confidence - accuracy) for confidence, accuracy, n in bins)
    return {
        "calibration_error": gaps / len(right),
        "reliability": tuple(bins),
        "accuracy_when_refusing": tuple(_refusing(right, sure)),
    }


def _refusing(right, sure):
    """Give the accuracy on what is left when the least certain are refused."""
    least_first = np.argsort(sure, kind="stable")
    for share in _REFUSED:
        kept = least_first[round(share * len(right)) :]
        yield share, float(right[kept].mean())
