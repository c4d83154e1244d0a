"""The rows that every model of a comparison sees."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import _safe_indexing, check_consistent_length
from sklearn.utils.validation import column_or_1d

from skdigits.evaluation._score import checksum


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to be scored on."""

    X_train: object
    y_train: np.ndarray
    X_test: object
    y_test: np.ndarray


def make_splits(X_train, y_train, X_test, y_test, cv):
    """Materialise the splits, once; give them and how they are called."""
    check_consistent_length(X_train, y_train)
    y_train = column_or_1d(y_train)
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test go together; only one of them was given.")
    if (X_test is None) == (cv is None):
        raise ValueError(
            "compare needs rows to score on: either X_test and y_test, or cv=; got "
            + ("neither." if cv is None else "both.")
        )
    if cv is None:
        check_consistent_length(X_test, y_test)
        return [Split(X_train, y_train, X_test, column_or_1d(y_test))], "one test set"
    from sklearn.model_selection import check_cv

    splitter = check_cv(cv, y_train, classifier=True)
    indices = list(splitter.split(X_train, y_train))
    if not indices or not all(len(y_train[test]) for _, test in indices):
        raise ValueError(f"cv={cv!r} gives no split, or one without rows to be scored on.")
    # What scikit-learn makes of splits given as indices holds the list of them.
    listed = isinstance(getattr(splitter, "cv", None), list)
    return [
        Split(
            _safe_indexing(X_train, train),
            y_train[train],
            _safe_indexing(X_train, test),
            y_train[test],
        )
        for train, test in indices
    ], "splits given as indices" if listed else " ".join(str(splitter).split())


def describe(splits, labels, *, how, title):
    """Give `Comparison.data`."""
    train, test = splits[0].y_train, np.concatenate([split.y_test for split in splits])
    return {
        "title": str(title),
        "splits": how,
        "n_train": [len(split.y_train) for split in splits],
        "n_test": [len(split.y_test) for split in splits],
        "train_counts": [int((train == label).sum()) for label in labels],
        "test_counts": [int((test == label).sum()) for label in labels],
        "checksum": checksum(*(part for split in splits for part in vars(split).values())),
    }


def pixels(splits, rows):
    """Give the pixels of some of all splits' test rows."""
    starts = np.cumsum([0] + [len(split.y_test) for split in splits])
    places = np.searchsorted(starts, rows, side="right") - 1
    found = [
        dense(splits[place].X_test, row - starts[place])
        for row, place in zip(rows, places, strict=True)
    ]
    return np.nan_to_num(np.array(found))


def dense(X, row):
    """Give one row as an array of float64."""
    one = _safe_indexing(X, [row])
    one = one.toarray() if hasattr(one, "toarray") else one
    return np.asarray(one, dtype=np.float64).ravel()
