"""From `--data` to rows to learn from and rows to be scored on."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from skdigits._ground.words import shortened
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


@dataclass(frozen=True)
class Source:
    """What `--data` names, and what was said of it.

    Parameters
    ----------
    word : str
        A data set's name, or the path of one's own file.
    label : str or None
        `--label`: name or position of the column of labels.
    pixel_range : str or None
        `--pixel-range`: LOW,HIGH.
    """

    word: str
    label: str | None = None
    pixel_range: str | None = None

    @property
    def is_file(self) -> bool:
        """Whether it is one's own file."""
        return self.word not in (_SAMPLE, *PUBLISHED)

    def range(self) -> tuple[float, float] | None:
        """Return the two numbers of `--pixel-range`."""
        if self.pixel_range is None:
            return None
        from skdigits._ground.pixels import checked_range
        from skdigits.errors import ParameterError

        try:
            return checked_range(self.pixel_range.split(","))
        except ParameterError:
            stop(
                f"--pixel-range {self.pixel_range!r}: it takes LOW,HIGH, what is no ink and what "
                "is full ink, such as 0,100."
            )


def need_data(source: Source) -> None:
    """Stop unless `--data` names a data set or a file, before anything is imported for it."""
    word, known = source.word, [_SAMPLE, *PUBLISHED]
    if not source.is_file:
        for option, value in (("--label", source.label), ("--pixel-range", source.pixel_range)):
            if value is not None:
                stop(f"{option} {value}: this is for a file of your own, and --data is {word}.")
    elif not os.path.exists(os.path.expanduser(word)):  # noqa: PTH110, PTH111 (Path's raise)
        stop(
            f"--data {word!r} is neither one of {', '.join(known)} nor a file or folder that "
            "exists."
        )


def load(source: Source, *, split: bool = True) -> Rows:
    """Load the rows of `--data`.

    Parameters
    ----------
    source : Source
        What `--data` names.
    split : bool, default=True
        Whether rows must be set aside to be scored on. If not, and there are too few for that, all
        are to be learned from, and none to be scored on.

    Returns
    -------
    rows : Rows
        Those of a file with what they were taken for said.
    """
    from skdigits import datasets

    need_data(source)
    word = source.word
    if word == _SAMPLE:
        return _split("sample digits", *datasets.load_sample_digits(return_X_y=True))
    if word in PUBLISHED:
        title, loader = PUBLISHED[word]
        load_subset = getattr(datasets, loader)
        train, test = (load_subset(subset=name, return_X_y=True) for name in ("train", "test"))
        return Rows(title, *train, *test)
    file = datasets.load_data_file(word, label_column=source.label, pixel_range=source.range())
    X, y, n, title = file.data, file.target, file.n_train, Path(word).name
    with suppress(OSError):  # work is not lost because nothing can be shown
        for note in file.notes:
            typer.echo(f"{title}: {note}")
    if n is not None:
        return Rows(title, X[:n], y[:n], X[n:], y[n:])
    if not split and _why_not_split(y):
        return Rows(title, X, y, X[:0], y[:0])
    return _split(title, X, y)


def load_to_learn(source: Source, *, n_parts: int = 1) -> Rows:
    """Load the rows of `--data`, and stop where a classifier cannot learn from them.

    That takes two labels, and in cross-validation a row of each label in every part.
    """
    import numpy as np

    rows = load(source)
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


def _why_not_split(y: np.ndarray) -> str:
    """Return why a quarter of each label cannot be set aside, or nothing."""
    import numpy as np

    labels, counts = np.unique(y, return_counts=True)
    single = labels[counts == 1].tolist()
    if single:
        few = "is only one row" if len(single) == 1 else "is only one row each"
        many = len(single) > max(20, len(y) / 2)
        hint = "; are these labels, or numbers of the rows? --label says what is" if many else ""
        return f"there {few} of {len(single):,} of the labels: {shortened(single)}{hint}"
    n_aside = math.ceil(_HELD_OUT * len(y))
    if n_aside < len(labels) or len(y) - n_aside < len(labels):
        return f"a quarter is {n_aside} rows, and there are {len(labels):,} labels"
    return ""


def _split(title: str, X: np.ndarray, y: np.ndarray) -> Rows:
    """Set a quarter aside, the same rows in every command and with every seed."""
    from sklearn.model_selection import train_test_split

    if reason := _why_not_split(y):
        stop(
            f"{title} has {len(y):,} rows, of which a quarter of each label cannot be set aside to "
            f"be scored on: {reason}.",
            FAILED,
        )
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=_HELD_OUT, stratify=y, random_state=0
    )
    return Rows(title, X_train, y_train, X_test, y_test)
