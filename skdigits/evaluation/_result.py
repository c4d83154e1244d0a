"""Results as frozen plain values: no model, no array, nothing that JSON cannot hold."""

import base64
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skdigits._ground.public import public
from skdigits.errors import ComparisonError, ParameterError
from skdigits.evaluation import _pairwise
from skdigits.evaluation._pictures import Picture
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

    row: int
    label: Any
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

    name: str
    model: str
    error: str | None = None
    labels: tuple = ()
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


@public()
@dataclass(frozen=True)
class Comparison:
    """Results of `compare`, as plain values without the models.

    Attributes
    ----------
    results : tuple of ModelResult
        One per model, in the order given.
    labels : tuple
        The labels, sorted.
    data : dict
        `title`, `splits` (how they were made), `n_train` and `n_test` of each split,
        `train_counts` (first split) and `test_counts` (all splits) of the labels, and a `checksum`
        of rows and splits, which every result has too.
    environment : dict
        Versions, processor and number of cores.
    pictures : tuple of Picture
        Some of the test rows: a few of each label, those of the most confused pairs, and those that
        no model or only one classifies correctly.

    Raises
    ------
    ComparisonError
        If a result is of other rows or splits.
    """

    results: tuple[ModelResult, ...]
    labels: tuple
    data: dict
    environment: dict
    pictures: tuple[Picture, ...] = ()

    def __post_init__(self) -> None:
        for result in self.results:
            if result.error is None and result.checksum != self.data["checksum"]:
                raise ComparisonError(
                    f"{result.name!r} was scored on other rows or splits "
                    f"({result.checksum or 'of an unknown checksum'}) than these "
                    f"({self.data['checksum']}); results of different splits cannot be mixed."
                )

    def joined(self, other: Self) -> Self:
        """Return a comparison with the models of this one and of another.

        Parameters
        ----------
        other : Comparison
            Made on the same rows and splits, and in the same environment.

        Returns
        -------
        comparison : Comparison
            With the results of both, these first.

        Raises
        ------
        ComparisonError
            If rows, splits or environment differ, or two models have the same name.
        """
        if other.data["checksum"] != self.data["checksum"]:
            raise ComparisonError(
                "The two comparisons are of different rows or splits "
                f"({self.data['checksum']} and {other.data['checksum']}), so their scores cannot "
                "be compared; compare all models in one call, or with the same cv."
            )
        if other.environment != self.environment:
            raise ComparisonError(
                "The two comparisons were made in different environments, so what their models "
                f"cost cannot be compared: {self.environment} and {other.environment}."
            )
        twice = {r.name for r in self.results} & {r.name for r in other.results}
        if twice:
            raise ComparisonError(f"Both comparisons have a model {sorted(twice)[0]!r}.")
        pictures = {p.row: p for p in (*self.pictures, *other.pictures)}
        return replace(
            self,
            results=self.results + other.results,
            pictures=tuple(pictures[row] for row in sorted(pictures)),
        )

    def pairwise(self, *, rope: float = 0.005) -> "pd.DataFrame":
        """Test every pair of models.

        On one test set, the test is the exact McNemar test of the two fitted models, or, if one of
        them was fitted with several seeds, a t-test that includes the variance over seeds. Over
        several splits it is the corrected resampled t-test of the means over seeds.

        Parameters
        ----------
        rope : float, default=0.005
            Region of practical equivalence: accuracies that differ by no more than this, half a
            percentage point by default, are practically equivalent.

        Returns
        -------
        frame : pandas.DataFrame
            One row per pair, indexed by `model`, the one of greater mean accuracy over the splits,
            and `other`: the `difference` of these means with its 95 % interval, `low` to `high`;
            the `p_value`, and `p_adjusted` for the number of pairs (Holm); the probabilities that
            the first is practically `better`, `equivalent` or `worse`; and whether all this holds
            for the two models `as_trained` only, so that another seed may change it.

        See Also
        --------
        skdigits.significance : The tests, and their sources.
        """
        import pandas as pd

        found = _pairwise.pairs(self, rope)
        index = pd.MultiIndex.from_tuples(
            [names for *names, _ in found] or np.empty((0, 2)), names=["model", "other"]
        )
        columns = list(_pairwise.COLUMNS)
        return pd.DataFrame([fields for _, _, fields in found], index=index, columns=columns)

    def verdict(self, *, level: float = 0.05, rope: float = 0.005) -> str:
        """Return a sentence that states which model is best and how certain that is.

        Parameters
        ----------
        level : float, default=0.05
            Level of significance: a model is called better than another if the p-value, adjusted
            for the number of pairs, is below this.
        rope : float, default=0.005
            Accuracies that differ by no more than this are practically equivalent.

        Returns
        -------
        verdict : str
            The results of `pairwise` in words. On one test set, a model that has a `random_state`
            and was fitted once is called ahead as trained, not better, since another seed may
            change the order.

        Raises
        ------
        ParameterError
            If `level` is not between 0 and 1, or `rope` is negative.
        """
        if not 0 < level < 1:
            raise ParameterError(
                f"level takes a share between 0 and 1, such as 0.05; got {level!r}."
            )
        return _pairwise.verdict(self, level, rope)

    def frame(self) -> "pd.DataFrame":
        """Return the results as a table.

        Returns
        -------
        frame : pandas.DataFrame
            One row per model, indexed by name; `fit_seconds` is the mean over all fits.
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
                "calibration_error": r.calibration_error,
                "fit_seconds": float(np.mean(r.fit_seconds)) if r.fit_seconds else None,
                "predict_one_ms": r.predict_one_ms,
                "predict_rows_per_second": r.predict_rows_per_second,
                "size_bytes": r.size_bytes,
                "error": r.error,
            }
            for r in self.results
        ]
        frame = pd.DataFrame(rows).set_index("model")
        numbers = frame.columns.drop("error")
        return frame.astype(dict.fromkeys(numbers, float))

    def to_json(self) -> str:
        """Return the comparison as JSON text, which `from_json` reads back.

        Returns
        -------
        text : str
            Indented JSON.
        """
        return json.dumps(asdict(self), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the comparison that `to_json` wrote.

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
        ComparisonError
            If the text is not JSON, or not that of a comparison.
        """
        try:
            fields = json.loads(text)
            results = tuple(_result(result) for result in fields.pop("results"))
            if not results:
                raise KeyError("results")
            comparison = cls(
                results=results,
                labels=tuple(fields.pop("labels")),
                pictures=tuple(Picture(**_frozen(p)) for p in fields.pop("pictures", [])),
                **fields,
            )
            _check(comparison)
            return comparison
        except (TypeError, KeyError, AttributeError, ValueError, RecursionError) as error:
            raise ComparisonError(f"This is not the JSON of a Comparison: {error!r}.") from error


def _check(comparison: Comparison) -> None:
    """Raise KeyError, TypeError or ValueError if something is missing that a report needs."""
    for key in ("title", "n_train", "n_test", "checksum"):
        comparison.data[key]
    for key in ("python", "platform", "processor", "cores", "versions"):
        comparison.environment[key]
    for result in comparison.results:
        if result.error is None:
            result.per_class()
            rights = result.rights()
            if not len(rights) or len(rights) != len(result.seed_accuracies):
                raise ComparisonError(f"{result.name!r} does not tell which rows it read right")
            for name in ("accuracy", "accuracy_low", "accuracy_high", "macro_f1"):
                if not isinstance(getattr(result, name), float):
                    raise TypeError(f"{name} of {result.name!r} is not a number")
    for picture in comparison.pictures:
        picture.array()


def _result(fields: dict[str, Any]) -> ModelResult:
    predictions = tuple(Prediction(**p) for p in fields.pop("predictions", []))
    return ModelResult(**_frozen(fields), predictions=predictions)


def _frozen(value: Any) -> Any:
    """Return a value with its lists turned into tuples, at any depth."""
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, dict):
        return {key: _frozen(v) for key, v in value.items()}
    return value
