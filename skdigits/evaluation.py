"""How good classifiers are and what they cost: any classifiers with `fit` and `predict`."""

import json
import os
import platform
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing, check_consistent_length
from sklearn.utils.multiclass import unique_labels
from sklearn.utils.validation import column_or_1d

_CONFIDENCE = 0.95
# A single row is predicted until this many seconds or calls are spent; the median is reported.
_LATENCY_SECONDS, _LATENCY_CALLS = 1.0, 100
_WARM_UP_ROWS_A_CLASS = 10
_PACKAGES = ("skdigits", "scikit-learn", "scikeras", "keras", "tensorflow", "numpy", "scipy")


@dataclass(frozen=True)
class ModelResult:
    """What one model achieved in a comparison, and what it cost.

    Attributes
    ----------
    name : str
        The model's name in the comparison.
    model : str
        The model as scikit-learn prints it.
    error : str or None
        Why it failed; everything below is None or empty then.
    accuracy, accuracy_low, accuracy_high : float
        Share of right predictions over all test rows, and its 95 % interval (Wilson, 1927).
    macro_f1 : float
        Mean F1 score of the classes.
    log_loss : float or None
        Mean negative log-likelihood in nats; None for a model without `predict_proba`.
    confusion : tuple of tuple of int
        Rows are true labels, columns predicted ones, in the order of `Comparison.labels`.
    split_accuracies : tuple of float
        Accuracy on each split.
    start_up_seconds : float
        What a first fit and prediction take, on a few rows: imports and compilation are in it.
    fit_seconds : tuple of float
        Seconds of each split's fit, start-up not counted.
    predict_one_ms : float
        Median milliseconds to predict a single row.
    predict_rows_per_second : float
        Rows predicted in a second, many at once.
    """

    name: str
    model: str
    error: str | None = None
    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    macro_f1: float | None = None
    log_loss: float | None = None
    confusion: tuple[tuple[int, ...], ...] = ()
    split_accuracies: tuple[float, ...] = ()
    start_up_seconds: float | None = None
    fit_seconds: tuple[float, ...] = ()
    predict_one_ms: float | None = None
    predict_rows_per_second: float | None = None


@dataclass(frozen=True)
class Comparison:
    """What `compare` found: plain values, no models.

    Attributes
    ----------
    results : tuple of ModelResult
        One for each model, in the order given.
    labels : tuple
        The labels, sorted.
    data : dict
        `n_train` and `n_test` of each split, and a `checksum` of the rows and the splits.
    environment : dict
        Versions, processor and number of cores.
    """

    results: tuple[ModelResult, ...]
    labels: tuple
    data: dict
    environment: dict

    def frame(self):
        """Give the results as a table.

        Returns
        -------
        frame : pandas.DataFrame
            A row for each model, by name; seconds are means over the splits.
        """
        import pandas as pd

        rows = [
            {
                "model": r.name,
                "accuracy": r.accuracy,
                "accuracy_low": r.accuracy_low,
                "accuracy_high": r.accuracy_high,
                "macro_f1": r.macro_f1,
                "log_loss": r.log_loss,
                "fit_seconds": float(np.mean(r.fit_seconds)) if r.fit_seconds else None,
                "predict_one_ms": r.predict_one_ms,
                "predict_rows_per_second": r.predict_rows_per_second,
                "error": r.error,
            }
            for r in self.results
        ]
        frame = pd.DataFrame(rows).set_index("model")
        numbers = frame.columns.drop("error")
        return frame.astype(dict.fromkeys(numbers, float))

    def to_json(self):
        """Give everything as JSON text, which `from_json` reads back.

        Returns
        -------
        text : str
            Indented JSON.
        """
        return json.dumps(asdict(self), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text):
        """Read what `to_json` wrote.

        Parameters
        ----------
        text : str
            The JSON text.

        Returns
        -------
        comparison : Comparison
            Equal to the one written.

        Raises
        ------
        ValueError
            If the text is not JSON, or not of a comparison.
        """
        try:
            fields = json.loads(text)
            results = [
                ModelResult(**{name: _frozen(value) for name, value in result.items()})
                for result in fields.pop("results")
            ]
            if not results:
                raise KeyError("results")
            return cls(results=tuple(results), labels=tuple(fields.pop("labels")), **fields)
        except (TypeError, KeyError, AttributeError, ValueError, RecursionError) as error:
            raise ValueError(f"This is not the JSON of a Comparison: {error!r}.") from error


def compare(
    models, X_train, y_train, X_test=None, y_test=None, *, cv=None, warm_up=True, on_progress=None
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
    if on_progress is not None and not callable(on_progress):
        raise ValueError(f"on_progress takes a function, got {on_progress!r}.")
    splits = _splits(X_train, y_train, X_test, y_test, cv)
    data = _describe(splits)
    labels = unique_labels(*(y for split in splits for y in (split.y_train, split.y_test)))
    n_steps = len(models) * len(splits)
    results = []
    for name, model in models.items():

        def report(i, name=name):
            if on_progress is not None:
                on_progress(name, len(results) * len(splits) + i, n_steps)

        try:
            results.append(_run(name, model, splits, labels, warm_up, report))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            results.append(ModelResult(name=str(name), model=_shown(model), error=reason))
    return Comparison(
        results=tuple(results),
        labels=tuple(_plain(label) for label in labels.tolist()),
        data=data,
        environment=environment(),
    )


def environment():
    """Tell what figures were measured with.

    Returns
    -------
    environment : dict
        `python`, `platform`, `processor`, `cores` available to this process, and `versions`.
    """
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "versions": versions,
    }


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

    indices = check_cv(cv, y_train, classifier=True).split(X_train, y_train)
    splits = [
        _Split(
            _safe_indexing(X_train, train),
            y_train[train],
            _safe_indexing(X_train, test),
            y_train[test],
        )
        for train, test in indices
    ]
    if not splits:
        raise ValueError(f"cv={cv!r} gives no split.")
    return splits


def _describe(splits):
    import joblib

    return {
        "n_train": [len(split.y_train) for split in splits],
        "n_test": [len(split.y_test) for split in splits],
        "checksum": f"joblib-md5:{joblib.hash([vars(split) for split in splits])}",
    }


def _run(name, model, splits, labels, warm_up, report):
    """Fit and score one model on every split."""
    from sklearn.metrics import confusion_matrix, f1_score, log_loss

    start_up = None
    fitted, fit_seconds, predicted, probabilities, predict_seconds = None, [], [], [], 0.0
    for i, shared in enumerate(splits):
        report(i)
        split = deepcopy(shared)  # some models work in place, and the next one needs the same rows
        if warm_up and i == 0:
            start_up = _start_up_seconds(model, split)
        fitted, seconds = _timed(clone(model).fit, split.X_train, split.y_train)
        fit_seconds.append(seconds)
        prediction, seconds = _timed(fitted.predict, split.X_test)
        predicted.append(_one_label_a_row(prediction, split))
        predict_seconds += seconds
        if hasattr(fitted, "predict_proba"):
            probabilities.append(_aligned(fitted.predict_proba(split.X_test), fitted, labels))
    truth = np.concatenate([split.y_test for split in splits])
    guess = np.concatenate(predicted)
    low, high = _accuracy_interval(int((guess == truth).sum()), len(truth))
    return ModelResult(
        name=str(name),
        model=_shown(model),
        accuracy=float((guess == truth).mean()),
        accuracy_low=low,
        accuracy_high=high,
        macro_f1=float(f1_score(truth, guess, labels=labels, average="macro", zero_division=0)),
        log_loss=float(log_loss(truth, np.concatenate(probabilities), labels=labels))
        if probabilities
        else None,
        confusion=_frozen(confusion_matrix(truth, guess, labels=labels).tolist()),
        split_accuracies=tuple(
            float((p == split.y_test).mean()) for p, split in zip(predicted, splits, strict=True)
        ),
        start_up_seconds=start_up,
        fit_seconds=tuple(fit_seconds),
        predict_one_ms=_latency_ms(fitted, splits[-1].X_test),
        predict_rows_per_second=len(truth) / predict_seconds,
    )


def _start_up_seconds(model, split):
    """Fit once on a few rows of each class; what fails only there is no failure of the model."""
    rows = np.concatenate(
        [
            np.flatnonzero(split.y_train == label)[:_WARM_UP_ROWS_A_CLASS]
            for label in np.unique(split.y_train)
        ]
    )
    start = time.perf_counter()
    X = _safe_indexing(split.X_train, rows)
    try:
        clone(model).fit(X, split.y_train[rows]).predict(X)
    except Exception:
        return None
    return time.perf_counter() - start


def _one_label_a_row(prediction, split):
    prediction = column_or_1d(prediction)
    if len(prediction) != len(split.y_test):
        raise ValueError(f"predict gave {len(prediction)} labels for {len(split.y_test)} rows.")
    return prediction


def _shown(model):
    """Give the model as scikit-learn prints it, or by its type where that fails."""
    try:
        return repr(model)
    except Exception:
        return f"{type(model).__name__} (cannot be printed)"


def _plain(label):
    return label if isinstance(label, (str, int, float)) else str(label)


def _timed(function, *args):
    start = time.perf_counter()
    result = function(*args)
    return result, time.perf_counter() - start


def _aligned(probabilities, fitted, labels):
    """Give a column to every label, also to those that this split's rows did not have."""
    aligned = np.zeros((len(probabilities), len(labels)))
    aligned[:, np.searchsorted(labels, fitted.classes_)] = probabilities
    return aligned / aligned.sum(axis=1, keepdims=True)


def _accuracy_interval(n_right, n):
    from scipy.stats import binomtest

    interval = binomtest(n_right, n).proportion_ci(_CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def _latency_ms(fitted, X):
    row = _safe_indexing(X, [0])
    seconds = []
    while len(seconds) < _LATENCY_CALLS and sum(seconds) < _LATENCY_SECONDS:
        seconds.append(_timed(fitted.predict, row)[1])
    return float(np.median(seconds)) * 1000


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _frozen(value):
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value
