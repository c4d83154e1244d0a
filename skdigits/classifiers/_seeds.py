"""Random streams: every seed that training draws follows from the estimator's one."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

# Purposes of the random streams: each is drawn from (seed, purpose, epoch, ...), never from how
# many epochs are to come, so that five `partial_fit` calls are `fit` with five epochs.
WEIGHTS, SHUFFLE, DROPOUT, VALIDATION, DISTORTION = range(5)


def draw_seed(random_state):
    """Return the seed of all streams: the user's own, or one drawn from what they gave."""
    if random_state is None:
        return int(np.random.default_rng().integers(2**31))
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def stream_seed(*key):
    """Return the seed of one stream, from the estimator's seed, the purpose, the epoch, ..."""
    return int(np.random.default_rng(key).integers(2**31))
