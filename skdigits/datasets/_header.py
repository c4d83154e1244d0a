"""Whether the first row of a table names its columns."""

import itertools
import math
import re

from skdigits._ground.words import shortened
from skdigits.errors import DataFileError

LABEL_NAMES = ("label", "target", "class", "y", "digit", "labels", "targets", "classes", "digits")
# What else stands beside pixels, and is neither a pixel nor the label.
OTHER_NAMES = frozenset(
    [
        "id",
        "ids",
        "idx",
        "index",
        "imageid",
        "image_id",
        "image_index",
        "sample_id",
        "sampleid",
        "key",
        "uuid",
        "guid",
        "unnamed",
        "level_0",
        "row",
        "rowid",
        "row_id",
        "row_number",
        "rownumber",
        "no",
        "nr",
        "split",
        "subset",
        "set",
        "fold",
        "part",
        "partition",
        "usage",
        "dataset",
        "train",
        "test",
        "is_train",
        "is_test",
        "file",
        "filename",
        "file_name",
        "filepath",
        "file_path",
        "path",
        "name",
        "image_name",
        "source",
        "writer",
        "author",
        "user",
        "font",
        "date",
        "time",
        "timestamp",
    ]
)

_PIXEL_NAME = re.compile(
    r"(?:pixels?|px|pix|p|x|f|features?|attr(?:ibute)?|col(?:umn)?|v|var|im(?:age)?|c|i)?"
    r"[ _.-]*\d+(?:[ _.,x-]+\d+)?|r(?:ow)?\d+c(?:ol)?\d+"
)
# pandas numbers the columns that a header names twice: 0, 0.1, 0.2.
_NUMBERED = re.compile(r"\d+\.([1-9]\d*)")


def find_header(rows):
    """Return the names of the columns, or None where the first row is a row like the others.

    Parameters
    ----------
    rows : list of list of str
        The first rows, at least one.

    Returns
    -------
    header : list of str, or None
        As they are written in the file.

    Raises
    ------
    DataFileError
        If the first row is an image that pandas has taken for a header.
    """
    first, others = rows[0], rows[1:]
    numbers = [cell for cell in first if is_number(cell)]
    words = [cell for cell in first if cell and not is_number(cell)]
    if not numbers:
        return first
    _refuse_numbered(numbers)
    if len(first) > 2 and _are_consecutive(numbers, bool(words) or len(numbers) < len(first)):
        return first
    if not words:
        return None
    if any(is_label_name(word) or is_other_name(word) for word in words):
        return first
    # A text in the midst of numbers: a label, if the next rows have one there as well.
    same = [row for row in others if len(row) == len(first)]
    places = [i for i, cell in enumerate(first) if cell and not is_number(cell)]
    if same and all(not is_number(row[i]) for row in same for i in places):
        return None
    return first


def is_number(cell):
    """Return whether a cell is a finite number."""
    try:
        return math.isfinite(float(cell.replace(",", ".", 1)))
    except ValueError:
        return False


def is_label_name(name):
    """Return whether a column of this name has the labels."""
    return name.strip().lower() in LABEL_NAMES


def is_other_name(name):
    """Return whether a column of this name is known to be neither pixel nor label."""
    name = name.strip().lower()
    return name in OTHER_NAMES or re.fullmatch(r"unnamed: ?\d+", name) is not None


def is_pixel_name(name):
    """Return whether a column's name is one that programs give to pixels."""
    return _PIXEL_NAME.fullmatch(name.strip().lower()) is not None


def _are_consecutive(cells, beside_words):
    """Return whether numbers count up by one from 0 or 1, as pandas and R name columns."""
    values = [float(cell.replace(",", ".", 1)) for cell in cells]
    if values[0] not in (0, 1) or any(b - a != 1 for a, b in itertools.pairwise(values)):
        return False
    return len(values) >= (2 if beside_words else 5 if values[0] else 3)


def _refuse_numbered(cells):
    """Refuse the first image of a file without a header that pandas has made a header of."""
    numbered = [match[1] for cell in cells if (match := _NUMBERED.fullmatch(cell))]
    counts = [int(number) for number in numbered]
    if len(counts) > 8 and counts[:3] == [1, 2, 3]:
        raise DataFileError(
            f"has the first row {shortened(cells, 5)}: this is an image that pandas took for a "
            "header and numbered. Read the file that it came from with pd.read_csv(..., "
            "header=None), and write it with to_csv(..., header=False, index=False)"
        )
