"""Pixels from 0-255 to 0-1, and back."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_array, validate_data

from skdigits._ground.callbacks import CallbackSupportMixin, one_task, with_callbacks
from skdigits._ground.links import LinkedToDocs
from skdigits._ground.pixels import WHITE, to_unit
from skdigits._ground.public import public
from skdigits._ground.validation import is_ready

_NUMBERS = {np.dtype(name) for name in ("uint8", "int32", "int64", "float32", "float64")}


@public()
class PixelScaler(
    LinkedToDocs, CallbackSupportMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator
):
    """Scale pixels from 0-255 to 0-1.

    The scaler is stateless: `fit` only checks its input and remembers the features' names and
    number. Values outside 0-255 are scaled like any others.

    Parameters
    ----------
    invert : bool, default=False
        Also swap dark and light, so that 0 becomes 1 and 255 becomes 0: for dark ink on light
        paper, where MNIST has light ink on a dark ground.

    Attributes
    ----------
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
    """

    _parameter_constraints = {"invert": ["boolean"]}  # noqa: RUF012

    def __init__(self, *, invert: bool = False):
        self.invert = invert

    @with_callbacks
    def fit(self, X: ArrayLike, y: Any = None) -> "PixelScaler":
        """Check the input; there is nothing to learn.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Pixels, 0-255.
        y : None
            Ignored.

        Returns
        -------
        self : PixelScaler
            The scaler itself.

        Raises
        ------
        ValueError
            If `X` is empty, not two-dimensional, not numeric, or holds NaN or infinity.
        """
        self._validate_params()
        with one_task(self, X, y):
            validate_data(self, X)
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Scale pixels to 0-1.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Pixels, 0-255.

        Returns
        -------
        X_scaled : ndarray of shape (n_samples, n_features), float32
            The pixels divided by 255, or 1 minus that where `invert` is set.

        Raises
        ------
        ValueError
            If `X` has another number of features than in `fit`, or holds NaN or infinity.
        """
        if not is_ready(self, X, _NUMBERS):
            X = validate_data(self, X, reset=False)
        scaled = to_unit(X)
        return np.subtract(1, scaled, out=scaled) if self.invert else scaled

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """Bring scaled pixels back to whole numbers from 0 to 255.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Scaled pixels, 0-1; what lies outside is clipped.

        Returns
        -------
        X_pixels : ndarray of shape (n_samples, n_features), uint8
            The pixels, rounded to the nearest whole number.
        """
        scaled: np.ndarray = check_array(X, dtype=(np.float32, np.float64), copy=True)
        if self.invert:
            np.subtract(1, scaled, out=scaled)
        np.multiply(scaled, WHITE, out=scaled)
        return np.clip(np.rint(scaled, out=scaled), 0, 255, out=scaled).astype(np.uint8)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
