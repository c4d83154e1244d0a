"""One model of a comparison: its fits, one by one, and the result that they add up to."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import _safe_indexing

from skdigits.evaluation import _score
from skdigits.evaluation._pictures import first_rows
from skdigits.evaluation._result import ModelResult
from skdigits.evaluation._score import SplitPredictions
from skdigits.evaluation._splits import Split

_WARM_UP_ROWS_PER_CLASS = 10


@dataclass(frozen=True)
class Fit:
    """A fit that has not been run yet: a unit of work that can be pickled and run anywhere.

    Attributes
    ----------
    number : int
        Number of the fit among those of its model, counted from 0.
    version : estimator
        The model with one of the seeds, not fitted.
    split : Split
        The rows that it is fitted on and predicts.
    labels : ndarray
        All labels of the comparison, sorted.
    """

    number: int
    version: BaseEstimator
    split: Split
    labels: np.ndarray

    def run(self) -> "FitOutcome":
        """Return the outcome of the fit."""
        return fit_and_predict(self.version, self.split, self.labels)


@dataclass(frozen=True)
class FitOutcome:
    """A fit that has been run.

    Attributes
    ----------
    predictions : SplitPredictions
        Of the split's test rows.
    seconds : float
        Duration of the fit alone.
    fitted : estimator
        The fitted model.
    """

    predictions: SplitPredictions
    seconds: float
    fitted: BaseEstimator


@dataclass(frozen=True)
class ModelOutcome:
    """All that a comparison needs of one model.

    Attributes
    ----------
    result : ModelResult
        Its scores and costs, or why it failed.
    predictions : list of SplitPredictions, or None
        Those of the first seed, split by split; None if the model failed.
    """

    result: ModelResult
    predictions: list[SplitPredictions] | None


def fit_and_predict(version: BaseEstimator, split: Split, labels: np.ndarray) -> FitOutcome:
    """Fit a clone of the model on the training rows, and predict the test rows."""
    split = deepcopy(split)  # some models work in place; the next one needs the same rows
    fitted, seconds = _score.timed(clone(version).fit, split.X_train, split.y_train)
    return FitOutcome(_score.predict(fitted, split.X_test, labels), seconds, fitted)


def run(
    name: Any,
    model: Any,
    splits: Sequence[Split],
    labels: np.ndarray,
    *,
    checksum: str,
    seeds: Sequence[int],
    warm_up: bool,
) -> Iterator[Fit | FitOutcome | ModelOutcome]:
    """Fit and score one model, step by step.

    A model without a `random_state`, or one whose second seed predicts the same as its first on
    every row, is taken not to depend on a seed.

    Yields
    ------
    step : Fit, FitOutcome or ModelOutcome
        Each fit before it is run, then its outcome; at the end the model's outcome, also if the
        model failed. An error of the caller between two steps never enters this generator, so it
        is not taken for the model's.
    """
    fit_seconds: list[float] = []
    runs: list[list[SplitPredictions]] = []
    try:
        versions, depends = _seeded(model, seeds)
        start_up = _start_up_seconds(versions[0], splits[0]) if warm_up else None
        for version in versions:
            predictions = []
            for split in splits:
                fit = Fit(len(fit_seconds), version, split, labels)
                yield fit
                outcome = fit.run()
                fit_seconds.append(outcome.seconds)
                predictions.append(outcome.predictions)
                yield outcome
            runs.append(predictions)
            if len(runs) == 1:
                first = outcome.fitted
            if len(runs) == 2 and _equal(*runs):
                runs.pop()
                break
        result = ModelResult(
            name=str(name),
            model=_score.show(model),
            checksum=checksum,
            start_up_seconds=start_up,
            fit_seconds=tuple(fit_seconds),
            seeds=tuple(seeds) if len(runs) > 1 else (),
            one_seed=depends and len(versions) == 1,
            **_score.scores([split.y_test for split in splits], runs, labels),
            **_score.costs(first, splits[-1].X_test),
        )
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        yield ModelOutcome(ModelResult(str(name), _score.show(model), error=reason), None)
    else:
        yield ModelOutcome(result, runs[0])


def with_predictions(
    result: ModelResult, predictions: Sequence[SplitPredictions], rows: Sequence[int]
) -> ModelResult:
    """Return the result with the predictions of these rows in it."""
    return replace(result, predictions=_score.predictions(rows, predictions))


def _seeded(model: Any, seeds: Sequence[int]) -> tuple[list[Any], bool]:
    """Return a clone of the model for each seed, or the model alone, and whether it has seeds."""
    names = [
        name
        for name in (model.get_params() if hasattr(model, "get_params") else ())
        if name.rpartition("__")[2] == "random_state"
    ]
    if not names or not seeds:
        return [model], bool(names)
    return [clone(model).set_params(**dict.fromkeys(names, seed)) for seed in seeds], True


def _equal(predictions: Sequence[SplitPredictions], others: Sequence[SplitPredictions]) -> bool:
    return all(
        np.array_equal(a.labels, b.labels) and _equal_or_none(a.probabilities, b.probabilities)
        for a, b in zip(predictions, others, strict=True)
    )


def _equal_or_none(values: np.ndarray | None, others: np.ndarray | None) -> bool:
    if values is None or others is None:
        return values is others
    return np.array_equal(values, others, equal_nan=True)


def _start_up_seconds(model: Any, split: Split) -> float | None:
    """Fit once on a few rows of each class; an error here alone is no failure of the model."""
    rows = first_rows(split.y_train, np.unique(split.y_train), _WARM_UP_ROWS_PER_CLASS)
    try:
        X = deepcopy(_safe_indexing(split.X_train, rows))
        return _score.timed(lambda: clone(model).fit(X, split.y_train[rows]).predict(X))[1]
    except Exception:
        return None
