"""`evaluate`: everything that a comparison tells, of one fitted model."""

import numpy as np
from sklearn.utils.multiclass import unique_labels
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from skdigits._ground.pipelines import last_step
from skdigits.evaluation import _score
from skdigits.evaluation._result import ModelResult


def evaluate(model, X, y, *, name=None):
    """Score a fitted classifier on rows it has not seen, and measure what it costs.

    Parameters
    ----------
    model : classifier
        Fitted, with `predict`; with `predict_proba` the log loss and the calibration are there too.
        It is not changed.
    X : array-like of shape (n_samples, n_features)
        Rows to be scored on.
    y : array-like of shape (n_samples,)
        Their labels.
    name : str, default=None
        What the result is called; by default the type of the model, or of a Pipeline's last step.

    Returns
    -------
    result : ModelResult
        Accuracy with its interval, macro F1, log loss, expected calibration error, accuracy when
        the least certain are refused, confusion matrix, `per_class()`, the time of a prediction,
        the size on disk, and the training history where the model tells it.

    Raises
    ------
    ValueError
        If there are no rows, `X` and `y` differ in length, or `y` has labels of another kind than
        the model's.
    NotFittedError
        If the model is not fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdigits import evaluate
    >>> X, y = load_iris(return_X_y=True)
    >>> result = evaluate(GaussianNB().fit(X[::2], y[::2]), X[1::2], y[1::2])
    >>> round(result.accuracy, 2), result.per_class()["recall"].round(2).tolist()
    (0.96, [1.0, 0.96, 0.92])
    """
    check_is_fitted(model)
    check_consistent_length(X, y)
    y = column_or_1d(y)
    if len(y) == 0:
        raise ValueError("There are no rows to be scored on: X and y are empty.")
    labels = _all_labels(model, y)
    predicted = _score.predict(model, X, labels)
    return ModelResult(
        name=type(last_step(model)).__name__ if name is None else str(name),
        model=_score.show(model),
        checksum=_score.checksum(X, y),
        **_score.scores([y], [[predicted]], labels),
        **_score.costs(model, X),
    )


def _all_labels(model, y):
    """Join the model's labels and the rows', which may have some that the model never saw."""
    known = np.asarray(getattr(model, "classes_", np.unique(y)))
    try:
        return unique_labels(known, y)
    except ValueError as error:
        raise ValueError(
            f"y has labels such as {y.tolist()[0]!r}, but the model was trained on labels such as "
            f"{known.tolist()[0]!r}; give y as the same kind."
        ) from error
