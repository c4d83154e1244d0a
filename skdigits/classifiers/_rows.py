"""The rows of a fit: their scale, labels as numbers, weights, and which are for what."""

import warnings
from numbers import Real
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import _safe_indexing
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import _check_sample_weight

from skdigits._ground.pixels import BYTES, to_unit, unscaled_maximum, warn_if_unexpected
from skdigits._ground.words import shortened
from skdigits.errors import DataError, ParameterError
from skdigits.training import Scored

# What rows of each scale are read as, the first where they are of another dtype.
DTYPES: dict[str | None, list[type]] = {None: [np.float32], "pixels": [np.float32, np.uint8]}
# Of a sparse matrix, so many rows are made dense at once.
_ROWS_AT_ONCE = 1024
READY = {scale: {np.dtype(d) for d in dtypes} for scale, dtypes in DTYPES.items()}


def scaled(X, scale, warn=False):
    """Bring pixels to 0-1, but for those of uint8, which are scaled where they are used."""
    if scale is None:
        return X
    if warn:
        warn_if_not_bytes(X, ", or set scale=None if they are scaled already")
    return X if X.dtype == np.uint8 else to_unit(X)


def warn_if_not_bytes(X, advice=""):
    """Warn where rows that are divided by 255 hardly are pixels of 0-255."""
    warn_if_unexpected(X, BYTES, "scale='pixels'", advice=advice)


def dense_parts(X):
    """Yield the rows of a sparse matrix as arrays, some at once."""
    for start in range(0, X.shape[0], _ROWS_AT_ONCE):
        yield X[start : start + _ROWS_AT_ONCE].toarray()


def warn_if_unscaled(X, X_val=None):
    """Warn where rows look like pixels that nobody scaled; of `X_val` where `X` does not."""
    name, top = "X", unscaled_maximum(X)
    advice = 'put a PixelScaler before the network, or set scale="pixels"'
    if top is None and X_val is not None:
        name, top = "X_val", unscaled_maximum(X_val)
        advice = 'X has not; a Pipeline transforms both with transform_input=["X_val"]'
    if top is not None:
        warnings.warn(
            f"{name} has whole numbers up to {top:g}: pixels of 0-255 that were not scaled, with "
            f"which networks work badly; {advice}.",
            UserWarning,
            stacklevel=5,  # where fit was called
        )


def refuse_columns(y):
    """Raise DataError where labels have several columns, with the remedy for one-hot rows."""
    try:
        shape = np.shape(y)
    except (TypeError, ValueError):  # of different lengths, or of a type that has its own way
        return
    if len(shape) != 2 or shape[1] < 2:
        return
    values = y.toarray() if hasattr(y, "toarray") else np.asarray(y)
    one_hot = (values.sum(axis=1) == 1).all() and np.isin(values, [0, 1]).all()
    raise DataError(
        f"y has shape {shape}, but takes one label a row. "
        + (
            "Its rows look one-hot: pass y.argmax(axis=1), or the labels that were encoded."
            if one_hot
            else "Pass an array of shape (n_samples,)."
        )
    )


class TrainingRows(NamedTuple):
    """Validated rows of a fit: which are trained on, and which are scored after each epoch."""

    X: np.ndarray
    codes: np.ndarray
    weight: np.ndarray | None
    places: np.ndarray
    validation: Scored | None


# Labels of these kinds are told apart: NumPy finds True and "1" among whole numbers.
_KINDS = {"b": "booleans", "i": "numbers", "u": "numbers", "f": "numbers"}


def same_labels(found, classes):
    """Return whether two sorted arrays hold the same labels, of the same kind."""
    return _kind(found) == _kind(classes) and np.array_equal(found, classes)


def _kind(labels):
    return _KINDS.get(labels.dtype.kind, "strings")


def encode(y, classes, name="y"):
    """Map labels to their places in `classes`."""
    if _kind(y) != _kind(classes):
        raise DataError(
            f"{name} has {_kind(y)} as labels, but known are the {_kind(classes)} {classes}; "
            "convert them first."
        )
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise DataError(
            f"{name} has labels that are not in classes: {unknown}; known are {classes}."
        )
    return np.searchsorted(classes, y)


def row_weights(X, codes, sample_weight, class_weight, classes):
    """Multiply sample weights by class weights; None where every row counts the same."""
    if sample_weight is None and class_weight is None:
        return None
    weight = _check_sample_weight(
        sample_weight, X, dtype=np.float64, copy=True, ensure_non_negative=True
    )
    if class_weight is not None:
        weight *= _class_weights(codes, weight, class_weight, classes)[codes]
    if not weight.any():
        raise DataError("All rows have the weight 0, by sample_weight or class_weight.")
    # Only the weights' ratios count; scaled to 1, none is too large for float32.
    return (weight / weight.max()).astype(np.float32)


def _class_weights(codes, weight, class_weight, classes):
    """Return the weight of each class, in the order of `classes`."""
    if class_weight == "balanced":
        counted = weight > 0
        y, weight = codes[counted], weight[counted]
        balanced = np.ones(len(classes))
        balanced[np.unique(y)] = compute_class_weight(
            "balanced", classes=np.unique(y), y=y, sample_weight=weight
        )
        return balanced
    known = classes.tolist()
    for label, value in class_weight.items():
        if not isinstance(value, Real) or not 0 <= value < np.inf:
            raise ParameterError(
                f"class_weight takes finite weights of at least 0, got {label!r}: {value!r}."
            )
        # A label that these rows lack is no fault, such as in one fold of a search; one that no
        # row can ever have is.
        if _kind(np.asarray([label])) != _kind(classes):
            raise ParameterError(
                f"class_weight has {label!r}, but the labels are {_kind(classes)}: {known}."
            )
    return np.array([class_weight.get(label, 1.0) for label in known])


def split(codes, weight, validation_fraction, seed, classes):
    """Return the places of the rows to train on, weight 0 left out, and of those to validate on."""
    rows = np.arange(len(codes)) if weight is None else np.flatnonzero(weight)
    if not validation_fraction:
        return rows, None
    try:
        return train_test_split(
            rows, test_size=validation_fraction, random_state=seed, stratify=codes[rows]
        )
    except ValueError as error:
        raise DataError(
            f"validation_fraction={validation_fraction} cannot split these {len(rows)} rows of "
            f"{len(np.unique(codes[rows]))} classes: {_single(codes[rows], classes) or error} Give "
            "more rows or set validation_fraction=0."
        ) from error


def _single(codes, classes):
    """Say which classes have one row only, by their labels; nothing where none has."""
    found, counts = np.unique(codes, return_counts=True)
    single = found[counts == 1]
    if not len(single):
        return ""
    labels = list(map(repr, classes[single].tolist()))
    return f"there is only one row of {shortened(labels)}."


def as_passed_to_score(train, given, validation):
    """Return the rows that a callback may score on, as the user passed them."""
    if given[0] is not None:
        return given
    if validation is None:
        return train
    return tuple(
        None if part is None else _safe_indexing(part, validation.places) for part in train
    )
