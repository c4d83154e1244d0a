"""Which columns of a table are pixels, which one has the labels, and what is neither."""

import math
import re
from dataclasses import dataclass, field

import numpy as np

from skdigits._ground.words import shortened
from skdigits.datasets._header import LABEL_NAMES, is_label_name, is_other_name, is_pixel_name
from skdigits.errors import DataFileError

_ONE_HOT = re.compile(
    r"(?:labels?|targets?|class(?:es)?|y|digits?|is|one_?hot)[ _=.:-]*(\w+)", re.I
)
# From so many rows on, numbers that count the rows are no accident.
_ENOUGH_TO_COUNT = 5
_ENOUGH_FOR_SHARES = 10
_SMALLEST_SQUARE = 64
_DIGITS, _CHARACTERS = 9, 62
NO, PERHAPS, YES = 0, 1, 2


@dataclass
class Columns:
    """What the columns of a table are.

    Attributes
    ----------
    names : list of str
        What to call them, by position.
    label : int or None
        Position of the labels; None where they are `one_hot_labels`.
    pixels : list of int
        Positions of the pixels.
    one_hot_labels : ndarray or None
        Labels, one a row.
    notes : list of str
        What was taken for what.
    """

    names: list
    label: int | None = None
    pixels: list = field(default_factory=list)
    one_hot_labels: np.ndarray | None = None
    notes: list = field(default_factory=list)


def assign(frame, header, label_column=None):
    """Tell labels, pixels, and what is neither.

    Parameters
    ----------
    frame : DataFrame
        The rows, columns by position.
    header : list of str, or None
        The columns' names.
    label_column : str, int or None
        The user's word.

    Returns
    -------
    columns : Columns
        With a note of everything that the file does not say itself.

    Raises
    ------
    DataFileError
        If it is doubtful, with the likeliest readings.
    """
    names = header or [f"number {i + 1}" for i in range(frame.shape[1])]
    columns = Columns(names=names)
    left = list(range(len(names)))
    asked = None if label_column is None else _asked(label_column, names, header)
    if asked is not None:
        left.remove(asked)
    left = _without_others(frame, columns, left, header)
    hot = _one_hot(frame, names, left) if header else {}
    columns.label = asked
    if asked is None:
        named = [i for i in left if header and is_label_name(names[i])]
        if len(named) > 1:
            raise DataFileError(_two_labels(frame, names, named))
        if named:
            columns.label = named[0]
        elif hot:
            columns.one_hot_labels = _of_one_hot(frame, hot)
        elif header and not all(names[i].strip().isdigit() for i in left):
            raise DataFileError(_no_label(frame, names, left))
        else:
            columns.label = _by_content(frame, left)
    rest = [i for i in left if i != columns.label and i not in hot]
    columns.pixels = _pixels(columns, rest, header)
    columns.notes.insert(0, _in_words(columns, header, hot))
    return columns


def _asked(label_column, names, header):
    """Return the position of the column that the user named."""
    stripped = [name.strip() for name in names]
    if isinstance(label_column, str) and header is not None:
        same = [i for i, name in enumerate(stripped) if name == label_column.strip()]
        same = same or [
            i for i, name in enumerate(stripped) if name.lower() == label_column.strip().lower()
        ]
        if len(same) > 1:
            raise DataFileError(
                f"has {len(same)} columns named {label_column!r}: say which by its position, "
                f"label_column={same[0]} or label_column={same[1]} (counted from 0)"
            )
        if same:
            return same[0]
    try:
        place = int(label_column)
        if -len(names) <= place < len(names):
            return place % len(names)
    except ValueError:
        pass
    known = f"named {shortened(_reprs(names), 6)}" if header else "without a header"
    raise DataFileError(
        f"has no column label_column={label_column!r}: it has {len(names)} columns, {known}; give "
        f"a name, or a position from 0 to {len(names) - 1}, or -1 for the last"
    )


def _without_others(frame, columns, left, header):
    """Leave out what is known to be no pixel: row numbers, names, empty columns."""
    names, out = columns.names, {}
    for i in left:
        unnamed = header is not None and not names[i].strip()
        at_an_end = i in (left[0], left[-1]) or unnamed
        column = frame[i]
        if header and is_other_name(names[i]):
            out[i] = "is no pixel by its name"
        elif _counts_rows(column) and (at_an_end or not (header and is_pixel_name(names[i]))):
            if not (header and is_label_name(names[i])):
                out[i] = "counts the rows"
        elif unnamed and len(frame) and (column.astype(str).str.strip() == "").all():
            out[i] = "is empty"
        elif (unnamed or (at_an_end and not header)) and _is_key(column, unnamed):
            out[i] = "numbers the rows"
        elif unnamed:
            raise DataFileError(
                f"has a column {i + 1} without a name, with {_values(column)}: it may be an index "
                "as pandas writes it, or pixels. Take it out (to_csv(index=False)), or name it"
            )
    for i, reason in out.items():
        name = _called(names[i]) if header and names[i].strip() else f"number {i + 1}"
        columns.notes.append(f"left out: the column {name}, which {reason}")
    return [i for i in left if i not in out]


def _counts_rows(column):
    values = _whole(column)
    return (
        values is not None
        and len(values) >= _ENOUGH_TO_COUNT
        and abs(values[0]) <= 1
        and bool((np.diff(values) == 1).all())
    )


def _is_key(column, unnamed):
    """Return whether no value comes twice, and they are too large for pixels or in no place."""
    values = _whole(column)
    if values is None or len(np.unique(values)) < len(values):
        return False
    return unnamed or (len(values) >= _ENOUGH_FOR_SHARES and values.max() > 255)


def _whole(column):
    """Return a column's values where they are whole numbers, else None."""
    if column.dtype.kind not in "iuf" or not len(column):
        return None
    values = column.to_numpy(dtype=np.float64)
    return values if np.isfinite(values).all() and (values == np.rint(values)).all() else None


def _one_hot(frame, names, left):
    """Return the classes of columns that are labels, one-hot, by position."""
    found = {}
    for i in left:
        match = _ONE_HOT.fullmatch(names[i].strip())
        if match and not is_label_name(names[i]):
            found[i] = match[1]
    if len(found) < 2 or not len(frame):
        return {}
    values = frame[list(found)]
    if not all(column.dtype.kind in "iufb" for _, column in values.items()):
        return {}
    values = values.to_numpy(dtype=np.float64)
    return found if np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all() else {}


def _of_one_hot(frame, hot):
    classes = np.array(list(hot.values()))
    return classes[frame[list(hot)].to_numpy(dtype=np.float64).argmax(axis=1)]


def _by_content(frame, left):
    """Choose the first or the last of columns that have no names."""
    if len(left) < 3:  # at most one pixel, which is refused later
        return left[0] if left else 0
    first, last = left[0], left[-1]
    n = len(left)
    if n >= _SMALLEST_SQUARE and math.isqrt(n) ** 2 == n:
        side = math.isqrt(n)
        raise DataFileError(
            f"has {n} columns without a name, which may be the {side}x{side} pixels of images "
            f"without labels, or labels and {n - 1} pixels: say which column has the labels with "
            "label_column=0 (--label 0), or add one named label"
        )
    here, there = likeness(frame[first]), likeness(frame[last])
    if here > NO and there == NO:
        return first
    if here == YES and there == PERHAPS:
        return first
    if here == NO and there == YES:
        return last
    if here == NO and there == NO and _is_a_digit_in_all_rows(frame[first]):
        return first
    raise DataFileError(
        "does not tell which column has the labels: the first one may, with "
        f"{_values(frame[first])}, or the last one, with {_values(frame[last])}. Say so with "
        "label_column=0 or label_column=-1 (--label 0, --label=-1), or name it label in a header"
    )


def likeness(column):
    """Return how much a column looks like labels: `NO`, `PERHAPS` or `YES`."""
    n = len(column)
    if column.dtype.kind not in "iuf":
        return NO if n > _ENOUGH_FOR_SHARES and column.nunique() == n else YES
    values = _whole(column)
    if values is None:
        return NO
    distinct, counts = np.unique(values, return_counts=True)
    ground = distinct[counts.argmax()] == 0 and counts.max() > 0.6 * n
    if len(distinct) == 1 or distinct[0] < 0 or (ground and n >= _ENOUGH_FOR_SHARES):
        return NO
    if distinct[-1] <= _DIGITS:
        return YES
    few = len(distinct) <= min(_CHARACTERS, n / 3) and distinct[-1] < 1000
    return PERHAPS if few else NO


def _is_a_digit_in_all_rows(column):
    values = _whole(column)
    if values is None or len(np.unique(values)) > 1:
        return False
    return (0 if len(values) == 1 else 1) <= values[0] <= _DIGITS


def _pixels(columns, rest, header):
    """Return those of the other columns that are pixels: beside many named so, no others."""
    if not header:
        return rest
    named = [i for i in rest if is_pixel_name(columns.names[i])]
    if len(named) < max(2, 0.8 * len(rest)):
        others = [i for i in rest if is_label_name(columns.names[i])]
    else:
        others = [i for i in rest if i not in named]
    for i in others:
        columns.notes.append(
            f"left out: the column {_called(columns.names[i])}, which is not named as pixels are"
        )
    return [i for i in rest if i not in others]


def _in_words(columns, header, hot):
    names, pixels = columns.names, columns.pixels
    if columns.label is None:
        where = f"{len(hot)} columns, one-hot ({shortened([names[i] for i in hot], 3)})"
    elif header:
        where = f"the column {_called(names[columns.label])}"
    else:
        where = f"column {columns.label + 1} of {len(names)}, since there is no header"
    ends = (
        f" ({_called(names[pixels[0]])} to {_called(names[pixels[-1]])})"
        if header and pixels
        else ""
    )
    return f"labels: {where}; pixels: {len(pixels)} columns{ends}"


def _values(column):
    """Return some of a column's values, as they appear."""
    seen = column.drop_duplicates()
    shown = shortened([_short(value) for value in seen.head(4)], 4)
    return f"the value {shown} only" if len(seen) == 1 else f"values such as {shown}"


def _reprs(names):
    return [_called(name) for name in names]


def _called(name):
    return repr(shortened([name.strip()]))


def _short(value):
    return f"{value:g}" if isinstance(value, int | float | np.number) else repr(str(value))


def _two_labels(frame, names, named):
    first, second = (
        f"{_called(names[i])} (column {i + 1}, with {_values(frame[i])})" for i in named[:2]
    )
    more = f", or {shortened(_reprs(names[i] for i in named[2:]), 4)}" if named[2:] else ""
    same = len({names[i] for i in named}) < len(named)
    words = [named[0], named[1]] if same else [_called(names[i]) for i in named[:2]]
    return (
        f"has {len(named)} columns of labels among its {len(names)}: {first} or {second}{more}. "
        f"Say which with label_column={words[0]} or label_column={words[1]} (--label)"
    )


def _no_label(frame, names, left):
    """Say that no column is named as labels are, and which may have them all the same."""
    if len(names) == 1:
        return (
            f"has one column only, {_called(names[0])}: separate the columns with commas, "
            "semicolons, tabs, bars or spaces, the same in all rows"
        )
    first = (
        f"has 0 columns of labels among its {len(names)}: {shortened(_reprs(names), 6)}. Under a "
        f"header, one is to be named {', '.join(LABEL_NAMES[:5])}"
    )
    others = [i for i in left if not is_pixel_name(names[i])]
    likely = sorted(others, key=lambda i: -likeness(frame[i]))[:2] if len(frame) else []
    if not others:
        return (
            f"{first}; all are named as pixels are, so the labels seem to be missing: add them, "
            "or say which column has them with label_column= (--label)"
        )
    guesses = " or ".join(f"label_column={_called(names[i])} ({_values(frame[i])})" for i in likely)
    return f"{first}; or say which has them, such as {guesses} (--label)" if guesses else first
