"""Which model is better, and how certain that is: a comparison's tests, in numbers and words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from skdigits import significance

if TYPE_CHECKING:
    from skdigits.evaluation._comparison import Comparison
    from skdigits.evaluation._result import ModelResult

_CONFIDENCE = 0.95
COLUMNS = (
    "difference",
    "low",
    "high",
    "p_value",
    "p_adjusted",
    "better",
    "equivalent",
    "worse",
    "as_trained",
)


def ranked(comparison: "Comparison") -> list["ModelResult"]:
    """Return the results that have scores, by decreasing mean over the splits, which is tested."""
    good = [r for r in comparison.results if r.error is None]
    return sorted(good, key=lambda r: (-np.mean(r.split_accuracies), r.name))


def pairs(comparison: "Comparison", rope: float) -> list[tuple[str, str, dict[str, Any]]]:
    """Test every pair of models: a list of (name, other name, dict of `COLUMNS`)."""
    results = ranked(comparison)
    found = []
    for result, other in combinations(results, 2):
        difference, equivalence = _test(result, other, comparison.data, rope)
        # McNemar's test compares these two fits; even two seeds of one model often differ.
        as_trained = len(comparison.data["n_test"]) == 1 and (result.one_seed or other.one_seed)
        fields = {**asdict(difference), **asdict(equivalence), "as_trained": as_trained}
        found.append((result.name, other.name, fields))
    adjusted = significance.holm([fields["p_value"] for _, _, fields in found]).tolist()
    for (_, _, fields), p_adjusted in zip(found, adjusted, strict=True):
        fields["p_adjusted"] = p_adjusted
    return found


def verdict(comparison: "Comparison", level: float, rope: float) -> str:
    """Return a sentence that states which model is best and how certain that is."""
    results = ranked(comparison)
    if not results:
        return "No model could be scored."
    best: Any = results[0]  # its scores are numbers, since it did not fail
    has = f"{best.name} reads {_percent(best.accuracy)} right"
    if len(results) == 1:
        low, high = 100 * best.accuracy_low, 100 * best.accuracy_high
        return f"{has} (95 % interval {low:.2f} to {high:.2f})."
    of_best = [
        (other, fields) for name, other, fields in pairs(comparison, rope) if name == best.name
    ]
    groups: dict[str, list[tuple[str, dict[str, Any]]]] = {"beaten": [], "ahead": [], "level": []}
    for one in of_best:
        groups[standing(one[1], level)].append(one)
    words = []
    if groups["beaten"]:
        words.append(f"better than {_beaten(groups['beaten'])}")
    if groups["ahead"]:
        words.append(f"as trained here, with one seed, ahead of {_beaten(groups['ahead'])}")
    if groups["level"]:
        words.append(f"not shown to be better than {_level_with(groups['level'], rope)}")
    return f"{has} and is {', and '.join(words)}."


def standing(fields: Mapping[str, Any], level: float) -> Literal["beaten", "ahead", "level"]:
    """Return how the second model of a pair fares against the first.

    Parameters
    ----------
    fields : dict
        The test of the pair, with the keys `COLUMNS`.
    level : float
        Level of significance.

    Returns
    -------
    standing : {"beaten", "ahead", "level"}
        "beaten" if the first is better, "ahead" if it is so only as trained, with one seed, and
        "level" if it is not shown to be better.
    """
    if not (fields["p_adjusted"] < level and fields["difference"] > 0):
        return "level"
    return "ahead" if fields["as_trained"] else "beaten"


def _test(
    result: "ModelResult", other: "ModelResult", data: Mapping[str, Any], rope: float
) -> tuple[significance.Difference, significance.Equivalence]:
    """Test two results: on one test set by McNemar's test, with seeds or splits by a t-test."""
    rights, others = result.rights(), other.rights()
    if len(data["n_test"]) > 1:
        n_train, n_test = float(np.mean(data["n_train"])), float(np.mean(data["n_test"]))
        scores = result.split_accuracies, other.split_accuracies
        # One row is added to those on which they disagree: equal predictions on these rows do not
        # make two models equal.
        apart = ((rights[0] != others[0]).sum() + 1) / rights.shape[1]
        chance = (apart - float(np.subtract(*scores).mean()) ** 2) / n_test
        options = {"n_train": n_train, "n_test": n_test, "min_variance": max(0.0, chance)}
        return (
            significance.corrected_resampled_ttest(*scores, **options, confidence=_CONFIDENCE),
            significance.bayesian_correlated_ttest(*scores, **options, rope=rope),
        )
    if len(rights) == len(others) == 1:
        return (
            significance.exact_mcnemar(rights[0], others[0], confidence=_CONFIDENCE),
            significance.bayesian_paired_proportions(rights[0], others[0], rope=rope),
        )
    return (
        significance.seeds_ttest(rights, others, confidence=_CONFIDENCE),
        significance.bayesian_seeds_ttest(rights, others, rope=rope),
    )


def telling_rows(results: Iterable["ModelResult"]) -> tuple[list[int], dict[str, list[int]]]:
    """Return the rows that tell models apart, by the predictions of their first seeds.

    Returns
    -------
    all_wrong : list of int
        Rows that no model classifies correctly.
    only : dict of str to list of int
        For each model, the rows that it alone classifies correctly.
    """
    results = [r for r in results if r.error is None]
    if not results:
        return [], {}
    rights = np.array([result.rights()[0] for result in results])
    how_many = rights.sum(axis=0)
    only = {
        result.name: np.flatnonzero(right & (how_many == 1)).tolist()
        for result, right in zip(results, rights, strict=True)
    }
    return np.flatnonzero(how_many == 0).tolist(), only if len(results) > 1 else {}


def _beaten(beaten: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """Return the names of the beaten models, with the differences and p-values."""
    if len(beaten) == 1:
        ((other, fields),) = beaten
        return f"{other} (by {_uncertainty(fields)})"
    by = sorted(fields["difference"] for _, fields in beaten)
    p = _p(max(fields["p_adjusted"] for _, fields in beaten))
    names = join_names([other for other, _ in beaten])
    return f"{names} (by {points(by[0])} to {points(by[-1])} points, {p.replace('=', 'up to')})"


def _level_with(others: Sequence[tuple[str, dict[str, Any]]], rope: float) -> str:
    """Return the names of the models that are not beaten, with the differences and intervals."""
    return join_names(
        [
            f"{other} (ahead by {_uncertainty(fields)}; within {points(rope)} points of each "
            f"other with probability {fields['equivalent']:.2f})"
            for other, fields in others
        ]
    )


def _uncertainty(fields: Mapping[str, Any]) -> str:
    low, high = points(fields["low"]), points(fields["high"])
    return (
        f"{points(fields['difference'])} points, 95 % interval {low} to {high}, "
        f"{_p(fields['p_adjusted'])}"
    )


def join_names(names: Sequence[str]) -> str:
    """Return the names as one text: a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def points(share: float) -> str:
    """Return a share in percentage points, with two decimals."""
    return f"{round(100 * share, 2) + 0.0:.2f}"  # never -0.00


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}".rstrip("0").rstrip(".")


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
