"""Arrays of any kind into rows of pixels and labels."""

import sys

import numpy as np

from skdigits.errors import DataFileError


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
        raise DataFileError(f"has labels of shape {labels.shape}, which should be (n,)")
    if len(rows) != len(labels):
        raise DataFileError(f"has {len(rows):,} images, but {len(labels):,} labels")
    if not rows.size:
        raise DataFileError(f"has {len(rows):,} rows of {rows.shape[1]:,} pixels: there is no data")
    return rows, labels


def to_pixels(rows):
    """Return pixels of 0-255: uint8 where all are whole numbers, else float32.

    Where no pixel is above 1 they were scaled before, and are brought back.

    Raises
    ------
    DataFileError
        If a value is not a finite number.
    """
    if rows.dtype == np.uint8 and rows.max() > 1:
        return rows
    if rows.dtype.kind not in "biuf":
        raise DataFileError(f"has pixels of type {rows.dtype}, which should be numbers")
    with np.errstate(over="ignore"):  # found as infinite below
        pixels = rows.astype(np.float32)
    finite = np.isfinite(pixels)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise DataFileError(
            f"has {rows[row, column]} in row {row + 1}, pixel {column + 1}, which is not a finite "
            "number"
        )
    if pixels.min() >= 0 and 0 < pixels.max() <= 1:
        rows = pixels = pixels * np.float32(255)
    whole = pixels.min() >= 0 and pixels.max() <= 255 and np.array_equal(rows, np.rint(pixels))
    return rows.astype(np.uint8) if whole else pixels


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
