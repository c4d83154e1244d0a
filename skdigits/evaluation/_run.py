"""One model of a comparison: fitted and scored on every split, with every seed."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from skdigits.evaluation import _score
from skdigits.evaluation._pictures import first_rows
from skdigits.evaluation._result import ModelResult

_WARM_UP_ROWS_A_CLASS = 10


def run(name, model, splits, labels, *, seeds, warm_up, begin, end):
    """Fit and score one model; give its result, and what it predicted with the first seed.

    A model without a `random_state`, or one whose second seed predicts the same as its first on
    every row, is taken not to depend on a seed. `begin(i)` is called before fit number i, and
    `end(fitted)` with what came of it, once it has predicted.
    """
    versions, depends = _seeded(model, seeds)
    start_up = _start_up_seconds(versions[0], splits[0]) if warm_up else None
    fit_seconds, runs, first = [], [], None
    for version in versions:
        predicted = []
        for shared in splits:
            begin(len(fit_seconds))
            split = deepcopy(shared)  # some models work in place; the next one needs the same rows
            fitted, seconds = _score.timed(clone(version).fit, split.X_train, split.y_train)
            fit_seconds.append(seconds)
            predicted.append(_score.predict(fitted, split.X_test, labels))
            end(fitted)
        runs.append(predicted)
        if len(runs) == 1:
            first = fitted
        if len(runs) == 2 and _equal(*runs):
            runs.pop()
            break
    result = ModelResult(
        name=str(name),
        model=_score.show(model),
        start_up_seconds=start_up,
        fit_seconds=tuple(fit_seconds),
        seeds=tuple(seeds) if len(runs) > 1 else (),
        one_seed=depends and len(versions) == 1,
        **_score.scores([split.y_test for split in splits], runs, labels),
        **_score.costs(first, splits[-1].X_test),
    )
    return result, runs[0]


def with_predictions(result, predicted, rows):
    """Put into a result what was predicted of these rows."""
    return replace(result, predictions=_score.predictions(rows, predicted))


def _seeded(model, seeds):
    """Give a clone of the model for each seed, or the model alone, and whether it takes any."""
    names = [
        name
        for name in (model.get_params() if hasattr(model, "get_params") else ())
        if name.rpartition("__")[2] == "random_state"
    ]
    if not names or not seeds:
        return [model], bool(names)
    return [clone(model).set_params(**dict.fromkeys(names, seed)) for seed in seeds], True


def _equal(predicted, others):
    return all(
        np.array_equal(a.labels, b.labels) and np.array_equal(a.probabilities, b.probabilities)
        for a, b in zip(predicted, others, strict=True)
    )


def _start_up_seconds(model, split):
    """Fit once on a few rows of each class; what fails only there is no failure of the model."""
    rows = first_rows(split.y_train, np.unique(split.y_train), _WARM_UP_ROWS_A_CLASS)
    try:
        X = deepcopy(_safe_indexing(split.X_train, rows))
        return _score.timed(lambda: clone(model).fit(X, split.y_train[rows]).predict(X))[1]
    except Exception:
        return None
