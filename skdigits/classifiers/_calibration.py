"""Temperature scaling: one number that makes probabilities as sure as they are right."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

# Far beyond what a trained network needs, either way.
_LOWEST, _HIGHEST = 0.05, 20.0


def fit_temperature(logits, codes, weight):
    """Find the temperature whose probabilities have the least log loss (Guo et al., 2017).

    Parameters
    ----------
    logits : ndarray of shape (n_samples, n_classes)
        A network's outputs on rows that it was not trained on.
    codes : ndarray of shape (n_samples,), int
        Their classes' numbers.
    weight : ndarray of shape (n_samples,), or None
        Their weights.

    Returns
    -------
    temperature : float
        What the logits are to be divided by.
    """
    rows = np.arange(len(codes))

    def log_loss(log_temperature):
        log_p = log_softmax(logits / np.exp(log_temperature), axis=1)[rows, codes]
        return -np.average(log_p, weights=weight)

    bounds = np.log([_LOWEST, _HIGHEST])
    return float(np.exp(minimize_scalar(log_loss, bounds=bounds, method="bounded").x))
