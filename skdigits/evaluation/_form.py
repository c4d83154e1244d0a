"""The form of a comparison's JSON, and what must add up in it: checked once, where it is read."""

import base64
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NotRequired

import numpy as np
from pydantic import TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on only

from skdigits.errors import ComparisonError
from skdigits.evaluation._pictures import FORM, Label, Picture
from skdigits.evaluation._result import ModelResult

if TYPE_CHECKING:
    from skdigits.evaluation._comparison import Comparison

# No count is larger, and no cost: seconds, milliseconds, rows a second.
_MOST = 2.0**53
_CLOSE = 1e-9
# What a result that did not fail has: the least and the greatest that it can be.
_NUMBERS = {
    "accuracy": (0.0, 1.0),
    "accuracy_low": (0.0, 1.0),
    "accuracy_high": (0.0, 1.0),
    "macro_f1": (0.0, 1.0),
    "predict_one_ms": (0.0, _MOST),
    "predict_rows_per_second": (0.0, _MOST),
}
_OPTIONAL_NUMBERS = {
    "log_loss": (0.0, _MOST),
    "calibration_error": (0.0, 1.0 + _CLOSE),
    "start_up_seconds": (0.0, _MOST),
    "size_bytes": (1, _MOST),
}


@with_config(FORM)
class _Data(TypedDict):
    title: str
    splits: NotRequired[str]
    n_train: list[int]
    n_test: list[int]
    train_counts: NotRequired[list[int]]
    test_counts: NotRequired[list[int]]
    checksum: str


@with_config(FORM)
class _Environment(TypedDict):
    python: str
    platform: str
    processor: str
    cores: int | None
    versions: dict[str, str]


@with_config(FORM)
class _Fields(TypedDict):
    results: tuple[ModelResult, ...]
    labels: tuple[Label, ...]
    data: _Data
    environment: _Environment
    pictures: NotRequired[tuple[Picture, ...]]


def fields_of(text: str) -> dict[str, Any]:
    """Return the fields of `Comparison`, each of the kind that it has there.

    Raises
    ------
    ComparisonError
        If something is missing, of another kind, or not known.
    """
    try:
        return dict(TypeAdapter(_Fields).validate_json(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        got = (
            "" if first["type"] in ("missing", "json_invalid") else f", got {_cut(first['input'])}"
        )
        raise ComparisonError(f"{f'{place}: ' if place else ''}{first['msg']}{got}.") from None
    except UnicodeError as error:
        raise ComparisonError(f"it is not Unicode text ({error}).") from None


def _cut(value: Any) -> str:
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:57]}..."


def need_consistent(comparison: "Comparison") -> None:
    """Raise ComparisonError unless all counts add up and all numbers can be what they are.

    A report, the charts and the tests of `pairwise` take these for granted.
    """
    for wrong in _contradictions(comparison):
        raise ComparisonError(f"{wrong}.")


def _contradictions(comparison: "Comparison") -> Iterator[str]:
    """Yield what is wrong, in an order in which each part is sound once the next is looked at."""
    names = [result.name for result in comparison.results]
    if not names:
        yield "there are no results"
    if len(set(names)) < len(names):
        yield "two results have the same name"
    if len(set(comparison.labels)) < len(comparison.labels) or not comparison.labels:
        yield "labels are none, or one of them is there twice"
    yield from _of_data(comparison.data, len(comparison.labels))
    if not _within(comparison.environment["cores"], 1, _MOST, optional=True):
        yield f"environment.cores cannot be {comparison.environment['cores']}"
    for result in comparison.results:
        if result.error is None:
            for wrong in _of_result(result, comparison):
                yield f"of {_cut(result.name)}, {wrong}"
    n_rows = sum(comparison.data["n_test"])
    for wrong in _of_pictures(comparison.pictures, n_rows):
        yield f"pictures: {wrong}"


def _of_data(data: dict[str, Any], n_labels: int) -> Iterator[str]:
    n_train, n_test = data["n_train"], data["n_test"]
    for name in ("n_train", "n_test"):
        if not data[name] or not all(_within(n, 1, _MOST) for n in data[name]):
            yield f"data.{name} takes a count above 0 for each split"
    if len(n_train) != len(n_test):
        yield f"data has {len(n_train)} n_train and {len(n_test)} n_test, one of each a split"
    for name, total in (("train_counts", n_train[0]), ("test_counts", sum(n_test))):
        counts = data.get(name)
        if counts is None:
            continue
        if len(counts) != n_labels or min(counts) < 0 or sum(counts) != total:
            yield f"data.{name} are not {total} rows of {n_labels} labels"


def _of_result(result: ModelResult, comparison: "Comparison") -> Iterator[str]:
    n_test = comparison.data["n_test"]
    if result.labels != comparison.labels:
        yield "labels are not those of the comparison"
    if result.n_rows != sum(n_test):
        yield f"n_rows is {result.n_rows}, but there are {sum(n_test)} rows to be scored on"
    for table, optional in ((_NUMBERS, False), (_OPTIONAL_NUMBERS, True)):
        for name, (low, high) in table.items():
            value = getattr(result, name)
            if not _within(value, low, high, optional=optional):
                yield f"{name} cannot be {value}"
    if not all(_within(seed, 0, 2**32 - 1) for seed in result.seeds):
        yield "seeds are not all between 0 and 2**32 - 1"
    if not result.fit_seconds or not all(_within(s, 0, _MOST) for s in result.fit_seconds):
        yield "fit_seconds takes seconds for each fit"
    yield from _of_rights(result, n_test)
    yield from _of_confusion(result)
    yield from _of_calibration(result)
    values = [value for values in result.history.values() for value in values]
    if not all(_within(value, -_MOST, _MOST, optional=True) for value in values):
        yield "history has a number that no loss or score can have"
    for prediction in result.predictions:
        if not _within(prediction.row, 0, result.n_rows - 1):
            yield f"predictions have a row {prediction.row} of {result.n_rows}"
        if not _within(prediction.probability, 0, 1 + 1e-5, optional=True):
            yield f"predictions have a probability of {prediction.probability}"


def _of_rights(result: ModelResult, n_test: Sequence[int]) -> Iterator[str]:
    """Compare the accuracies with the bits that tell which rows were classified correctly."""
    n_bytes = math.ceil(result.n_rows / 8)
    if {_n_bytes(bits) for bits in result.right} != {n_bytes}:
        yield f"right are not bits of {result.n_rows} rows"
    expected = len(result.seeds) or 1
    if len(result.right) != expected or len(result.seed_accuracies) != expected:
        yield f"there are not {expected} right and seed_accuracies, one of each a seed"
    ends = np.cumsum(n_test)[:-1]
    found = np.array([[part.mean() for part in np.split(r, ends)] for r in result.rights()])
    if not _agree(result.seed_accuracies, found):
        yield "seed_accuracies are not the shares of right"
    if not _agree([result.split_accuracies], [found.mean(axis=0)]):
        yield "split_accuracies are not the means of seed_accuracies"
    if not _agree([[result.accuracy]], [[result.rights().mean()]]):
        yield f"accuracy is {result.accuracy}, but {result.rights().mean()} are right"


def _of_confusion(result: ModelResult) -> Iterator[str]:
    n_labels, counts = len(result.labels), [n for line in result.confusion for n in line]
    if [len(line) for line in result.confusion] != n_labels * [n_labels]:
        yield f"confusion has not {n_labels} times {n_labels} counts"
    # A model without predict_proba may predict what is no label here.
    if min(counts) < 0 or sum(counts) > result.n_rows:
        yield f"confusion does not count {result.n_rows} rows"
    right = sum(line[i] for i, line in enumerate(result.confusion))
    if right != result.rights()[0].sum():
        yield f"confusion has {right} rows that are right, but right tells otherwise"


def _of_calibration(result: ModelResult) -> Iterator[str]:
    for confidence, accuracy, n in result.reliability:
        shares = _within(confidence, 0, 1 + 1e-5) and _within(accuracy, 0, 1)
        if not shares or not _within(n, 1, result.n_rows):
            yield "reliability takes two shares and a count above 0 for each bin"
    if not all(_within(value, 0, 1) for pair in result.accuracy_when_refusing for value in pair):
        yield "accuracy_when_refusing takes shares"


def _of_pictures(pictures: Sequence[Picture], n_rows: int) -> Iterator[str]:
    for picture in pictures:
        height, width = picture.shape
        if not _within(picture.row, 0, n_rows - 1):
            yield f"there is no row {picture.row} of {n_rows}"
        if min(height, width) < 1 or _n_bytes(picture.pixels) != height * width:
            yield f"row {picture.row} has not {height}x{width} pixels"


def _within(value: float | None, low: float, high: float, *, optional: bool = False) -> bool:
    return optional if value is None else low <= value <= high


def _agree(values: Any, others: Any) -> bool:
    """Return whether two tables of numbers have the same shape and values."""
    lengths = [len(line) for line in values] == [len(line) for line in others]
    return lengths and bool(np.allclose(values, others, rtol=0, atol=_CLOSE))


def _n_bytes(text: str) -> int:
    """Return how many bytes a text in Base64 holds, or -1 if it is no Base64."""
    try:
        return len(base64.b64decode(text, validate=True))
    except ValueError:
        return -1
