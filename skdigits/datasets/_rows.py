"""Arrays of any kind into rows of pixels and labels."""

import sys

import numpy as np

from skdigits._ground.pixels import BYTES, KNOWN, Seen, in_words, recognise, to_unit
from skdigits.errors import DataFileError

_NEAR = 0.13


def check_rows(images, labels):
    """Return images as rows and labels as a list, of the same length.

    Raises
    ------
    DataFileError
        If their shapes do not fit.
    """
    if (images.ndim == 4 and images.shape[3] == 1) or images.ndim in (2, 3):
        rows = images.reshape(len(images), np.prod(images.shape[1:], dtype=int))
    else:
        raise DataFileError(
            f"has images of shape {images.shape}, which should be (n, n_pixels), "
            "(n, height, width) or (n, height, width, 1)"
        )
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        hot = labels.ndim == 2 and labels.shape[1] > 1
        remedy = "; if they are one-hot, save y.argmax(axis=1)" if hot else ""
        raise DataFileError(f"has labels of shape {labels.shape}, which should be (n,){remedy}")
    if len(rows) != len(labels):
        raise DataFileError(f"has {len(rows):,} images, but {len(labels):,} labels")
    if not rows.size:
        raise DataFileError(f"has {len(rows):,} rows of {rows.shape[1]:,} pixels: there is no data")
    if rows.shape[1] == 1:
        raise DataFileError(
            "has images of 1 pixel beside the labels, from which nothing can be read; check what "
            "its columns are, and what separates them"
        )
    return rows, labels


def to_pixels(rows, pixel_range=None):
    """Return pixels of 0-255: uint8 where all are whole numbers, else float32.

    Pixels of another range that is known are brought to 0-255.

    Parameters
    ----------
    rows : ndarray
        As they are in the file.
    pixel_range : tuple of two float, or None
        What is 0 and what is 255, where the user says so.

    Returns
    -------
    pixels : ndarray of uint8 or float32
        Of 0-255.
    seen : Seen
        What they were.

    Raises
    ------
    DataFileError
        If a value is not a finite number.
    """
    if rows.dtype.kind not in "biuf":
        raise DataFileError(f"has pixels of type {rows.dtype}, which should be numbers")
    seen = _checked(rows)
    if pixel_range is not None:
        seen = Seen(seen.low, seen.high, pixel_range)
    if seen.range in (None, BYTES):
        if rows.dtype == np.uint8:
            return rows, seen
        pixels = rows.astype(np.float32)
        whole = seen.low >= 0 and seen.high <= 255 and np.array_equal(rows, np.rint(pixels))
        return (rows.astype(np.uint8) if whole else pixels), seen
    pixels = np.clip(to_unit(rows, seen.range), 0, 1) * np.float32(255)
    nearest = np.rint(pixels)
    # Of 255 values in 0-1, float16 still tells each; other fractions stay.
    return (nearest.astype(np.uint8) if _is_near(pixels, nearest) else pixels), seen


def _checked(rows):
    with np.errstate(over="ignore"):  # found as infinite below
        pixels = rows if rows.dtype.kind in "bui" else rows.astype(np.float32)
    finite = np.isfinite(pixels)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise DataFileError(
            f"has {rows[row, column]} in row {row + 1}, pixel {column + 1}, which is not a finite "
            "number"
        )
    return recognise(rows)


def _is_near(pixels, whole):
    return bool((np.abs(pixels - whole) < _NEAR).all())


def in_notes(seen, said):
    """Return what pixels were taken for, and a warning where that is doubtful.

    Parameters
    ----------
    seen : Seen
        What they look like.
    said : bool
        Whether the user said the range.

    Returns
    -------
    note, warning : str
        Either may be empty.
    """
    settle = "say pixel_range=(low, high) (--pixel-range LOW,HIGH) if it is another"
    if seen.range is None:
        return "", (
            f"has pixels with {seen}, which is none of the known ranges ({KNOWN}), and left as "
            f"they are; {settle}, as pixel_range=({min(seen.low, 0):g}, {seen.high:g})"
        )
    name = in_words(seen.range)
    note = f"pixels: {name}" + ("" if seen.range == BYTES else ", brought to 0-255")
    if said:
        return note, ""
    if not seen.sure:
        return note, f"has pixels with {seen}, taken for pixels of {name}; {settle}"
    if seen.strays:
        cut = "" if seen.range == BYTES else ", and cut off"
        return note, (
            f"has pixels with {seen}, taken for pixels of {name} with {seen.strays:,} of them "
            f"outside{cut}; {settle}"
        )
    return note, ""


def to_labels(labels):
    """Return int64 where all labels are whole numbers, else strings.

    Raises
    ------
    DataFileError
        If a label is missing, or is neither a number nor text.
    """
    import pandas as pd

    if labels.dtype.kind in "biu" and labels.max() <= np.iinfo(np.int64).max:
        return labels.astype(np.int64)
    if labels.dtype.kind not in "fuSU":
        raise DataFileError(f"has labels of type {labels.dtype}, which should be numbers or text")
    texts = np.char.strip(_text(labels))
    missing = (texts == "") | (np.char.lower(texts) == "nan")
    if missing.any():
        raise DataFileError(f"has no label in row {np.argmax(missing) + 1}")
    numbers = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(dtype=np.float64)
    # Up to here float64 tells whole numbers apart.
    whole = np.isfinite(numbers) & (np.abs(numbers) < 2**53) & (numbers == np.rint(numbers))
    return numbers.astype(np.int64) if whole.all() else texts


def _text(labels):
    """Return labels as strings, whose characters NumPy does not check when it reads a file."""
    try:
        texts = labels.astype(str)
    except UnicodeDecodeError as error:
        raise DataFileError(f"has labels of bytes that are not ASCII text ({error})") from error
    if texts.dtype.itemsize and texts.view(np.uint32).max() > sys.maxunicode:
        raise DataFileError("has labels with characters that do not exist: the file is damaged")
    return texts
