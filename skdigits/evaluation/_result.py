"""What was found, as frozen plain values: no model, no array, nothing that cannot be JSON."""

import base64
import json
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from skdigits.evaluation import _pairwise
from skdigits.evaluation._pictures import Picture
from skdigits.significance import VarianceComponents, variance_components


@dataclass(frozen=True)
class Prediction:
    """What a model made of one test row.

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
    label: object
    probability: float | None = None


@dataclass(frozen=True)
class ModelResult:
    """What one model achieved, and what it cost.

    Attributes
    ----------
    name : str
        The model's name.
    model : str
        The model as scikit-learn prints it.
    error : str or None
        Why it failed; everything below is None or empty then.
    labels : tuple
        The labels, sorted.
    checksum : str
        Of what it was scored on, and in a comparison also of what it learned from.
    n_rows : int
        How many rows it was scored on, of all splits.
    seeds : tuple of int
        Those it was fitted with; empty where none were asked for, or where none change it. With
        several, numbers are means over them; what has no mean is the first seed's.
    one_seed : bool
        Whether it has a `random_state` and was fitted with but one: another might change it.
    accuracy, accuracy_low, accuracy_high : float
        Share of right predictions over all test rows, and its 95 % interval (Wilson, 1927).
    macro_f1 : float
        Mean F1 score of the classes.
    log_loss : float or None
        Mean negative log-likelihood in nats; None for a model without `predict_proba`.
    calibration_error : float or None
        Expected calibration error (Naeini et al., 2015): the mean difference, over 15 equal bins
        of the greatest probability, between it and the accuracy.
    reliability : tuple of (float, float, int)
        Of each bin that has any rows: mean greatest probability, accuracy, number of rows.
    accuracy_when_refusing : tuple of (float, float)
        A share of the rows, and the accuracy on the others when those of the least greatest
        probability are refused: for 1, 2 and 5 %.
    confusion : tuple of tuple of int
        Rows are true labels, columns predicted ones, in the order of `labels`.
    split_accuracies : tuple of float
        Accuracy on each split of a comparison.
    seed_accuracies : tuple of tuple of float
        The same of each seed.
    right : tuple of str
        For each seed, whether each test row was read right: bits in Base64, which `rights` reads.
    start_up_seconds : float
        What a first fit and prediction take, on a few rows: imports and compilation are in it.
    fit_seconds : tuple of float
        Seconds of each fit, all seeds and splits, start-up not counted; empty where `evaluate`
        fitted nothing.
    predict_one_ms : float
        Median milliseconds to predict a single row.
    predict_rows_per_second : float
        Rows predicted in a second, many at once.
    size_bytes : int or None
        Size of the model's file as `save_model` writes it without training state; None for a model
        that cannot be saved.
    history : dict of str to tuple of float
        Loss and accuracy of each epoch of the last split's fit, where the model tells them.
    predictions : tuple of Prediction
        What it made of those test rows that the comparison keeps as pictures.
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

    def rights(self):
        """Tell which test rows were read right.

        Returns
        -------
        rights : ndarray of shape (n_seeds, n_test_samples), bool
            A row for each seed, one where it was fitted once.
        """
        packed = [np.frombuffer(base64.b64decode(bits), dtype=np.uint8) for bits in self.right]
        return np.array([np.unpackbits(b, count=self.n_rows) for b in packed], dtype=bool)

    def variance(self):
        """Tell variance of the accuracy over seeds from variance over splits.

        Returns
        -------
        found : VarianceComponents
            `seeds` is None where there was one, `splits` where there was one.
        """
        if not self.seed_accuracies:  # it failed
            return VarianceComponents(None, None)
        return variance_components(self.seed_accuracies)

    def per_class(self):
        """Give precision, recall and F1 score of each class.

        Returns
        -------
        frame : pandas.DataFrame
            A row for each label, with `precision` (of those called so, the share that is), `recall`
            (of those that are so, the share called so), `f1` and `support` (number of rows). A
            share of nothing is 0, as in scikit-learn with `zero_division=0`.
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

    def confused_pairs(self):
        """Give the confusions, the most frequent first.

        Returns
        -------
        pairs : list of tuple
            `(true label, predicted label, count)` for each pair that was confused at all.
        """
        pairs = [
            (true, predicted, count)
            for true, counts in zip(self.labels, self.confusion, strict=True)
            for predicted, count in zip(self.labels, counts, strict=True)
            if count and true != predicted
        ]
        return sorted(pairs, key=lambda pair: -pair[2])


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
        `title`, `splits` (how they were made), `n_train` and `n_test` of each split,
        `train_counts` (first split) and `test_counts` (all splits) of the labels, and a `checksum`
        of the rows and the splits, which every result carries too.
    environment : dict
        Versions, processor and number of cores.
    pictures : tuple of Picture
        Some of the test rows: a few of each label, those that the models confused most, and those
        that no model or only one read right.

    Raises
    ------
    ValueError
        If the results are not all of these rows and splits.
    """

    results: tuple[ModelResult, ...]
    labels: tuple
    data: dict
    environment: dict
    pictures: tuple[Picture, ...] = ()

    def __post_init__(self):
        for result in self.results:
            if result.error is None and result.checksum != self.data["checksum"]:
                raise ValueError(
                    f"{result.name!r} was scored on other rows or splits "
                    f"({result.checksum or 'of an unknown checksum'}) than these "
                    f"({self.data['checksum']}); results of different splits cannot be mixed."
                )

    def joined(self, other):
        """Put the models of another comparison on the same rows and splits beside these.

        Parameters
        ----------
        other : Comparison
            Made on the same rows and splits, and in the same environment.

        Returns
        -------
        comparison : Comparison
            With the results of both, first these.

        Raises
        ------
        ValueError
            If rows, splits or environment are others, or two models have the same name.
        """
        if other.data["checksum"] != self.data["checksum"]:
            raise ValueError(
                "The two comparisons are of different rows or splits "
                f"({self.data['checksum']} and {other.data['checksum']}), so their scores cannot "
                "be compared; compare all models in one call, or with the same cv."
            )
        if other.environment != self.environment:
            raise ValueError(
                "The two comparisons were made in different environments, so what their models "
                f"cost cannot be compared: {self.environment} and {other.environment}."
            )
        twice = {r.name for r in self.results} & {r.name for r in other.results}
        if twice:
            raise ValueError(f"Both comparisons have a model {sorted(twice)[0]!r}.")
        pictures = {p.row: p for p in (*self.pictures, *other.pictures)}
        return replace(
            self,
            results=self.results + other.results,
            pictures=tuple(pictures[row] for row in sorted(pictures)),
        )

    def pairwise(self, *, rope=0.005):
        """Test every two models.

        On one test set by the exact McNemar test of the trained models, or, where one of the two
        was trained with several seeds, by a t-test that has the seeds' variance in it; over several
        splits by the corrected resampled t-test of the means over seeds.

        Parameters
        ----------
        rope : float, default=0.005
            Region of practical equivalence: accuracies that differ by no more than this, half a
            percentage point by default, are as good as equal.

        Returns
        -------
        frame : pandas.DataFrame
            A row for each two models, indexed by `model`, the one of greater mean accuracy over the
            splits, and `other`: the `difference` of these means with its 95 % interval, `low` to
            `high`, the `p_value` and the one adjusted for the number of pairs (Holm), `p_adjusted`;
            the probabilities that the first is practically `better`, `equivalent` or `worse`; and
            whether that is about two models `as_trained`, which another seed may change.

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

    def verdict(self, *, level=0.05, rope=0.005):
        """Say who is best, and how surely.

        Parameters
        ----------
        level : float, default=0.05
            A model is called better than another where the p-value, adjusted for the number of
            pairs, is below this.
        rope : float, default=0.005
            Accuracies that differ by no more than this are as good as equal.

        Returns
        -------
        verdict : str
            A sentence, with what `pairwise` found. On one test set, models that have a
            `random_state` and were fitted once are told apart as they are trained, and not called
            better: with another seed the order may be another.
        """
        if not 0 < level < 1:
            raise ValueError(f"level takes a share between 0 and 1, such as 0.05; got {level!r}.")
        return _pairwise.verdict(self, level, rope)

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
            raise ValueError(f"This is not the JSON of a Comparison: {error!r}.") from error


def _check(comparison):
    """Raise KeyError, TypeError or ValueError where a report would lack something."""
    for key in ("title", "n_train", "n_test", "checksum"):
        comparison.data[key]
    for key in ("python", "platform", "processor", "cores", "versions"):
        comparison.environment[key]
    for result in comparison.results:
        if result.error is None:
            result.per_class()
            rights = result.rights()
            if not len(rights) or len(rights) != len(result.seed_accuracies):
                raise ValueError(f"{result.name!r} does not tell which rows it read right")
            for name in ("accuracy", "accuracy_low", "accuracy_high", "macro_f1"):
                if not isinstance(getattr(result, name), float):
                    raise TypeError(f"{name} of {result.name!r} is not a number")
    for picture in comparison.pictures:
        picture.array()


def _result(fields):
    predictions = tuple(Prediction(**p) for p in fields.pop("predictions", []))
    return ModelResult(**_frozen(fields), predictions=predictions)


def _frozen(value):
    """Turn lists into tuples, at any depth."""
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, dict):
        return {key: _frozen(v) for key, v in value.items()}
    return value
