"""Whether Ctrl-C ends one fit, which keeps its epochs, or everything that is going on."""

import sys

_LIBRARIES = {"joblib", "sklearn", "skdigits"}
# What stands between a user's call of `fit` and a network's own.
_PARTS_OF_A_FIT = (
    "skdigits.classifiers",
    "skdigits.interruption",
    "sklearn.base",
    "sklearn.callback",
    "sklearn.pipeline",
)


def fit_is_part_of_more():
    """Tell whether the fit that goes on was called by a search, an ensemble, a comparison, ...

    Half a fit would be taken for a whole one there, so an interruption has to end it all. Who
    calls is seen on the stack: scikit-learn has no other way to tell in all of these.
    """
    frame = sys._getframe()
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] in _LIBRARIES and not name.startswith(_PARTS_OF_A_FIT):
            return True
        frame = frame.f_back
    return False
