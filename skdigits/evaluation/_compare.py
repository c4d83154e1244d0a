"""`compare`: models fitted and scored on the same rows."""

import operator
from collections.abc import Mapping
from dataclasses import replace
from math import prod
from numbers import Integral

import numpy as np
from sklearn.utils.multiclass import unique_labels

from skdigits._ground.environment import environment
from skdigits.evaluation import _score
from skdigits.evaluation._pairwise import telling_rows
from skdigits.evaluation._pictures import image_shape_of, pictures
from skdigits.evaluation._result import Comparison, ModelResult
from skdigits.evaluation._run import run, with_predictions
from skdigits.evaluation._splits import dense, describe, make_splits, pixels

# How many of the rows that only one model reads right, or none, are kept as pictures.
_TELLING = 12


def compare(
    models,
    X_train,
    y_train,
    X_test=None,
    y_test=None,
    *,
    cv=None,
    seeds=None,
    warm_up=True,
    title="",
    image_shape=None,
    on_progress=None,
    on_fitted=None,
):
    """Fit models on the same rows, score them on the same rows, and measure what they cost.

    Parameters
    ----------
    models : dict of str to classifier
        The models by name. Each is cloned; none is changed.
    X_train : array-like of shape (n_samples, n_features)
        Rows to learn from; with `cv`, all rows.
    y_train : array-like of shape (n_samples,)
        Their labels.
    X_test : array-like of shape (n_test_samples, n_features), default=None
        Rows to be scored on, where `cv` is not given.
    y_test : array-like of shape (n_test_samples,), default=None
        Their labels.
    cv : int, splitter or iterable of (train, test) indices, default=None
        Cross-validation instead of test rows, as in `sklearn.model_selection.cross_validate`. The
        splits are made once and are the same for every model.
    seeds : int or sequence of int, default=None
        Fit each model with each of these seeds, or with as many (0, 1, 2, ...), set as every
        `random_state` that it has: how much it varies over seeds is then known, and part of the
        verdict. A model that has none, or predicts every row the same with the second seed, is
        taken not to depend on it and fitted no further. By default each is fitted once, as it is.
    warm_up : bool, default=True
        Whether each model is first fitted once on a few rows, so that what a process pays once
        (importing TensorFlow, compiling) is reported as start-up and not as the fit.
    title : str, default=""
        What the rows are, for reports.
    image_shape : tuple of two int, default=None
        Height and width of a row as a picture. Some test rows are then kept in the comparison, for
        reports. By default 28x28 where there are 784 features, and otherwise none are kept.
    on_progress : callable, default=None
        `on_progress(name, step, n_steps)` is called before each fit.
    on_fitted : callable, default=None
        `on_fitted(name, model)` is called with each fitted model, once it has predicted: a
        comparison has figures only, and this is the way to keep the models. They come in the order
        of the seeds, and of the splits within a seed.

    Returns
    -------
    comparison : Comparison
        A model that fails is in it with its reason; the others are still run. `verdict()` says
        who is best and how surely, `pairwise()` tests every two models.

    Raises
    ------
    ValueError
        If there are no models, or the rows to be scored on are not given, or given twice.

    Notes
    -----
    With `cv`, the interval of the accuracy takes the predictions of all splits as independent. It
    does not tell how much a model would vary over training sets.

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
        raise ValueError(
            f"models takes a dict of at least one classifier by its name, got {models!r}."
        )
    if len({str(name) for name in models}) < len(models):
        raise ValueError(f"Two models have the same name: {', '.join(map(str, models))}.")
    for option, told in (("on_progress", on_progress), ("on_fitted", on_fitted)):
        if told is not None and not callable(told):
            raise ValueError(f"{option} takes a function, got {told!r}.")
    seeds = _checked_seeds(seeds)
    splits, how = make_splits(X_train, y_train, X_test, y_test, cv)
    labels = unique_labels(*(y for split in splits for y in (split.y_train, split.y_test)))
    data = describe(splits, labels, how=how, title=title)
    image_shape = _image_shape(splits[0].X_test, image_shape)
    fits_a_model = len(splits) * max(1, len(seeds))
    found, broken = [], []

    def tell(function, *what):
        if function is not None:
            try:
                function(*what)
            except Exception as error:
                broken.append(error)
                raise

    for place, (name, model) in enumerate(models.items()):

        def begin(i, name=name, before=place * fits_a_model):
            tell(on_progress, name, before + i, len(models) * fits_a_model)

        def end(fitted, name=name):
            tell(on_fitted, name, fitted)

        try:
            result, predicted = run(
                name, model, splits, labels, seeds=seeds, warm_up=warm_up, begin=begin, end=end
            )
            found.append((replace(result, checksum=data["checksum"]), predicted))
        except Exception as error:
            if broken:  # it is not the model that failed
                raise
            reason = f"{type(error).__name__}: {error}"
            found.append((ModelResult(str(name), _score.show(model), error=reason), None))
    results, shown = _with_pictures(found, splits, labels, image_shape)
    return Comparison(
        results=results,
        labels=_score.plain(labels),
        data=data,
        environment=environment(),
        pictures=shown,
    )


def _checked_seeds(seeds):
    """Give the seeds as a list; none where the models are to be taken as they are."""
    if seeds is None:
        return []
    if isinstance(seeds, Integral) and not isinstance(seeds, bool) and seeds > 0:
        return list(range(seeds))
    try:
        listed = [operator.index(seed) for seed in seeds]
    except TypeError:
        listed = []
    if not listed or len(set(listed)) < len(listed) or min(listed) < 0 or max(listed) >= 2**32:
        raise ValueError(
            "seeds takes how many there shall be, or a list of different ones below 2**32; got "
            f"{seeds!r}."
        )
    return listed


def _with_pictures(found, splits, labels, image_shape):
    """Put into each result what it made of the rows that are worth a picture; give these too."""
    results = [result for result, _ in found]
    if image_shape is None:
        return tuple(results), ()
    truth = np.concatenate([split.y_test for split in splits])
    samples = _score.sample_rows(truth, labels)
    all_wrong, only = telling_rows(results)
    shared = {*samples, *all_wrong[:_TELLING]}
    for rows in only.values():
        shared.update(rows[:_TELLING])
    for place, (result, predicted) in enumerate(found):
        if predicted is not None:
            rows = sorted({*shared, *_score.confused_rows(truth, predicted)})
            results[place] = with_predictions(result, predicted, rows)
    rows = sorted({p.row for result in results for p in result.predictions})
    if not rows:
        return tuple(results), ()
    shown = pictures(rows, _score.plain(truth[rows]), pixels(splits, rows), image_shape, samples)
    return tuple(results), shown


def _image_shape(X, shape):
    """Give the shape of rows as pictures, or None where they are none."""
    n_features = np.shape(X)[1:]
    if shape is None and len(n_features) != 1:
        return None
    shape = image_shape_of(shape, prod(n_features))
    if shape is None:
        return None
    try:
        dense(X, 0)
    except (ValueError, TypeError):  # words, not pixels
        return None
    return shape
