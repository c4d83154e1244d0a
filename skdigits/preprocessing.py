"""Pixels of 0-255, or of another range, to 0-1, and back."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_array, validate_data

from skdigits._ground.callbacks import CallbackSupportMixin, one_task, with_callbacks
from skdigits._ground.links import LinkedToDocs
from skdigits._ground.pixels import (
    BYTES,
    KNOWN,
    WHITE,
    checked_range,
    in_words,
    is_outside,
    recognise,
    to_unit,
    warn,
    warn_if_unexpected,
)
from skdigits._ground.public import public
from skdigits._ground.validation import is_ready
from skdigits.errors import ParameterError

_NUMBERS = {np.dtype(name) for name in ("uint8", "int32", "int64", "float32", "float64")}


@public()
class PixelScaler(
    LinkedToDocs, CallbackSupportMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator
):
    """Scale pixels to 0-1, from 0-255 or from what range they have.

    `fit` learns the range alone: 0-255, 0-1, 0-15, 0-16 or -1 to 1. Whole numbers of 0-15 or 0-16
    are told from dark images of 0-255 by their rows, of which at least half come near the end.
    Where the range cannot be told, 0-255 is assumed with a warning. `transform` warns of rows that
    hardly are of the range that was learned, and without a `fit` learns it from its own rows.
    Values outside the range are scaled like any others.

    Parameters
    ----------
    invert : bool, default=False
        Also swap dark and light, so that 0 becomes 1 and 255 becomes 0: for dark ink on light
        paper, where MNIST has light ink on a dark ground.
    pixel_range : "auto" or tuple of two float, default="auto"
        What becomes 0 and what becomes 1, such as `(0, 100)`; "auto" learns it in `fit`.

    Attributes
    ----------
    pixel_range_ : tuple of two float
        What becomes 0 and what becomes 1.
    data_min_, data_max_ : float
        The least and the greatest value seen during `fit`.
    n_features_in_ : int
        Number of features seen during `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`, where `X` had names that are all strings.

    Examples
    --------
    >>> from skdigits import PixelScaler
    >>> PixelScaler().fit_transform([[0, 51, 255]])
    array([[0. , 0.2, 1. ]], dtype=float32)
    >>> PixelScaler(invert=True).fit_transform([[0, 51, 255]])
    array([[1. , 0.8, 0. ]], dtype=float32)
    >>> PixelScaler().fit([[0, 4, 16]]).pixel_range_
    (0.0, 16.0)
    """

    _parameter_constraints = {  # noqa: RUF012
        "invert": ["boolean"],
        "pixel_range": [StrOptions({"auto"}), tuple, list],
    }

    def __init__(self, *, invert: bool = False, pixel_range: str | tuple[float, float] = "auto"):
        self.invert = invert
        self.pixel_range = pixel_range

    def __setstate__(self, state):
        super().__setstate__({"pixel_range": "auto", **state})  # of before there was one

    @with_callbacks
    def fit(self, X: ArrayLike, y: Any = None) -> "PixelScaler":
        """Learn the range of the pixels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Pixels.
        y : None
            Ignored.

        Returns
        -------
        self : PixelScaler
            The scaler itself.

        Raises
        ------
        ParameterError
            If `pixel_range` is no range.
        ValueError
            If `X` is empty, not two-dimensional, not numeric, or holds NaN or infinity.

        Warns
        -----
        PixelRangeWarning
            If the range cannot be told, or values lie outside `pixel_range`.
        """
        self._validate_params()
        given = None if isinstance(self.pixel_range, str) else checked_range(self.pixel_range)
        with one_task(self, X, y):
            X = validate_data(self, X, accept_sparse=self._sparse())
            seen = recognise(X)
            self.pixel_range_ = _learned(seen) if given is None else given
            self.data_min_, self.data_max_ = seen.low, seen.high
            if given is not None and is_outside(seen, given):
                warn(
                    f"PixelScaler has pixel_range={self.pixel_range!r}, but X has {seen}: pass the "
                    'range that X has, or pixel_range="auto".'
                )
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Scale pixels to 0-1.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Pixels of the range that was learned.

        Returns
        -------
        X_scaled : ndarray or CSR matrix of shape (n_samples, n_features), float32
            The pixels divided by 255, or brought from `pixel_range_` to 0-1, or 1 minus that where
            `invert` is set.

        Raises
        ------
        ValueError
            If `X` has another number of features than in `fit`, or holds NaN or infinity.

        Warns
        -----
        PixelRangeWarning
            If the rows hardly are of the range that was learned.
        """
        if not is_ready(self, X, _NUMBERS):
            X = validate_data(self, X, reset=False, accept_sparse=self._sparse())
        if issparse(X) and self._range()[0]:
            raise ParameterError(
                f"PixelScaler has learned the range {in_words(self._range())}, in which zeros of a "
                "sparse matrix would not stay zeros; pass X.toarray()."
            )
        learned = vars(self)
        if "n_features_in_" not in learned and self.pixel_range == "auto":
            scaled = to_unit(X, _learned(recognise(X)))
        else:
            ends = (learned["data_min_"], learned["data_max_"]) if "data_min_" in learned else None
            warn_if_unexpected(X, self._range(), "this PixelScaler", ends)
            scaled = to_unit(X, self._range())
        return np.subtract(1, scaled, out=scaled) if self.invert else scaled

    def _range(self):
        """Return the range learned; that of bytes in files of earlier versions."""
        if "pixel_range_" in vars(self):
            return self.pixel_range_
        return BYTES if isinstance(self.pixel_range, str) else checked_range(self.pixel_range)

    def _sparse(self):
        """Return the format of sparse matrices, whose zeros stay zeros, or False."""
        from_zero = isinstance(self.pixel_range, str) or self.pixel_range[0] == 0
        return "csr" if from_zero and not self.invert else False

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """Bring scaled pixels back to their range.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Scaled pixels, 0-1; what lies outside is clipped.

        Returns
        -------
        X_pixels : ndarray of shape (n_samples, n_features), uint8 or float32
            The pixels: of 0-255 rounded to the nearest whole number, as uint8; of other ranges
            float32.
        """
        scaled: np.ndarray = check_array(X, dtype=(np.float32, np.float64), copy=True)
        if self.invert:
            np.subtract(1, scaled, out=scaled)
        if self._range() == BYTES:
            np.multiply(scaled, WHITE, out=scaled)
            return np.clip(np.rint(scaled, out=scaled), 0, 255, out=scaled).astype(np.uint8)
        low, high = self._range()
        return (low + np.clip(scaled, 0, 1) * (high - low)).astype(np.float32)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.sparse = bool(self._sparse())
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _learned(seen):
    """Return the range to scale by, and warn where it is not one that was seen."""
    taken = seen.range or BYTES
    if seen.range is None or not seen.sure:
        warn(
            f"PixelScaler was fitted on {seen}: whether these are pixels of 0-255 cannot be told "
            f"(known are {KNOWN}). They are divided by 255; pass pixel_range=(0, 255) if that is "
            "right, or the range that they have, such as pixel_range="
            f"({min(seen.low, 0):g}, {seen.high:g})."
        )
    elif is_outside(seen, taken, slack=0):
        warn(
            f"PixelScaler was fitted on {seen}, which are taken for pixels of {in_words(taken)} "
            f"with {seen.strays} of them outside; pass the range as pixel_range=(low, high) if "
            "they are others."
        )
    return taken
