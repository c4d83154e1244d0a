"""What was found, as frozen plain values: no model, no array, nothing that cannot be JSON."""

import json
from dataclasses import asdict, dataclass, field

import numpy as np

from skdigits.evaluation._pictures import Picture


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
    start_up_seconds : float
        What a first fit and prediction take, on a few rows: imports and compilation are in it.
    fit_seconds : tuple of float
        Seconds of each split's fit, start-up not counted; empty where `evaluate` fitted nothing.
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
    start_up_seconds: float | None = None
    fit_seconds: tuple[float, ...] = ()
    predict_one_ms: float | None = None
    predict_rows_per_second: float | None = None
    size_bytes: int | None = None
    history: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    predictions: tuple[Prediction, ...] = ()

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
        `title`, `n_train` and `n_test` of each split, `train_counts` (first split) and
        `test_counts` (all splits) of the labels, and a `checksum` of the rows and the splits.
    environment : dict
        Versions, processor and number of cores.
    pictures : tuple of Picture
        Some of the test rows: a few of each label, and those that the models confused most.
    """

    results: tuple[ModelResult, ...]
    labels: tuple
    data: dict
    environment: dict
    pictures: tuple[Picture, ...] = ()

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
