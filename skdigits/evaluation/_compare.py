"""`compare`: models fitted and scored on the same rows."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing, check_consistent_length
from sklearn.utils.multiclass import unique_labels
from sklearn.utils.validation import column_or_1d

from skdigits.environment import environment
from skdigits.evaluation import _score
from skdigits.evaluation._pictures import first_rows, image_shape_of, pictures
from skdigits.evaluation._result import Comparison, ModelResult

_WARM_UP_ROWS_A_CLASS = 10


def compare(
    models,
    X_train,
    y_train,
    X_test=None,
    y_test=None,
    *,
    cv=None,
    warm_up=True,
    title="",
    image_shape=None,
    on_progress=None,
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

    Returns
    -------
    comparison : Comparison
        A model that fails is in it with its reason; the others are still run.

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
    if on_progress is not None and not callable(on_progress):
        raise ValueError(f"on_progress takes a function, got {on_progress!r}.")
    splits = _splits(X_train, y_train, X_test, y_test, cv)
    labels = unique_labels(*(y for split in splits for y in (split.y_train, split.y_test)))
    data = {"title": str(title), **_describe(splits, labels)}
    truth = np.concatenate([split.y_test for split in splits])
    image_shape = _image_shape(splits[0].X_test, image_shape)
    samples = None if image_shape is None else _score.sample_rows(truth, labels)
    n_steps = len(models) * len(splits)
    results = []
    for name, model in models.items():

        def report(i, name=name):
            if on_progress is not None:
                on_progress(name, len(results) * len(splits) + i, n_steps)

        try:
            results.append(_run(name, model, splits, labels, warm_up, samples, report))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            results.append(ModelResult(name=str(name), model=_score.show(model), error=reason))
    rows = sorted({p.row for result in results for p in result.predictions})
    return Comparison(
        results=tuple(results),
        labels=_score.plain(labels),
        data=data,
        environment=environment(),
        pictures=pictures(
            rows, _score.plain(truth[rows]), _pixels(splits, rows), image_shape, samples
        )
        if rows
        else (),
    )


@dataclass(frozen=True)
class _Split:
    X_train: object
    y_train: np.ndarray
    X_test: object
    y_test: np.ndarray


def _splits(X_train, y_train, X_test, y_test, cv):
    """Materialise the rows that every model sees."""
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
        return [_Split(X_train, y_train, X_test, column_or_1d(y_test))]
    from sklearn.model_selection import check_cv

    indices = list(check_cv(cv, y_train, classifier=True).split(X_train, y_train))
    if not indices or not all(len(test) for _, test in indices):
        raise ValueError(f"cv={cv!r} gives no split, or one without rows to be scored on.")
    return [
        _Split(
            _safe_indexing(X_train, train),
            y_train[train],
            _safe_indexing(X_train, test),
            y_train[test],
        )
        for train, test in indices
    ]


def _describe(splits, labels):
    import joblib

    train, test = splits[0].y_train, np.concatenate([split.y_test for split in splits])
    return {
        "n_train": [len(split.y_train) for split in splits],
        "n_test": [len(split.y_test) for split in splits],
        "train_counts": [int((train == label).sum()) for label in labels],
        "test_counts": [int((test == label).sum()) for label in labels],
        "checksum": f"joblib-md5:{joblib.hash([vars(split) for split in splits])}",
    }


def _run(name, model, splits, labels, warm_up, samples, report):
    """Fit and score one model on every split; tell what it made of the sample rows, if any."""
    start_up = None
    fitted, fit_seconds, predicted = None, [], []
    for i, shared in enumerate(splits):
        report(i)
        split = deepcopy(shared)  # some models work in place, and the next one needs the same rows
        if warm_up and i == 0:
            start_up = _start_up_seconds(model, split)
        fitted, seconds = _score.timed(clone(model).fit, split.X_train, split.y_train)
        fit_seconds.append(seconds)
        predicted.append(_score.predict(fitted, split.X_test, labels))
    truth = [split.y_test for split in splits]
    result = ModelResult(
        name=str(name),
        model=_score.show(model),
        start_up_seconds=start_up,
        fit_seconds=tuple(fit_seconds),
        **_score.scores(truth, predicted, labels),
        **_score.costs(fitted, splits[-1].X_test),
    )
    if samples is None:
        return result
    rows = {*samples, *_score.confused_rows(np.concatenate(truth), predicted)}
    return replace(result, predictions=_score.predictions(sorted(rows), predicted))


def _start_up_seconds(model, split):
    """Fit once on a few rows of each class; what fails only there is no failure of the model."""
    rows = first_rows(split.y_train, np.unique(split.y_train), _WARM_UP_ROWS_A_CLASS)
    X = _safe_indexing(split.X_train, rows)
    try:
        return _score.timed(lambda: clone(model).fit(X, split.y_train[rows]).predict(X))[1]
    except Exception:
        return None


def _image_shape(X, shape):
    """Give the shape of rows as pictures, or None where they are none."""
    n_features = np.shape(X)[1:]
    if shape is None and len(n_features) != 1:
        return None
    shape = image_shape_of(shape, prod(n_features))
    if shape is None:
        return None
    try:
        _dense(X, 0)
    except (ValueError, TypeError):  # words, not pixels
        return None
    return shape


def _pixels(splits, rows):
    """Give the pixels of some of all splits' test rows."""
    starts = np.cumsum([0] + [len(split.y_test) for split in splits])
    places = np.searchsorted(starts, rows, side="right") - 1
    pixels = [
        _dense(splits[place].X_test, row - starts[place])
        for row, place in zip(rows, places, strict=True)
    ]
    return np.nan_to_num(np.array(pixels))


def _dense(X, row):
    one = _safe_indexing(X, [row])
    one = one.toarray() if hasattr(one, "toarray") else one
    return np.asarray(one, dtype=np.float64).ravel()
