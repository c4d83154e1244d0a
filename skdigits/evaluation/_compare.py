"""`compare`: models fitted and scored on the same rows."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from math import prod
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import unique_labels

from skdigits._ground.environment import environment
from skdigits._ground.public import public
from skdigits._ground.validation import picture_shape
from skdigits.errors import ParameterError
from skdigits.evaluation import _score
from skdigits.evaluation._comparison import Comparison
from skdigits.evaluation._pairwise import telling_rows
from skdigits.evaluation._pictures import Picture, pictures
from skdigits.evaluation._result import ModelResult
from skdigits.evaluation._run import Fit, FitOutcome, ModelOutcome, run, with_predictions
from skdigits.evaluation._splits import Split, are_numbers, describe, make_splits, pixels

# How many of the rows that only one model classifies correctly, or none, are kept as pictures.
_TELLING = 12


@public()
def compare(
    models: Mapping[str, BaseEstimator],
    X_train: ArrayLike,
    y_train: ArrayLike,
    X_test: ArrayLike | None = None,
    y_test: ArrayLike | None = None,
    *,
    cv: Any = None,
    seeds: int | Iterable[int] | None = None,
    warm_up: bool = True,
    title: str = "",
    image_shape: tuple[int, int] | None = None,
    on_progress: Callable[[str, int, int], object] | None = None,
    on_fitted: Callable[[str, Any], object] | None = None,
) -> Comparison:
    """Fit models on the same rows, score them on the same rows, and measure their costs.

    Parameters
    ----------
    models : dict of str to classifier
        The models by name. Each is cloned; none is changed.
    X_train : array-like of shape (n_samples, n_features)
        Training rows; with `cv`, all rows.
    y_train : array-like of shape (n_samples,)
        Their labels.
    X_test : array-like of shape (n_test_samples, n_features), default=None
        Test rows, unless `cv` is given.
    y_test : array-like of shape (n_test_samples,), default=None
        Their labels.
    cv : int, splitter or iterable of (train, test) indices, default=None
        Cross-validation instead of test rows, as in `sklearn.model_selection.cross_validate`. The
        splits are made once and are the same for every model.
    seeds : int or sequence of int, default=None
        Fit each model with each of these seeds, or with so many (0, 1, 2, ...), set as all of its
        `random_state` parameters. The verdict then takes into account how much a model varies over
        seeds. A model without `random_state`, or one that predicts the same for every row with the
        second seed, is taken not to depend on it and is not fitted again. By default each model is
        fitted once, as it is.
    warm_up : bool, default=True
        Whether to fit each model on a few rows first, so that the costs of a first fit (importing
        TensorFlow, compiling) are reported as start-up and not as part of the fit.
    title : str, default=""
        Name of the rows, for reports.
    image_shape : tuple of two int, default=None
        Height and width of a row as a picture. Some test rows are then kept in the comparison, for
        reports. By default 28x28 for rows of 784 features; other rows are not kept.
    on_progress : callable, default=None
        `on_progress(name, step, n_steps)` is called before each fit.
    on_fitted : callable, default=None
        `on_fitted(name, model)` is called with each fitted model after it has predicted. This is
        the way to keep the models, since a comparison holds numbers only. They come in the order of
        the seeds, and of the splits within a seed.

    Returns
    -------
    comparison : Comparison
        A model that fails is in it with the reason; the others are still run. `verdict()` states
        which model is best and how certain that is, `pairwise()` tests every pair of models.

    Raises
    ------
    ParameterError
        If there are no models, or the test rows are missing or given twice.
    ImageError
        If `image_shape` does not fit the rows.
    ValueError
        If rows and labels differ in length.

    Notes
    -----
    With `cv`, the interval of the accuracy treats the predictions of all splits as independent. It
    does not include how much a model varies over training sets.

    References
    ----------
    E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.datasets import load_iris
    >>> from skdigits import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> models = {"logreg": LogisticRegression(max_iter=1000), "bayes": GaussianNB()}
    >>> compare(models, X, y, cv=5).frame()["accuracy"].round(2).to_dict()
    {'logreg': 0.97, 'bayes': 0.95}
    """
    if not isinstance(models, Mapping) or not models:
        raise ParameterError(
            f"models takes a dict of at least one classifier by its name, got {models!r}."
        )
    if len({str(name) for name in models}) < len(models):
        raise ParameterError(f"Two models have the same name: {', '.join(map(str, models))}.")
    for option, function in (("on_progress", on_progress), ("on_fitted", on_fitted)):
        if function is not None and not callable(function):
            raise ParameterError(f"{option} takes a function, got {function!r}.")
    seeds = _checked_seeds(seeds)
    splits, how = make_splits(X_train, y_train, X_test, y_test, cv)
    labels = unique_labels(*(y for split in splits for y in (split.y_train, split.y_test)))
    data = describe(splits, labels, how=how, title=title)
    shape = _picture_shape(splits[0].X_test, image_shape)
    options = {"checksum": data["checksum"], "seeds": seeds, "warm_up": warm_up}
    fits_per_model = len(splits) * max(1, len(seeds))
    n_fits = len(models) * fits_per_model
    outcomes = []
    for place, (name, model) in enumerate(models.items()):
        for step in run(name, model, splits, labels, **options):
            if isinstance(step, ModelOutcome):
                outcomes.append(step)
            elif isinstance(step, Fit) and on_progress is not None:
                on_progress(name, place * fits_per_model + step.number, n_fits)
            elif isinstance(step, FitOutcome) and on_fitted is not None:
                on_fitted(name, step.fitted)
    results, shown = _with_pictures(outcomes, splits, labels, shape)
    return Comparison(
        results=results,
        labels=_score.plain(labels),
        data=data,
        environment=environment(),
        pictures=shown,
    )


def _checked_seeds(seeds: int | Iterable[int] | None) -> list[int]:
    """Return the seeds as a list, empty if the models are taken as they are."""
    if seeds is None:
        return []
    listed: list[int] = []
    if isinstance(seeds, int | Integral):
        listed = [] if isinstance(seeds, bool) else list(range(int(seeds)))
    else:
        with suppress(TypeError):
            listed = [operator.index(seed) for seed in seeds]
    if not listed or len(set(listed)) < len(listed) or min(listed) < 0 or max(listed) >= 2**32:
        raise ParameterError(
            "seeds takes how many there shall be, or a list of different ones below 2**32; got "
            f"{seeds!r}."
        )
    return listed


def _with_pictures(
    outcomes: Sequence[ModelOutcome],
    splits: Sequence[Split],
    labels: np.ndarray,
    shape: tuple[int, int] | None,
) -> tuple[tuple[ModelResult, ...], tuple[Picture, ...]]:
    """Return the results with predictions of the rows worth a picture, and these pictures."""
    results = [outcome.result for outcome in outcomes]
    if shape is None:
        return tuple(results), ()
    truth = np.concatenate([split.y_test for split in splits])
    samples = _score.sample_rows(truth, labels)
    all_wrong, only = telling_rows(results)
    shared = {*samples, *all_wrong[:_TELLING]}
    for rows in only.values():
        shared.update(rows[:_TELLING])
    for place, outcome in enumerate(outcomes):
        if outcome.predictions is not None:
            rows = sorted({*shared, *_score.confused_rows(truth, outcome.predictions)})
            results[place] = with_predictions(outcome.result, outcome.predictions, rows)
    rows = sorted({p.row for result in results for p in result.predictions})
    if not rows:
        return tuple(results), ()
    shown = pictures(rows, _score.plain(truth[rows]), pixels(splits, rows), shape, samples)
    return tuple(results), shown


def _picture_shape(X: Any, image_shape: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return the shape of rows as pictures, or None where they are no pictures."""
    n_features = np.shape(X)[1:]
    if image_shape is None and len(n_features) != 1:
        return None
    shape = picture_shape(image_shape, prod(n_features))
    return shape if shape is not None and are_numbers(X) else None
