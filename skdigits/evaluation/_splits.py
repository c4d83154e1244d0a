"""The rows that every model of a comparison is fitted and scored on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import _safe_indexing, check_consistent_length
from sklearn.utils.validation import column_or_1d

from skdigits._ground.files import unicode_text
from skdigits.errors import ParameterError
from skdigits.evaluation._score import checksum


@dataclass(frozen=True)
class Split:
    """Training rows and test rows, with their labels."""

    X_train: Any
    y_train: np.ndarray
    X_test: Any
    y_test: np.ndarray


def make_splits(
    X_train: ArrayLike,
    y_train: ArrayLike,
    X_test: ArrayLike | None,
    y_test: ArrayLike | None,
    cv: Any,
) -> tuple[list[Split], str]:
    """Return the splits, made once, and a description of how they were made."""
    check_consistent_length(X_train, y_train)
    y = column_or_1d(y_train)
    if (X_test is None) != (y_test is None):
        raise ParameterError("X_test and y_test go together; only one of them was given.")
    if (X_test is None) == (cv is None):
        raise ParameterError(
            "compare needs rows to score on: either X_test and y_test, or cv=; got "
            + ("neither." if cv is None else "both.")
        )
    if cv is None:
        check_consistent_length(X_test, y_test)
        return [Split(X_train, y, X_test, column_or_1d(y_test))], "one test set"
    from sklearn.model_selection import check_cv

    splitter = check_cv(cv, y, classifier=True)
    indices = list(splitter.split(X_train, y))
    if not indices or not all(len(y[test]) for _, test in indices):
        raise ParameterError(f"cv={cv!r} gives no split, or one without rows to be scored on.")
    # scikit-learn's splitter around splits given as indices prints all of them.
    listed = isinstance(getattr(splitter, "cv", None), list)
    return [
        Split(
            _safe_indexing(X_train, train),
            y[train],
            _safe_indexing(X_train, test),
            y[test],
        )
        for train, test in indices
    ], "splits given as indices" if listed else " ".join(str(splitter).split())


def describe(
    splits: Sequence[Split], labels: np.ndarray, *, how: str, title: str
) -> dict[str, Any]:
    """Return the fields of `Comparison.data`."""
    train, test = splits[0].y_train, np.concatenate([split.y_test for split in splits])
    return {
        "title": unicode_text(title),
        "splits": how,
        "n_train": [len(split.y_train) for split in splits],
        "n_test": [len(split.y_test) for split in splits],
        "train_counts": [int((train == label).sum()) for label in labels],
        "test_counts": [int((test == label).sum()) for label in labels],
        "checksum": checksum(*(part for split in splits for part in vars(split).values())),
    }


def pixels(splits: Sequence[Split], rows: Sequence[int]) -> np.ndarray:
    """Return the pixels of some test rows, which are numbered through all splits."""
    starts = np.cumsum([0] + [len(split.y_test) for split in splits])
    places = np.searchsorted(starts, rows, side="right") - 1
    found = [
        dense(_row(splits[place].X_test, row - starts[place]))
        for row, place in zip(rows, places, strict=True)
    ]
    return np.nan_to_num(np.array(found))


def are_numbers(X: Any) -> bool:
    """Return whether rows can be shown as pixels at all, judged by the first of them.

    Rows that cannot be taken one by one are an error here, before any fit.
    """
    row = _row(X, 0)
    try:
        dense(row)
    except (ValueError, TypeError):  # words
        return False
    return True


def _row(X: Any, row: int) -> Any:
    """Return one row as rows of its kind."""
    return _safe_indexing(X, [int(row)])  # polars and pyarrow take no NumPy integer in a list


def dense(row: Any) -> np.ndarray:
    """Return one row as an array of float64."""
    row = row.toarray() if hasattr(row, "toarray") else row
    return np.asarray(row, dtype=np.float64).ravel()
