"""From `--data` to rows to learn from and rows to be scored on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skdigits.cli._errors import FAILED, stop
from skdigits.cli._names import PUBLISHED

if TYPE_CHECKING:
    import numpy as np

_SAMPLE = "sample"
_HELD_OUT = 0.25


@dataclass(frozen=True)
class Rows:
    """Digits to learn from and to be scored on."""

    title: str
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    def subset(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows and labels of "train", "test" or "all"."""
        if name == "train":
            return self.X_train, self.y_train
        if name == "test":
            return self.X_test, self.y_test
        import numpy as np

        return (
            np.concatenate([self.X_train, self.X_test]),
            np.concatenate([self.y_train, self.y_test]),
        )


def need_data(word: str) -> None:
    """Stop unless `--data` names a data set or a file, before anything is imported for it."""
    known = [_SAMPLE, *PUBLISHED]
    if word not in known and not os.path.exists(word):  # noqa: PTH110 (False where Path raises)
        stop(
            f"--data {word!r} is neither one of {', '.join(known)} nor a file or folder that "
            "exists."
        )


def load(word: str) -> Rows:
    """Load the rows of `--data`: a data set's name, or the path of one's own file."""
    from skdigits import datasets

    need_data(word)
    if word == _SAMPLE:
        return _split("sample digits", *datasets.load_sample_digits(return_X_y=True))
    if word in PUBLISHED:
        title, loader = PUBLISHED[word]
        load_subset = getattr(datasets, loader)
        train, test = (load_subset(subset=name, return_X_y=True) for name in ("train", "test"))
        return Rows(title, *train, *test)
    file = datasets.load_data_file(word)
    X, y, n, title = file.data, file.target, file.n_train, Path(word).name
    return _split(title, X, y) if n is None else Rows(title, X[:n], y[:n], X[n:], y[n:])


def load_to_learn(word: str, *, n_parts: int = 1) -> Rows:
    """Load the rows of `--data`, and stop where a classifier cannot learn from them.

    That takes two labels, and in cross-validation a row of each label in every part.
    """
    import numpy as np

    rows = load(word)
    labels, counts = np.unique(rows.y_train, return_counts=True)
    if len(labels) < 2:
        stop(
            f"{rows.title} has {len(rows.y_train):,} rows to learn from and the label "
            f"{', '.join(map(str, labels)) or 'of none'} only; a classifier needs two labels.",
            FAILED,
        )
    if counts.min() < n_parts:
        rarest = labels[counts.argmin()]
        stop(
            f"--cv {n_parts}: {rows.title} has {counts.min()} rows of the label {rarest} to learn "
            f"from, which cannot be in {n_parts} parts; give fewer parts or more such rows."
        )
    return rows


def _split(title: str, X: np.ndarray, y: np.ndarray) -> Rows:
    """Set a quarter aside, the same rows in every command and with every seed."""
    from sklearn.model_selection import train_test_split

    try:
        X_train, X_test, y_train, y_test = train_test_split(
            X, y, test_size=_HELD_OUT, stratify=y, random_state=0
        )
    except ValueError as error:
        stop(
            f"{title} has {len(y)} rows, of which a quarter of each label cannot be set aside to "
            f"be scored on: {error}",
            FAILED,
        )
    return Rows(title, X_train, y_train, X_test, y_test)
