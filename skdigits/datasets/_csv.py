"""Images and labels in CSV text."""

import csv
import io

import numpy as np

from skdigits.errors import DataFileError

_LABEL_NAMES = ("label", "target", "class", "y", "digit")


def read_csv(content):
    """Return the pixels (n_rows, n_pixels) and labels (n_rows,) of CSV text.

    Raises
    ------
    DataFileError
        If it is not CSV text, has no labels, or anything but numbers as pixels.
    """
    text = _decode(content)
    names, label, has_header = _columns(text)
    frame = _parse(text, len(names), label, has_header)
    pixels = frame.drop(columns=label)
    if len(pixels):
        for column in pixels:
            _check_numbers(pixels[column], names[column])
    return pixels.to_numpy(), frame[label].to_numpy(dtype=str)


def _decode(content):
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise DataFileError(
            f"starts with {content[:4]!r} and is none of what is known: CSV text (UTF-8), .npz, "
            "IDX, or one of these gzipped"
        )
    if not text or text.isspace():
        raise DataFileError("is empty")
    return text


def _columns(text):
    """Return the columns' names, which of them has the labels, and whether a header names them."""
    rows = csv.reader(io.StringIO(text), skipinitialspace=True)
    try:
        first = [cell.strip() for cell in next(row for row in rows if row)]
    except csv.Error as error:
        raise DataFileError(f"cannot be read as CSV: {error}") from error
    if all(map(_is_number, first)):
        return ["label", *(f"number {i + 1}" for i in range(1, len(first)))], 0, False
    labels = [i for i, name in enumerate(first) if name.lower() in _LABEL_NAMES]
    if len(labels) != 1:
        seen = ", ".join(map(repr, first[:6])) + (", ..." if len(first) > 6 else "")
        raise DataFileError(
            f"has {len(labels)} columns of labels among its {len(first)}: {seen}. Under a header, "
            f"exactly one is to be named {', '.join(_LABEL_NAMES)}, with commas between columns"
        )
    if "" in first:
        raise DataFileError(
            f"has a column {first.index('') + 1} without a name, as pandas writes its index: take "
            "it out (index=False)"
        )
    return first, labels[0], True


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _parse(text, n_columns, label, has_header):
    import pandas as pd

    try:
        frame = pd.read_csv(
            io.StringIO(text),
            header=0 if has_header else None,
            names=range(n_columns),
            dtype={label: str},
            keep_default_na=False,  # a label may be called NA
            low_memory=False,
            skipinitialspace=True,
        )
    except pd.errors.ParserError as error:
        raise DataFileError(f"cannot be read as CSV: {str(error).strip()}") from error
    # Where all rows are longer than the header, pandas takes the first columns for an index.
    if not isinstance(frame.index, pd.RangeIndex):
        raise DataFileError(f"has rows longer than its header of {n_columns} columns")
    return frame


def _check_numbers(column, name):
    import pandas as pd

    if column.dtype.kind in "iu" or (column.dtype.kind == "f" and np.isfinite(column).all()):
        return
    texts = column.astype(str)
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    row = int(np.argmin(np.isfinite(numbers)))
    raise DataFileError(
        f"has {texts.iloc[row]!r} in row {row + 1}, column {name!r}, which is not a finite number"
    )
