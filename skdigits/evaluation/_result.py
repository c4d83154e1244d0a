"""Results as frozen plain values: no model, no array, nothing that JSON cannot hold."""

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from skdigits._ground.public import public
from skdigits.evaluation._pictures import FORM, Label
from skdigits.significance import VarianceComponents, variance_components

if TYPE_CHECKING:
    import pandas as pd


@public("skdigits.evaluation")
@dataclass(frozen=True)
class Prediction:
    """A model's prediction of one test row.

    Attributes
    ----------
    row : int
        Number of the row among all test rows, counted from 0.
    label : object
        The predicted label.
    probability : float or None
        The greatest of the labels' probabilities; None for a model without `predict_proba`.
    """

    __pydantic_config__ = FORM

    row: int
    label: Label
    probability: float | None = None


@public()
@dataclass(frozen=True)
class ModelResult:
    """Scores and costs of one model.

    Attributes
    ----------
    name : str
        The model's name.
    model : str
        The model as scikit-learn prints it.
    error : str or None
        Why it failed. Everything below is then None or empty.
    notes : tuple of str
        What is in doubt, or could not be computed, and why.
    labels : tuple
        The labels, sorted.
    checksum : str
        Of the test rows, in a comparison of the training rows too.
    n_rows : int
        Number of test rows, of all splits.
    seeds : tuple of int
        The seeds it was fitted with; empty if none were asked for, or if the model does not depend
        on them. With several seeds, numbers are means over them, and what has no mean is that of
        the first seed.
    one_seed : bool
        Whether it has a `random_state` and was fitted with a single one, so that another might
        change the result.
    accuracy, accuracy_low, accuracy_high : float
        Accuracy over all test rows, and its 95 % interval (Wilson, 1927).
    macro_f1 : float
        Mean F1 score of the classes.
    log_loss : float or None
        Mean negative log-likelihood in nats; None for a model without `predict_proba`.
    calibration_error : float or None
        Expected calibration error (Naeini et al., 2015): the mean difference, over 15 equal bins
        of the greatest probability, between it and the accuracy.
    reliability : tuple of (float, float, int)
        For each bin that is not empty: mean greatest probability, accuracy, number of rows.
    accuracy_when_refusing : tuple of (float, float)
        A share of the rows, and the accuracy on the other rows if this share, the least confident
        rows, is refused: for 1, 2 and 5 %.
    confusion : tuple of tuple of int
        Confusion matrix: true labels by predicted labels, in the order of `labels`.
    split_accuracies : tuple of float
        Accuracy on each split of a comparison.
    seed_accuracies : tuple of tuple of float
        The same for each seed.
    right : tuple of str
        For each seed, whether each test row is classified correctly: bits in Base64, which `rights`
        decodes.
    start_up_seconds : float
        Duration of a first fit and prediction on a few rows, with imports and compilation.
    fit_seconds : tuple of float
        Duration of each fit, for all seeds and splits, without start-up; empty for a result of
        `evaluate`, which fits nothing.
    predict_one_ms : float
        Median milliseconds to predict a single row.
    predict_rows_per_second : float
        Rows predicted per second, many at once.
    size_bytes : int or None
        Size of the file that `save_model` writes without training state; None for a model that
        cannot be saved.
    history : dict of str to tuple of float
        Loss and accuracy of each epoch of the last split's fit, for models that record them.
    predictions : tuple of Prediction
        Predictions of the test rows that the comparison keeps as pictures.
    """

    __pydantic_config__ = FORM

    name: str
    model: str
    error: str | None = None
    notes: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    checksum: str = ""
    n_rows: int = 0
    seeds: tuple[int, ...] = ()
    one_seed: bool = False
    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    macro_f1: float | None = None
    log_loss: float | None = None
    calibration_error: float | None = None
    reliability: tuple[tuple[float, float, int], ...] = ()
    accuracy_when_refusing: tuple[tuple[float, float], ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    split_accuracies: tuple[float, ...] = ()
    seed_accuracies: tuple[tuple[float, ...], ...] = ()
    right: tuple[str, ...] = ()
    start_up_seconds: float | None = None
    fit_seconds: tuple[float, ...] = ()
    predict_one_ms: float | None = None
    predict_rows_per_second: float | None = None
    size_bytes: int | None = None
    history: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    predictions: tuple[Prediction, ...] = ()

    def rights(self) -> np.ndarray:
        """Return which test rows are classified correctly.

        Returns
        -------
        rights : ndarray of shape (n_seeds, n_test_samples), bool
            One line per seed, or a single line for a model that was fitted once.
        """
        packed = [np.frombuffer(base64.b64decode(bits), dtype=np.uint8) for bits in self.right]
        return np.array([np.unpackbits(b, count=self.n_rows) for b in packed], dtype=bool)

    def variance(self) -> VarianceComponents:
        """Return the variance of the accuracy over seeds, and that over splits.

        Returns
        -------
        found : VarianceComponents
            `seeds` is None for a single seed, `splits` for a single split.
        """
        if not self.seed_accuracies:  # it failed
            return VarianceComponents(None, None)
        return variance_components(self.seed_accuracies)

    def per_class(self) -> "pd.DataFrame":
        """Return precision, recall and F1 score of each class.

        Returns
        -------
        frame : pandas.DataFrame
            One row per label, with `precision`, `recall`, `f1` and `support` (number of rows). What
            is undefined is 0, as in scikit-learn with `zero_division=0`.
        """
        import pandas as pd

        confusion = np.array(self.confusion, dtype=np.int64).reshape(2 * [len(self.labels)])
        right, called, support = confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1)
        columns = {
            "precision": right / np.maximum(called, 1),
            "recall": right / np.maximum(support, 1),
            "f1": 2 * right / np.maximum(called + support, 1),
            "support": support,
        }
        return pd.DataFrame(columns, index=pd.Index(self.labels, name="label"))

    def confused_pairs(self) -> list[tuple[Any, Any, int]]:
        """Return the confusions, the most frequent first.

        Returns
        -------
        pairs : list of tuple
            `(true label, predicted label, count)` for each pair with a count above 0.
        """
        pairs = [
            (true, predicted, count)
            for true, counts in zip(self.labels, self.confusion, strict=True)
            for predicted, count in zip(self.labels, counts, strict=True)
            if count and true != predicted
        ]
        return sorted(pairs, key=lambda pair: -pair[2])
