"""What may be wrong with a fitted network, with the numbers that say so."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skdigits._ground.pipelines import before_last_step, last_step
from skdigits._ground.pixels import unscaled_maximum

# Above which a number is a finding. The default network on MNIST (seed 0) is far below: 3 % of its
# units are dead, its fifth epoch lowers the loss by 0.013, and its accuracies are 0.012 apart.
_DEAD_SHARE = 0.25
_FALLING_LOSS = 0.02
_GAP, _GAP_ERRORS = 0.03, 3
_ENOUGH_ROWS = 10
_VALIDATION_SHARE = 0.1  # where nobody said another one
_ROWS_FOR_UNITS = 2000


@dataclass(frozen=True)
class Finding:
    """One thing that may be wrong.

    Parameters
    ----------
    code : str
        What it is, in a word for programs.
    value : float
        The number that was seen.
    message : str
        What was seen, and what to do.
    """

    code: str
    value: float
    message: str

    def __str__(self):
        return f"{self.code}: {self.message}"


def diagnose(model, X, y, X_test=None, y_test=None):
    """Look for what is often wrong with a network, and say what to do.

    Parameters
    ----------
    model : classifier
        Fitted; a network classifier of this package or a Pipeline that ends in one. Of other
        classifiers only predictions and rows are looked at.
    X : array-like of shape (n_samples, n_features)
        The rows that it was trained on, as they were passed to `fit`.
    y : array-like of shape (n_samples,)
        Their labels.
    X_test : array-like of shape (n_test, n_features), default=None
        Rows that it has not seen: without them overfitting is only found where the fit had
        validation rows, and nobody can look for rows that are in both.
    y_test : array-like of shape (n_test,), default=None
        Their labels.

    Returns
    -------
    findings : list of Finding
        `code`, `value` (the number) and `message`; empty where nothing was found. The codes are

        - "unscaled-input": the network is fed whole numbers of 0-255 (`value` is the largest);
        - "dead-units": of some layer's ReLU units, more than a quarter (`value` is the share)
          give 0 for every row;
        - "loss-still-falling": the last epoch lowered the loss by more than 0.02 (`value`);
        - "overfitting": accuracy on rows trained on is more than 0.03, and three standard
          errors, above that on others (`value` is the difference);
        - "class-never-predicted": a class with at least ten rows is not among the predictions
          (`value` counts such classes);
        - "duplicate-rows": rows of `X_test` are in `X` too (`value` counts them).

    Raises
    ------
    ValueError
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
        raise ValueError("X_test and y_test go together; only one of them was given.")
    y = column_or_1d(y)
    network, rows = _network_and_rows(model, X)
    history = getattr(network, "history_", {})
    unseen = None if X_test is None else (X_test, column_or_1d(y_test))
    predicted = model.predict(X)
    findings = [
        _unscaled(network, rows),
        _dead_units(network, rows),
        _still_falling(history),
        _overfitting(model, network, len(y), accuracy_score(y, predicted), unseen),
        _never_predicted(predicted, y),
        _duplicates(X, X_test),
    ]
    return [finding for finding in findings if finding is not None]


def _network_and_rows(model, X):
    """Give the last step, and the rows as it gets them."""
    for inside in ("best_estimator_", "estimator_"):  # of a search, of a CachedEstimator
        model = vars(model).get(inside, model)
    return last_step(model), before_last_step(model, X)


def _unscaled(network, rows):
    if not hasattr(network, "_relu_outputs") or network.scale_ is not None:
        return None
    top = unscaled_maximum(np.asarray(rows))
    if top is None:
        return None
    return Finding(
        "unscaled-input",
        top,
        f"the network is fed whole numbers up to {top:g}, pixels that nobody scaled; put a "
        'PixelScaler before it, or set scale="pixels".',
    )


def _dead_units(network, rows):
    if not hasattr(network, "_relu_outputs"):
        return None
    rows = np.asarray(rows)[:: max(1, len(rows) // _ROWS_FOR_UNITS)]
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
        f"{share:.0%} of the {n} ReLU units of {name} give 0 for every row and learn nothing any "
        'more; lower learning_rate, scale the rows, or set activation="leaky_relu".',
    )


def _still_falling(history):
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


def _overfitting(model, network, n_rows, accuracy, unseen):
    history = getattr(network, "history_", {})
    if unseen is not None:
        X_test, y_test = unseen
        other, n = accuracy_score(y_test, model.predict(X_test)), len(y_test)
        where = f"the {n:,} rows of X_test"
    elif history.get("val_accuracy"):
        accuracy, other = history["accuracy"][-1], history["val_accuracy"][-1]
        n = n_rows * (getattr(network, "validation_fraction", None) or _VALIDATION_SHARE)
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


def _never_predicted(predicted, y):
    labels, counts = np.unique(y, return_counts=True)
    missing = np.setdiff1d(labels[counts >= _ENOUGH_ROWS], predicted)
    if len(missing) == 0:
        return None
    return Finding(
        "class-never-predicted",
        len(missing),
        f"{', '.join(map(str, missing))} is in y and in no prediction; see whether the classes "
        'are very unequal (class_weight="balanced"), or the network has not learned at all.',
    )


def _duplicates(X, X_test):
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
        f"{n:,} of the {len(X_test):,} rows of X_test are in X too, and scores on them say "
        "nothing; take them out of one of the two.",
    )
