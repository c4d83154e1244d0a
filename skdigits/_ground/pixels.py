"""What range pixels have, and the one division to 0-1, so that all have the same bits."""

import math
import sys
import warnings
from dataclasses import dataclass

import numpy as np
from scipy.sparse import issparse

from skdigits.errors import ParameterError, PixelRangeWarning

WHITE = np.float32(255)

Range = tuple[float, float]

BYTES: Range = (0.0, 255.0)
UNIT: Range = (0.0, 1.0)
SIGNED: Range = (-1.0, 1.0)
KNOWN = "0-255, 0-1, 0-15, 0-16 and -1 to 1"

# Interpolation overshoots, and rounding leaves 1.0001: so much of the width beyond either end still
# belongs to a range. Of values farther out, one in a thousand may be a fault of the file.
_SLACK = 0.05
_STRAYS = 1000
# The greatest value of the ranges below 0-255.
_SMALL = 16
# Of a sparse matrix, about so many rows are looked at.
_ROWS_OF_SPARSE = 1000
# Where images of 0-255 could end too, but scales of their own do end.
_ENDS_OF_OTHERS = {31, 32, 63, 64, 99, 100, 127, 128}


@dataclass(frozen=True)
class Seen:
    """What pixels look like.

    Parameters
    ----------
    low, high : float
        The least and the greatest value.
    range : tuple of two float, or None
        The range that they have; None where none of the known ones fits.
    strays : int, default=0
        How many values lie outside of it.
    sure : bool, default=True
        Whether another range than this is unlikely.
    """

    low: float
    high: float
    range: Range | None
    strays: int = 0
    sure: bool = True

    def __str__(self):
        return f"values from {self.low:g} to {self.high:g}"


def in_words(range_):
    """Return a range as text: "0-255", "-1 to 1"."""
    low, high = range_
    return f"{low:g} to {high:g}" if low < 0 else f"{low:g}-{high:g}"


def checked_range(range_):
    """Return a range as two floats.

    Raises
    ------
    ParameterError
        If it is none.
    """
    try:
        low, high = map(float, range_)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ParameterError(
            f"pixel_range={range_!r} is no range: it takes two numbers, what is 0 and what is 1 "
            "after scaling, such as (0, 255)."
        )
    return low, high


def is_outside(seen, range_, slack=_SLACK):
    """Return whether values lie outside a range by more than a share of its width."""
    low, high = range_
    slack = slack * (high - low)
    return seen.low < low - slack or seen.high > high + slack


def to_unit(X, range_=BYTES):
    """Bring pixels to 0-1: divide by 255, or by what else the range says.

    Parameters
    ----------
    X : ndarray or CSR matrix
        Pixels of any numeric dtype; not changed. Those of a sparse matrix have a range from 0.
    range_ : tuple of two float
        What becomes 0 and 1.

    Returns
    -------
    X_scaled : ndarray or CSR matrix, float32
        A new one of the same shape.
    """
    if issparse(X):
        return type(X)((to_unit(X.data, range_), X.indices, X.indptr), shape=X.shape)
    low, high = np.float32(range_)
    if low == 0:
        return np.divide(X, high, dtype=np.float32, casting="unsafe")
    above = np.subtract(X, low, dtype=np.float32, casting="unsafe")
    return np.divide(above, high - low, out=above)


def recognise(X):
    """Tell which range pixels have.

    Whole numbers up to 15 or 16 are of 0-15 or 0-16 where at least half of the rows come near the
    end, as digits do; dark images of 0-255 do not. Where nothing is above 0 they are of 0-255.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Finite numbers.

    Returns
    -------
    seen : Seen
        The range, or None for it.
    """
    if issparse(X):
        X = X[:: max(1, X.shape[0] // _ROWS_OF_SPARSE)].toarray()
    low, high = float(X.min()), float(X.max())
    if (low, high) == (0, 0):
        return Seen(low, high, BYTES)
    if low >= 0 and _SMALL < high <= 255:
        doubtful = high in _ENDS_OF_OTHERS and _most_rows_come_near(X, high)
        return Seen(low, high, BYTES, sure=not doubtful)
    if low >= 0 and high in (_SMALL - 1, _SMALL) and _is_whole(X):
        return Seen(low, high, (0.0, high) if _most_rows_come_near(X, high) else None)
    for range_ in (UNIT, SIGNED, BYTES):
        if _fits(low, high, range_):
            return Seen(low, high, range_, strays=_n_outside(X, range_))
    return _among_strays(X, low, high)


def _fits(low, high, range_):
    """Return whether these ends are those of a range, or nearly so."""
    bottom, top = range_
    slack = _SLACK * (top - bottom)
    if not (bottom - slack <= low and high <= top + slack):
        return False
    if range_ == SIGNED:
        return low <= bottom + slack
    return range_ != BYTES or high > _SMALL


def _among_strays(X, low, high):
    """Recognise what all but a few pixels have."""
    allowed = max(1, X.size // _STRAYS) if X.size >= _STRAYS // 10 else 0
    for range_ in (UNIT, SIGNED, BYTES):
        strays = _n_outside(X, range_)
        if strays > allowed:
            continue
        inside = X[(range_[0] <= X) & (range_[1] >= X)]
        telling = range_ == BYTES or not _is_whole(inside)  # few of 0 and 1 only tell nothing
        if telling and _fits(inside.min(), inside.max(), range_):
            return Seen(low, high, range_, strays=strays)
    return Seen(low, high, None)


def _n_outside(X, range_):
    return int(((range_[0] > X) | (range_[1] < X)).sum())


def _is_whole(X):
    return X.dtype.kind in "biu" or bool((np.rint(X) == X).all())


def _most_rows_come_near(X, high):
    return bool((X.max(axis=-1) >= 0.75 * high).mean() >= 0.5)


def is_unexpected(X, range_, seen=None):
    """Return whether rows hardly are of a range.

    This stands before every prediction, so it asks for the ends alone.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        The rows.
    range_ : tuple of two float
        What they are scaled by.
    seen : tuple of two float, default=None
        The least and greatest value that may be there all the same.

    Returns
    -------
    unexpected : bool
        True where values lie outside, or seem to be of a smaller range.
    """
    bottom, top = range_
    low, high = float(X.min()), float(X.max())
    least, most = (bottom, top) if seen is None else (min(bottom, seen[0]), max(top, seen[1]))
    slack = _SLACK * (top - bottom)
    if low < least - slack or high > most + slack:
        return True
    if bottom < 0:
        return low > bottom / 2 and high > 0 and (seen is None or seen[0] <= bottom / 2)
    smaller = _SMALL if top > 2 * _SMALL else 1
    if top <= 1 or not 0 < high <= smaller * (1 + _SLACK) or (seen and seen[1] <= smaller):
        return False
    # A nearly dark image is nothing unusual among bytes.
    return X.dtype != np.uint8 or recognise(X).range is not None


def warn_if_unexpected(X, range_, whose, seen=None, advice=""):
    """Warn where rows hardly are of the range that they are scaled by; give another advice too."""
    if not is_unexpected(X, range_, seen):
        return
    found = recognise(X)
    known = found.range is not None and found.range != range_
    looks = f", as pixels of {in_words(found.range)} have" if known else ""
    remedy = _conversion(found.range, range_) if known else "bring them to the same range"
    warn(
        f"{whose} takes pixels of {in_words(range_)}, but these rows have {found}{looks}: {remedy} "
        f"first{advice}, or what is learned or predicted from them means little."
    )


def _conversion(old, new):
    """Say how pixels of one range become those of another."""
    (a, b), (c, d) = old, new
    words = "multiply them by {:g}" if (d - c) >= (b - a) else "divide them by {:g}"
    factor = max((d - c) / (b - a), (b - a) / (d - c))
    if a == c == 0:
        return words.format(factor)
    return f"compute (X - {a:g}) / {b - a:g} * {d - c:g} + {c:g}".replace("- -", "+ ")


def warn(message):
    """Warn where the package was called from, however deep in scikit-learn that was."""
    depth, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] in _OURS:
        depth, frame = depth + 1, frame.f_back
    warnings.warn(message, PixelRangeWarning, stacklevel=depth + 1)


_OURS = {"skdigits", "sklearn"}


def unscaled_maximum(X):
    """Return the largest value of rows that look like pixels of 0-255; None for any others.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Of up to 1,000 of the rows, spread over all.

    Returns
    -------
    top : float or None
        Of whole numbers from 0 to more than 32 and at most 255.
    """
    some = X[:: max(1, X.shape[0] // 1000)]
    if issparse(some):
        some = np.append(some.data, 0)
    top = some.max()
    if not 32 < top <= 255 or some.min() < 0 or (some != np.round(some)).any():
        return None
    return float(top)
