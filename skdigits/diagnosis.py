"""Diagnosis of a fitted network: common problems, with the numbers that show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.metrics import accuracy_score
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skdigits._ground.pipelines import before_last_step, last_step
from skdigits._ground.pixels import BYTES, in_words, is_unexpected, recognise, unscaled_maximum
from skdigits._ground.public import public
from skdigits.errors import ParameterError
from skdigits.preprocessing import PixelScaler

# Thresholds above which a number is a finding. The default network on MNIST (seed 0) is far below:
# 3 % of its units are dead, its fifth epoch lowers the loss by 0.013, and its accuracies differ by
# 0.012.
_DEAD_SHARE = 0.25
_FALLING_LOSS = 0.02
_GAP, _GAP_ERRORS = 0.03, 3
_ENOUGH_ROWS = 10
_VALIDATION_SHARE = 0.1  # that of early stopping, unless validation_fraction is set
_ROWS_FOR_UNITS = 2000


@public()
@dataclass(frozen=True)
class Finding:
    """A possible problem of a network.

    Parameters
    ----------
    code : str
        Kind of the problem, for programs.
    value : float
        The number that shows it.
    message : str
        Description of the problem, and what to do about it.
    """

    code: str
    value: float
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@public()
def diagnose(
    model: BaseEstimator,
    X: ArrayLike,
    y: ArrayLike,
    X_test: ArrayLike | None = None,
    y_test: ArrayLike | None = None,
) -> list[Finding]:
    """Look for common problems of a network, and say what to do about them.

    Parameters
    ----------
    model : classifier
        Fitted; a network classifier of this package or a Pipeline that ends in one. For other
        classifiers only predictions and rows are checked.
    X : array-like of shape (n_samples, n_features)
        The training rows, as they were passed to `fit`.
    y : array-like of shape (n_samples,)
        Their labels.
    X_test : array-like of shape (n_test, n_features), default=None
        Test rows. Without them, overfitting is found only if the fit had validation rows, and rows
        that are in both sets are not looked for.
    y_test : array-like of shape (n_test,), default=None
        Their labels.

    Returns
    -------
    findings : list of Finding
        `code`, `value` (the number) and `message`; empty if nothing was found. The codes are

        - "unscaled-input": the inputs of the network are integers of 0-255 (`value` is the
          largest);
        - "pixel-range": the rows, or those of `X_test`, have another range of pixels than the
          model scales by, or one that cannot be told (`value` is the largest);
        - "dead-units": more than a quarter of a layer's ReLU units (`value` is the share) have an
          output of 0 for every row;
        - "loss-still-falling": the last epoch lowered the loss by more than 0.02 (`value`);
        - "overfitting": the accuracy on the training rows is more than 0.03, and more than three
          standard errors, above that on other rows (`value` is the difference);
        - "class-never-predicted": a class with at least ten rows is not among the predictions
          (`value` is the number of such classes);
        - "duplicate-rows": rows of `X_test` are in `X` too (`value` is their number).

    Raises
    ------
    ParameterError
        If only one of `X_test` and `y_test` is given.

    Examples
    --------
    >>> from skdigits import diagnose, load_sample_digits, make_model
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> model = make_model("ann", epochs=2, random_state=0).fit(X[:800], y[:800])
    >>> [finding.code for finding in diagnose(model, X[:800], y[:800])]
    ['loss-still-falling']
    """
    check_is_fitted(model)
    if (X_test is None) != (y_test is None):
        raise ParameterError("X_test and y_test go together; only one of them was given.")
    truth = column_or_1d(y)
    network, rows = _network_and_rows(model, X)
    history = getattr(network, "history_", {})
    unseen = None if X_test is None else (X_test, column_or_1d(y_test))
    predicted = model.predict(X)
    findings = [
        _unscaled(network, rows),
        _pixel_range(model, network, X, X_test),
        _dead_units(network, rows),
        _still_falling(history),
        _overfitting(model, network, len(truth), accuracy_score(truth, predicted), unseen),
        _never_predicted(predicted, truth),
        _duplicates(X, X_test),
    ]
    return [finding for finding in findings if finding is not None]


def _network_and_rows(model: Any, X: Any) -> tuple[Any, Any]:
    """Return the last step of a model, and its input rows."""
    model = _inside(model)
    return last_step(model), before_last_step(model, X)


def _inside(model: Any) -> Any:
    """Return what a search or a CachedEstimator has fitted, or the model itself."""
    for inside in ("best_estimator_", "estimator_"):
        model = vars(model).get(inside, model)
    return model


def _as_matrix(rows: Any) -> Any:
    """Return rows as an array, or as the sparse matrix that they are."""
    return rows if issparse(rows) else np.asarray(rows)


def _unscaled(network: Any, rows: Any) -> Finding | None:
    if not hasattr(network, "_relu_outputs") or network.scale_ is not None:
        return None
    top = unscaled_maximum(_as_matrix(rows))
    if top is None:
        return None
    return Finding(
        "unscaled-input",
        top,
        f"the network is fed whole numbers up to {top:g}, pixels that were not scaled; put a "
        'PixelScaler before it, or set scale="pixels".',
    )


def _pixel_range(model: Any, network: Any, X: Any, X_test: Any) -> Finding | None:
    """Look at the rows where a PixelScaler or the network itself scales them."""
    model = _inside(model)
    scaler = model[0] if isinstance(model, Pipeline) else model
    itself = not isinstance(model, Pipeline) and getattr(network, "scale_", None) is not None
    if not isinstance(scaler, PixelScaler) and not itself:
        return None
    scaled_by = BYTES if itself else scaler.pixel_range_
    said = not itself and scaler.pixel_range != "auto"
    for name, rows in (("X", X), ("X_test", X_test)):
        if rows is None:
            continue
        rows = _as_matrix(rows)
        seen = recognise(rows)
        doubtful = not said and name == "X" and (seen.range is None or not seen.sure)
        if doubtful or is_unexpected(rows, scaled_by):
            known = "of no known range" if seen.range is None else f"as {in_words(seen.range)} has"
            return Finding(
                "pixel-range",
                seen.high,
                f"{name} has {seen}, {known}, and is scaled as pixels of {in_words(scaled_by)}; "
                "bring all rows to the same range, or pass it: PixelScaler(pixel_range=(low, "
                "high)).",
            )
    return None


def _dead_units(network: Any, rows: Any) -> Finding | None:
    if not hasattr(network, "_relu_outputs"):
        return None
    n = rows.shape[0] if hasattr(rows, "shape") else len(rows)
    rows = _safe_indexing(rows, slice(None, None, max(1, n // _ROWS_FOR_UNITS)))
    worst = (0.0, "", 0)
    for name, outputs in network._relu_outputs(rows).items():
        dead = (outputs.reshape(-1, outputs.shape[-1]) <= 0).all(axis=0)
        worst = max(worst, (float(dead.mean()), name, len(dead)))
    share, name, n = worst
    if share <= _DEAD_SHARE:
        return None
    return Finding(
        "dead-units",
        share,
        f"{share:.0%} of the {n} ReLU units of {name} output 0 for every row and no longer learn; "
        'lower learning_rate, scale the rows, or set activation="leaky_relu".',
    )


def _still_falling(history: Mapping[str, Sequence[float]]) -> Finding | None:
    losses = history.get("val_loss", [])
    if not np.isfinite(losses[-2:]).all() or not losses:
        losses = history.get("loss", [])
    fall = losses[-2] - losses[-1] if len(losses) > 1 else np.nan
    if not fall > _FALLING_LOSS:
        return None
    return Finding(
        "loss-still-falling",
        float(fall),
        f"the last of {len(losses)} epochs lowered the loss by {fall:.3f}, from {losses[-2]:.3f} "
        f"to {losses[-1]:.3f}; train for more epochs, or with a higher learning_rate.",
    )


def _overfitting(
    model: Any, network: Any, n_rows: int, accuracy: float, unseen: tuple[Any, np.ndarray] | None
) -> Finding | None:
    history = getattr(network, "history_", {})
    if unseen is not None:
        X_test, y_test = unseen
        other, n = accuracy_score(y_test, model.predict(X_test)), float(len(y_test))
        where = f"the {len(y_test):,} rows of X_test"
    elif history.get("val_accuracy"):
        accuracy, other = history["accuracy"][-1], history["val_accuracy"][-1]
        share = getattr(network, "validation_fraction", None) or _VALIDATION_SHARE
        n = n_rows * share
        where = "the validation rows"
    else:
        return None
    gap, error = accuracy - other, np.sqrt(other * (1 - other) / n)
    if not gap > max(_GAP, _GAP_ERRORS * error):
        return None
    return Finding(
        "overfitting",
        float(gap),
        f"accuracy is {accuracy:.1%} on the rows trained on and {other:.1%} on {where}; set "
        'early_stopping=True, dropout or augment="digits", or train on more rows.',
    )


def _never_predicted(predicted: np.ndarray, y: np.ndarray) -> Finding | None:
    labels, counts = np.unique(y, return_counts=True)
    missing = np.setdiff1d(labels[counts >= _ENOUGH_ROWS], predicted)
    if len(missing) == 0:
        return None
    return Finding(
        "class-never-predicted",
        len(missing),
        f"{', '.join(map(str, missing))} is in y and in no prediction; check whether the "
        'classes are imbalanced (class_weight="balanced"), or the network has not learned at all.',
    )


def _duplicates(X: Any, X_test: Any) -> Finding | None:
    if X_test is None:
        return None
    X, X_test = (rows.toarray() if issparse(rows) else np.asarray(rows) for rows in (X, X_test))
    dtype = np.result_type(X, X_test)
    seen = {hash(row.tobytes()) for row in np.ascontiguousarray(X, dtype)}
    n = sum(hash(row.tobytes()) in seen for row in np.ascontiguousarray(X_test, dtype))
    if n == 0:
        return None
    return Finding(
        "duplicate-rows",
        n,
        f"{n:,} of the {len(X_test):,} rows of X_test are in X too, and scores on them are not "
        "those of unseen rows; remove them from one of the two.",
    )
