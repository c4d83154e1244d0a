"""`evaluate`: the scores and costs of one fitted model."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import unique_labels
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from skdigits._ground.pipelines import last_step
from skdigits._ground.public import public
from skdigits.errors import DataError
from skdigits.evaluation import _score
from skdigits.evaluation._result import ModelResult


@public()
def evaluate(
    model: BaseEstimator, X: ArrayLike, y: ArrayLike, *, name: str | None = None
) -> ModelResult:
    """Score a fitted classifier on rows it has not seen, and measure its costs.

    Parameters
    ----------
    model : classifier
        Fitted, with `predict`; with `predict_proba` it has a log loss and a calibration too. It is
        not changed.
    X : array-like of shape (n_samples, n_features)
        Test rows.
    y : array-like of shape (n_samples,)
        Their labels.
    name : str, default=None
        Name of the result; by default the type of the model, or of a Pipeline's last step.

    Returns
    -------
    result : ModelResult
        Accuracy with its interval, macro F1, log loss, expected calibration error, accuracy when
        the least confident rows are refused, confusion matrix, `per_class()`, prediction times,
        size on disk, and the training history of models that have one.

    Raises
    ------
    DataError
        If there are no rows, or `y` has labels of another kind than the model's.
    ValueError
        If `X` and `y` differ in length.
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
    truth = column_or_1d(y)
    if len(truth) == 0:
        raise DataError("There are no rows to be scored on: X and y are empty.")
    labels = _all_labels(model, truth)
    predictions = _score.predict(model, X, labels)
    return ModelResult(
        name=type(last_step(model)).__name__ if name is None else str(name),
        model=_score.show(model),
        checksum=_score.checksum(X, truth),
        **_score.scores([truth], [[predictions]], labels),
        **_score.costs(model, X),
    )


def _all_labels(model: Any, y: np.ndarray) -> np.ndarray:
    """Return the labels of the model and of the rows, some of which the model may not know."""
    known = np.asarray(getattr(model, "classes_", np.unique(y)))
    try:
        return unique_labels(known, y)
    except ValueError as error:
        raise DataError(
            f"y has labels such as {y.tolist()[0]!r}, but the model was trained on labels such as "
            f"{known.tolist()[0]!r}; give y as the same kind."
        ) from error
