"""From predictions to scores: the common part of `evaluate` and `compare`."""

import base64
import math
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import column_or_1d

from skdigits import persistence
from skdigits._ground.pipelines import last_step
from skdigits.errors import DataError
from skdigits.evaluation._calibration import calibration
from skdigits.evaluation._pictures import first_rows
from skdigits.evaluation._result import Prediction

_CONFIDENCE = 0.95
# A single row is predicted for so many seconds or calls; the median time is reported.
_LATENCY_SECONDS, _LATENCY_CALLS = 1.0, 100
# Test rows kept as pictures: in total over the labels, and of a model's most confused pairs.
_PICTURES, _PAIRS, _PICTURES_A_PAIR = 20, 5, 6


@dataclass(frozen=True)
class SplitPredictions:
    """Predictions for the test rows of one split.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,)
        Predicted labels.
    probabilities : ndarray of shape (n_samples, n_labels), or None
        With a column for each label of the comparison; None without `predict_proba`.
    seconds : float
        Duration of the call of `predict`.
    note : str or None
        Why there are no probabilities although the model has `predict_proba`.
    """

    labels: np.ndarray
    probabilities: np.ndarray | None
    seconds: float
    note: str | None = None


def predict(fitted: Any, X: Any, all_labels: np.ndarray) -> SplitPredictions:
    """Predict labels, and probabilities with a column for each of `all_labels`."""
    n_rows = _n_rows(X)
    labels, seconds = timed(fitted.predict, X)
    labels = column_or_1d(labels)
    if len(labels) != n_rows:
        raise DataError(f"predict gave {len(labels)} labels for {n_rows} rows.")
    if not hasattr(fitted, "predict_proba"):
        return SplitPredictions(labels, None, seconds)
    unknown = np.setdiff1d(fitted.classes_, all_labels)
    if len(unknown):
        raise DataError(
            f"the model knows labels that no row here has, such as {unknown[0]!r}; compare it on "
            "rows of all its labels, or use evaluate."
        )
    # Whatever is wrong with the probabilities, the labels can be scored.
    try:
        probabilities = _aligned(fitted.predict_proba(X), fitted, all_labels, n_rows)
    except Exception as error:
        note = f"no probabilities, since predict_proba failed ({type(error).__name__}: {error})"
        return SplitPredictions(labels, None, seconds, note)
    return SplitPredictions(labels, probabilities, seconds)


def scores(
    truth: Sequence[np.ndarray], runs: Sequence[Sequence[SplitPredictions]], labels: np.ndarray
) -> dict[str, Any]:
    """Score the predictions of all splits.

    Parameters
    ----------
    truth : list of ndarray
        True labels of each split.
    runs : list of list of SplitPredictions
        The predictions, seed by seed and split by split.
    labels : ndarray
        All labels, sorted.

    Returns
    -------
    fields : dict
        Fields of `ModelResult`: means over the seeds, or the first seed's value of what has no
        mean.
    """
    from scipy.stats import binomtest

    y_true = np.concatenate(truth)
    found = [_scores_of_one(y_true, predicted, labels) for predicted in runs]
    notes = dict.fromkeys(note for fields in found for note in fields.pop("notes"))
    accuracies = np.array(
        [[(p.labels == y).mean() for p, y in zip(run, truth, strict=True)] for run in runs]
    )
    rights = [np.concatenate([p.labels for p in run]) == y_true for run in runs]
    right = round(float(np.mean([r.sum() for r in rights])))
    interval = binomtest(right, len(y_true)).proportion_ci(_CONFIDENCE, method="wilson")
    return {
        **found[0],
        **{
            name: _mean([fields.get(name) for fields in found])
            for name in ("accuracy", "macro_f1", "log_loss", "calibration_error")
        },
        "notes": tuple(notes),
        "labels": plain(labels),
        "n_rows": len(y_true),
        "accuracy_low": float(interval.low),
        "accuracy_high": float(interval.high),
        "split_accuracies": tuple(accuracies.mean(axis=0).tolist()),
        "seed_accuracies": tuple(map(tuple, accuracies.tolist())),
        "right": tuple(base64.b64encode(np.packbits(r).tobytes()).decode() for r in rights),
        "predict_rows_per_second": len(y_true) / sum(p.seconds for p in runs[0]),
    }


def _scores_of_one(
    y_true: np.ndarray, predicted: Sequence[SplitPredictions], labels: np.ndarray
) -> dict[str, Any]:
    """Score the predictions of one seed."""
    from sklearn.metrics import confusion_matrix, f1_score

    y_pred = np.concatenate([p.labels for p in predicted])
    right = y_pred == y_true
    probabilities = _all_probabilities(predicted)
    loss, note = (None, None) if probabilities is None else _log_loss(y_true, probabilities, labels)
    return {
        "notes": [n for n in (*(p.note for p in predicted), note) if n is not None],
        "accuracy": float(right.mean()),
        "macro_f1": f1_score(y_true, y_pred, labels=labels, average="macro", zero_division=0),
        "log_loss": loss,
        **calibration(right, probabilities),
        "confusion": tuple(map(tuple, confusion_matrix(y_true, y_pred, labels=labels).tolist())),
    }


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the mean over the seeds, or None where one of them has no value."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def _log_loss(
    y_true: np.ndarray, probabilities: np.ndarray, labels: np.ndarray
) -> tuple[float | None, str | None]:
    """Return scikit-learn's log loss, or None where it has none, and what is in doubt."""
    from sklearn.metrics import log_loss

    sums = probabilities.sum(axis=1)
    odd = np.flatnonzero(~np.isclose(sums, 1, rtol=np.sqrt(np.finfo(sums.dtype).eps)))
    doubt = (
        f"the probabilities of {len(odd):,} of {len(sums):,} rows do not sum to 1, but to "
        f"{sums[odd[0]]:.6g} for one"
        if len(odd)
        else None
    )
    # 1.0000001 is an error of rounding, but scikit-learn has no log loss for it.
    rounded = probabilities.clip(0, 1)
    if np.allclose(rounded, probabilities, rtol=0, atol=1e-5):
        probabilities = rounded
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The y_prob values do not sum to one")
            loss = float(log_loss(y_true, probabilities, labels=labels))
    except ValueError as error:
        return None, f"no log loss: {doubt or error}"
    return loss, doubt and f"log loss and calibration are in doubt: {doubt}"


def checksum(*parts: ArrayLike) -> str:
    """Return a checksum of the values of rows and labels, whatever their layout in memory."""
    import joblib

    return f"joblib-md5:{joblib.hash([joblib.hash(_values(part)) for part in parts])}"


def _values(part: Any) -> list[np.ndarray] | np.ndarray:
    if hasattr(part, "tocsr"):
        part = part.tocsr()
        return [np.array(a) for a in (part.data, part.indices, part.indptr, part.shape)]
    return np.array(part, order="C")  # a copy, since the checksum of a view is another


def costs(fitted: Any, X: Any) -> dict[str, Any]:
    """Measure the costs of a fitted model: fields of `ModelResult`."""
    row = _safe_indexing(X, [0])
    seconds: list[float] = []
    while len(seconds) < _LATENCY_CALLS and sum(seconds) < _LATENCY_SECONDS:
        seconds.append(timed(fitted.predict, row)[1])
    return {
        "predict_one_ms": float(np.median(seconds)) * 1000,
        "size_bytes": persistence.model_size(fitted),
        "history": _plain_history(fitted),
    }


def sample_rows(truth: np.ndarray, labels: np.ndarray) -> list[int]:
    """Return the first few rows of each label, which are the same for every model."""
    each = max(1, _PICTURES // len(labels))
    return np.sort(first_rows(truth, labels, each))[: 2 * _PICTURES].tolist()


def confused_rows(truth: np.ndarray, predicted: Sequence[SplitPredictions]) -> list[int]:
    """Return the first rows of each of the most confused pairs."""
    guess = np.concatenate([p.labels for p in predicted])
    pairs = sorted(rows_by_pair(truth, guess).items(), key=lambda item: (-len(item[1]), item[0]))
    return [row for _, rows in pairs[:_PAIRS] for row in rows[:_PICTURES_A_PAIR]]


def rows_by_pair(truth: np.ndarray, guess: np.ndarray) -> dict[tuple[Any, Any], list[int]]:
    """Return the rows of each confused pair (true label, predicted label)."""
    rows: dict[tuple[Any, Any], list[int]] = {}
    for row in np.flatnonzero(guess != truth).tolist():
        rows.setdefault((truth[row], guess[row]), []).append(row)
    return rows


def predictions(
    rows: Sequence[int], predicted: Sequence[SplitPredictions]
) -> tuple[Prediction, ...]:
    """Return the predictions of some rows, which are numbered through all splits."""
    guess = plain(np.concatenate([p.labels for p in predicted])[rows])
    probabilities = _all_probabilities(predicted)
    if probabilities is None:
        return tuple(Prediction(int(row), label) for row, label in zip(rows, guess, strict=True))
    chosen = probabilities[rows].max(axis=1).tolist()
    return tuple(
        Prediction(
            int(row), label, min(round(probability, 6), 1.0) if 0 <= probability < 1.00001 else None
        )
        for row, label, probability in zip(rows, guess, chosen, strict=True)
    )


def show(model: Any) -> str:
    """Return the model as scikit-learn prints it, or its type where that fails."""
    try:
        return repr(model)
    except Exception:
        return f"{type(model).__name__} (cannot be printed)"


def plain(labels: np.ndarray) -> tuple[Any, ...]:
    """Return labels as a tuple of values that JSON can hold."""
    return tuple(
        label if isinstance(label, (str, int, float)) else str(label) for label in labels.tolist()
    )


def timed(function: Callable, *args: Any) -> tuple[Any, float]:
    """Call a function; return its result and its duration in seconds."""
    start = time.perf_counter()
    result = function(*args)
    return result, time.perf_counter() - start


def _n_rows(X: Any) -> int:
    return X.shape[0] if hasattr(X, "shape") else len(X)


def _aligned(probabilities: Any, fitted: Any, labels: np.ndarray, n_rows: int) -> np.ndarray:
    """Return probabilities with a column for every label, also for those not in this split."""
    found = np.asarray(probabilities)
    if found.shape != (n_rows, len(fitted.classes_)):
        raise DataError(
            f"it gave the shape {found.shape} for {n_rows} rows and {len(fitted.classes_)} labels"
        )
    # The dtype is kept, since scikit-learn's log loss clips by it.
    dtype = found.dtype if found.dtype.kind == "f" else float
    aligned = np.zeros((n_rows, len(labels)), dtype=dtype)
    aligned[:, np.searchsorted(labels, fitted.classes_)] = found
    return aligned


def _all_probabilities(predicted: Iterable[SplitPredictions]) -> np.ndarray | None:
    parts = [p.probabilities for p in predicted]
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None


def history_of(estimator: Any) -> Mapping[str, Sequence[float]]:
    """Return the loss and accuracy of each epoch of a network; empty for other models."""
    network = last_step(estimator)
    history = getattr(network, "history_", None)
    if isinstance(history, dict):
        return history
    loss = getattr(network, "loss_curve_", None)  # MLPClassifier
    return {} if loss is None else {"loss": loss}


def _plain_history(fitted: Any) -> dict[str, tuple[float | None, ...]]:
    try:
        return {
            str(name): tuple(float(v) if math.isfinite(v) else None for v in values)
            for name, values in history_of(fitted).items()
        }
    except TypeError:  # another library's attribute of this name
        return {}
