"""How the learning rate goes over the steps of a fit."""

import numpy as np

# One-cycle: the share of the steps in which the rate rises, and what part of it is the first.
_WARM_UP, _FIRST = 0.3, 1 / 25


def _cosine(done):
    return (1 + np.cos(np.pi * np.clip(done, 0, 1))) / 2


def _one_cycle(done):
    rising = _FIRST + (1 - _FIRST) * (1 - _cosine(done / _WARM_UP))
    return np.where(done < _WARM_UP, rising, _cosine((done - _WARM_UP) / (1 - _WARM_UP)))


# From the share of the steps that is done, an array, to the factor; None where it is always 1.
SCHEDULES = {"constant": None, "cosine": _cosine, "one_cycle": _one_cycle}
