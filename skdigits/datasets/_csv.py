"""Images and labels in CSV text, whatever its separator."""

import csv
import io
import itertools
import re
from dataclasses import dataclass

import numpy as np

from skdigits._ground.words import shortened
from skdigits.datasets._columns import assign
from skdigits.datasets._foreign import refuse_foreign_text
from skdigits.datasets._header import find_header
from skdigits.errors import DataFileError

# In this order: a comma may also be a decimal one, and a space stand after any of the others.
_SEPARATORS = ("\t", ";", "|", ",")
_SPACES = r"\s+"
_LOOKED_AT = 50
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class _Dialect:
    """How a text is divided into cells."""

    separator: str
    decimal: str
    skipped: int

    def cells(self, line):
        if self.separator == _SPACES:
            return line.split()
        (row,) = csv.reader([line], delimiter=self.separator, skipinitialspace=True)
        return [cell.strip() for cell in row]


def read_csv(content, label_column=None):
    """Return the pixels (n_rows, n_pixels) and labels (n_rows,) of CSV text, and what was what.

    Parameters
    ----------
    content : bytes
        The text.
    label_column : str, int or None
        Name or position of the column of labels, where the user says so.

    Returns
    -------
    pixels, labels : ndarray
        As they stand in the file.
    notes : list of str
        What was taken for what.

    Raises
    ------
    DataFileError
        If it is not CSV text, has anything but numbers as pixels, or if it cannot be told which
        column has the labels.
    """
    text = _decode(content)
    refuse_foreign_text(text)
    try:
        dialect, lines = _dialect(text)
        rows = [dialect.cells(line) for line in lines]
    except csv.Error as error:
        raise DataFileError(f"cannot be read as CSV: {error}") from error
    header = find_header(rows)
    n_columns, body = len(rows[0]), rows[1:] if header else rows
    if body and len(body[0]) > n_columns:  # pandas would take the first columns for an index
        raise DataFileError(f"has rows longer than its header of {n_columns} columns")
    frame = _parse(text, dialect, header is not None, n_columns)
    if header is None:  # a fault in the midst is clearer than what it makes of the ends
        for i in range(1, n_columns - 1):
            _check_numbers(frame[i], f"number {i + 1}")
    columns = assign(frame, header, label_column)
    names = columns.names
    pixels = frame[columns.pixels]
    if len(pixels):
        for column in pixels:
            _check_numbers(pixels[column], names[column])
    labels = columns.one_hot_labels
    if labels is None:
        labels = _labels(text, dialect, header is not None, frame[columns.label], len(names))
    return pixels.to_numpy(), labels, columns.notes


def _decode(content):
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel still writes an umlaut in a header as Windows' own character set has it.
        text = "\0" if _CONTROL.search(content) else content.decode("cp1252", "replace")
    if "\0" in text:
        raise DataFileError(
            f"starts with {content[:4]!r} and is none of what is known: CSV text (UTF-8), .npz, "
            "IDX, or one of these compressed by gzip, bzip2, xz or zip"
        )
    if not text or text.isspace():
        raise DataFileError("is empty")
    return text


def _dialect(text):
    """Return how the text is divided into cells, and its first lines that are not blank."""
    lines = [line.strip("\r\n") for line in itertools.islice(_lines(text), _LOOKED_AT)]
    skipped = 0
    if named := re.fullmatch(r"\"?sep=(.)\"?", lines[0].strip()):  # Excel's own first line
        lines, skipped = lines[1:], 1
        if not lines:
            raise DataFileError("has 0 rows: there is no data")
    marked = lines[0].lstrip().startswith("#")
    lines[0] = lines[0].lstrip().lstrip("#") if marked else lines[0]
    separator = named[1] if named else _separator(lines[1:] if marked and lines[1:] else lines)
    dialect = _Dialect(separator, ".", skipped)
    # np.savetxt writes a header so; anything else is a comment.
    if marked and lines[1:] and len(dialect.cells(lines[0])) != len(dialect.cells(lines[1])):
        lines, skipped = lines[1:], skipped + 1
        dialect = _Dialect(separator, ".", skipped)
    if separator != ",":
        cells = itertools.chain.from_iterable(map(dialect.cells, lines[1:] or lines))
        if any(map(_DECIMAL_COMMA.fullmatch, cells)):
            dialect = _Dialect(separator, ",", skipped)
    return dialect, lines


def _lines(text):
    return (line for line in io.StringIO(text) if line.strip())


def _separator(lines):
    """Return the separator that divides all lines into as many cells, two or more."""
    divided = {}
    for separator in _SEPARATORS:
        dialect = _Dialect(separator, ".", 0)
        try:
            divided[separator] = [len(dialect.cells(line)) for line in lines]
        except csv.Error:  # a row that this does not divide is longer than any cell may be
            divided[separator] = [1]
    for separator, numbers in divided.items():
        if numbers[0] > 1 and len(set(numbers)) == 1:
            return separator
    numbers = [len(line.split()) for line in lines]
    if max(map(max, divided.values())) == 1 and numbers[0] > 1 and len(set(numbers)) == 1:
        return _SPACES
    # The rows differ in length, and which is wrong is told later.
    return max(reversed(_SEPARATORS), key=lambda separator: divided[separator][0])


def _parse(text, dialect, has_header, n_columns, **options):
    import pandas as pd

    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=dialect.separator,
            decimal=dialect.decimal,
            header=None,
            skiprows=_place_of_first_row(text, dialect.skipped + has_header),
            names=range(n_columns),
            keep_default_na=False,  # a label may be called NA
            low_memory=False,
            skipinitialspace=dialect.separator != _SPACES,
            **options,
        )
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=range(n_columns))
    except (pd.errors.ParserError, ValueError, OverflowError) as error:
        words = " ".join(str(error).split())[:300]
        raise DataFileError(f"cannot be read as CSV: {words}") from error
    return frame


def _place_of_first_row(text, n):
    """Return how many lines, blank ones among them, come before the n-th that is not blank ends."""
    if n == 0:
        return 0
    numbered = (i for i, line in enumerate(io.StringIO(text), start=1) if line.strip())
    return next(itertools.islice(numbered, n - 1, None))


def _labels(text, dialect, has_header, column, n_columns):
    """Return labels as numbers, where they are whole ones, else as they are written."""
    kind = column.dtype.kind
    if kind in "iu" or (kind == "f" and (column == np.rint(column)).all()):
        return column.to_numpy()
    place = column.name
    options = {"usecols": [place], "dtype": str}
    written = _parse(text, dialect, has_header, n_columns, **options)[place]
    labels = written.to_numpy(dtype=str)
    if dialect.decimal == ",":
        labels = np.array([_with_point(label) for label in labels])
    return labels


def _with_point(label):
    return label.replace(",", ".") if _DECIMAL_COMMA.fullmatch(label.strip()) else label


def _check_numbers(column, name):
    import pandas as pd

    if column.dtype.kind in "iu" or (column.dtype.kind == "f" and np.isfinite(column).all()):
        return
    texts = column.astype(str)
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    row = int(np.argmin(np.isfinite(numbers)))
    value = shortened([texts.iloc[row]])
    name = shortened([name])
    raise DataFileError(
        f"has {value!r} in row {row + 1}, column {name!r}, which is not a finite number"
    )
