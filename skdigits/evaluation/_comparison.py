"""A comparison: results of models on the same rows, and what follows from them."""

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skdigits._ground.public import public
from skdigits.errors import ComparisonError, ParameterError
from skdigits.evaluation import _pairwise
from skdigits.evaluation._pictures import Label, Picture
from skdigits.evaluation._result import ModelResult

if TYPE_CHECKING:
    import pandas as pd


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
    labels: tuple[Label, ...]
    data: dict[str, Any]
    environment: dict[str, Any]
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
            If the text is not JSON, or not that of a comparison: something is missing or of another
            kind, or its counts do not add up.
        """
        from skdigits.evaluation import _form

        try:
            comparison = cls(**_form.fields_of(text))
            _form.need_consistent(comparison)
        except ComparisonError as error:
            raise ComparisonError(
                f"This is not the JSON of a Comparison: {error} Take a file as compare wrote it."
            ) from error
        return comparison
