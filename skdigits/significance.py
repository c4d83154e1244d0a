"""Paired tests on plain arrays: whether one model is better than another, and by how much."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from skdigits.errors import DataError, ParameterError

# Differences that are all equal have a variance of rounding errors alone.
_NOTHING = 1e-12

__all__ = [
    "Difference",
    "Equivalence",
    "VarianceComponents",
    "bayesian_correlated_ttest",
    "bayesian_paired_proportions",
    "bayesian_seeds_ttest",
    "corrected_resampled_ttest",
    "exact_mcnemar",
    "holm",
    "seeds_ttest",
    "variance_components",
]


@dataclass(frozen=True)
class Difference:
    """Difference between two models, with its interval and p-value.

    Attributes
    ----------
    difference : float
        Score of the first minus score of the other, 0.01 for a percentage point of accuracy.
    low, high : float
        Its confidence interval.
    p_value : float
        Two-sided p-value: the probability of a difference at least as large between two equally
        good models.
    """

    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Equivalence:
    """Probabilities that two models are practically equivalent, or one of them better.

    Attributes
    ----------
    better, equivalent, worse : float
        Probabilities that the difference between the first model's score and the other's is above,
        within and below the region of practical equivalence. They add up to 1.
    """

    better: float
    equivalent: float
    worse: float


@dataclass(frozen=True)
class VarianceComponents:
    """Variance of scores by its source.

    Attributes
    ----------
    seeds : float or None
        Variance over seeds on the same split; None for a single seed.
    splits : float or None
        Variance over splits that the seeds do not explain; None for a single split.
    """

    seeds: float | None
    splits: float | None


def exact_mcnemar(
    right: ArrayLike, other_right: ArrayLike, *, confidence: float = 0.95
) -> Difference:
    """Compare two models on the same test rows by the exact McNemar test.

    Only the discordant rows count, those that one model classifies correctly and the other does
    not. If both models are equally good, each is correct on half of these.

    Parameters
    ----------
    right, other_right : array-like of shape (n_samples,), bool
        Whether each model classifies each row correctly.
    confidence : float, default=0.95
        Confidence level of the interval.

    Returns
    -------
    found : Difference
        Of the accuracies. The interval combines exact ones (Clopper and Pearson, 1934) of the share
        of discordant rows and of the first model's part of them. It excludes 0 exactly if the
        p-value is below `1 - confidence`.

    Raises
    ------
    DataError
        If the arrays differ in shape, are empty, or are not of dtype bool.

    Notes
    -----
    The test compares two fitted models on other test rows. It does not include how much they would
    vary if they were fitted again.

    References
    ----------
    Q. McNemar (1947), "Note on the sampling error of the difference between correlated proportions
    or percentages"; T. G. Dietterich (1998), "Approximate statistical tests for comparing
    supervised classification learning algorithms".

    Examples
    --------
    >>> import numpy as np
    >>> from skdigits.significance import exact_mcnemar
    >>> rows = np.arange(100)
    >>> found = exact_mcnemar(rows >= 2, rows < 80)
    >>> print(f"{found.difference:.2f} ({found.low:.2f} to {found.high:.2f})")
    0.18 (0.06 to 0.31)
    """
    from scipy.stats import binomtest

    n_samples, only, only_other = _counts(right, other_right)
    apart = only + only_other
    share = binomtest(apart, n_samples).proportion_ci(confidence, method="exact")
    if not apart:
        return Difference(0.0, -float(share.high), float(share.high), 1.0)
    test = binomtest(only, apart)
    part = test.proportion_ci(confidence, method="exact")
    low, high = (
        float(lead * (share.high if lead * side > 0 else share.low))
        for lead, side in ((2 * part.low - 1, -1), (2 * part.high - 1, 1))
    )
    difference = (2 * only - apart) / n_samples
    return Difference(difference, low, high, float(test.pvalue))


def bayesian_paired_proportions(
    right: ArrayLike, other_right: ArrayLike, *, rope: float = 0.005
) -> Equivalence:
    """Return the probability that two models are practically equivalent, from one test set.

    Parameters
    ----------
    right, other_right : array-like of shape (n_samples,), bool
        Whether each model classifies each row correctly.
    rope : float, default=0.005
        Region of practical equivalence: accuracies that differ by no more are practically
        equivalent.

    Returns
    -------
    found : Equivalence
        Posterior probabilities, from a uniform prior (a Dirichlet distribution) of the shares of
        rows that only the first classifies correctly, only the other, and both or neither.

    Raises
    ------
    DataError
        If the arrays differ in shape, are empty, or are not of dtype bool.
    ParameterError
        If `rope` is negative.

    References
    ----------
    A. Gelman et al. (2013), "Bayesian data analysis", section 3.4, for the multinomial model.

    Examples
    --------
    >>> import numpy as np
    >>> from skdigits.significance import bayesian_paired_proportions
    >>> rows = np.arange(1000)
    >>> found = bayesian_paired_proportions(rows >= 2, rows >= 3, rope=0.01)
    >>> round(found.equivalent, 3)
    1.0
    """
    from scipy.stats import beta

    n_samples, only, only_other = _counts(right, other_right)
    rope = _rope(rope)
    # The share of discordant rows and the first model's part of it are independent.
    shares = beta.ppf(
        (np.arange(500) + 0.5) / 500, only + only_other + 2, n_samples - only - only_other + 1
    )
    part = beta(only + 1, only_other + 1)
    better = float(part.sf((1 + rope / shares) / 2).mean())
    worse = float(part.cdf((1 - rope / shares) / 2).mean())
    return Equivalence(better, max(0.0, 1 - better - worse), worse)


def corrected_resampled_ttest(
    scores: ArrayLike,
    other_scores: ArrayLike,
    *,
    n_train: float,
    n_test: float,
    confidence: float = 0.95,
    min_variance: float = 0.0,
) -> Difference:
    """Compare two models over the splits of a cross-validation, which may be repeated.

    The splits share most of their training rows, so that the usual t-test underestimates the
    variance of the mean. The correction accounts for that.

    Parameters
    ----------
    scores, other_scores : array-like of shape (n_splits,)
        Scores of each model on each split. Both must have the same splits.
    n_train, n_test : float
        Number of training rows and test rows of a split; their mean if splits differ.
    confidence : float, default=0.95
        Confidence level of the interval.
    min_variance : float, default=0.0
        Lower bound of the variance of the differences. On a few splits of few rows all differences
        may be equal, as those between accuracies of 20 rows easily are. The variance then seems to
        be 0, and the test always rejects. Chance alone gives a variance of `(s - d ** 2) / n_test`
        for accuracies that differ by d and models that disagree on a share s of the rows.

    Returns
    -------
    found : Difference
        Of the scores.

    Raises
    ------
    DataError
        If the scores differ in shape, are fewer than two, or are not finite.
    ParameterError
        If `n_train` or `n_test` is not positive.

    References
    ----------
    C. Nadeau and Y. Bengio (2003), "Inference for the generalization error"; R. R. Bouckaert and
    E. Frank (2004), "Evaluating the replicability of significance tests for comparing learning
    algorithms", for repeated cross-validation.

    Examples
    --------
    >>> from skdigits.significance import corrected_resampled_ttest
    >>> scores, others = [0.97, 0.96, 0.98, 0.97, 0.96], [0.95, 0.95, 0.96, 0.94, 0.95]
    >>> found = corrected_resampled_ttest(scores, others, n_train=800, n_test=200)
    >>> print(f"{found.difference:.3f} ({found.low:.3f} to {found.high:.3f})")
    0.018 (0.002 to 0.034)
    """
    found = _over_splits(scores, other_scores, n_train, n_test, min_variance)
    return _difference(*found, confidence)


def bayesian_correlated_ttest(
    scores: ArrayLike,
    other_scores: ArrayLike,
    *,
    n_train: float,
    n_test: float,
    rope: float = 0.005,
    min_variance: float = 0.0,
) -> Equivalence:
    """Return the probability that two models are practically equivalent, from a cross-validation.

    Parameters
    ----------
    scores, other_scores : array-like of shape (n_splits,)
        Scores of each model on each split. Both must have the same splits.
    n_train, n_test : float
        Number of training rows and test rows of a split; their mean if splits differ.
    rope : float, default=0.005
        Region of practical equivalence: scores that differ by no more are practically equivalent.
    min_variance : float, default=0.0
        As in `corrected_resampled_ttest`.

    Returns
    -------
    found : Equivalence
        Posterior probabilities.

    Raises
    ------
    DataError
        If the scores differ in shape, are fewer than two, or are not finite.
    ParameterError
        If `n_train` or `n_test` is not positive, or `rope` is negative.

    References
    ----------
    G. Corani and A. Benavoli (2015), "A Bayesian approach for comparing cross-validated algorithms
    on multiple data sets"; A. Benavoli et al. (2017), "Time for a change: a tutorial for comparing
    multiple classifiers through Bayesian analysis".

    Examples
    --------
    >>> from skdigits.significance import bayesian_correlated_ttest
    >>> scores, others = [0.97, 0.96, 0.98, 0.97, 0.96], [0.95, 0.95, 0.96, 0.94, 0.95]
    >>> found = bayesian_correlated_ttest(scores, others, n_train=800, n_test=200)
    >>> round(found.better, 2)
    0.96
    """
    rope = _rope(rope)
    found = _over_splits(scores, other_scores, n_train, n_test, min_variance)
    return _equivalence(*found, rope)


def holm(p_values: ArrayLike) -> np.ndarray:
    """Adjust p-values for multiple testing by Holm's method.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        P-values, 0-1.

    Returns
    -------
    adjusted : ndarray of shape (n_tests,), float64
        If the tests whose adjusted p-value is below a level reject, the probability that any of
        them rejects wrongly (the family-wise error rate) is at most this level.

    Raises
    ------
    ParameterError
        If `p_values` is not a list of numbers from 0 to 1.

    References
    ----------
    S. Holm (1979), "A simple sequentially rejective multiple test procedure".

    Examples
    --------
    >>> from skdigits.significance import holm
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ParameterError(f"p_values takes a list of numbers from 0 to 1, got {p_values!r}.")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(adjusted, 1)


def seeds_ttest(
    rights: ArrayLike, other_rights: ArrayLike, *, confidence: float = 0.95
) -> Difference:
    """Compare two models, each trained with several seeds, on the same test rows.

    Parameters
    ----------
    rights, other_rights : array-like of shape (n_seeds, n_samples), bool
        Whether each model classifies each row correctly, with a line for each seed; a single line
        for a model that depends on no seed. The numbers of seeds may differ.
    confidence : float, default=0.95
        Confidence level of the interval.

    Returns
    -------
    found : Difference
        Of the mean accuracies.

    Raises
    ------
    DataError
        If the arrays are not of dtype bool, are empty, or are not of the same rows.

    Notes
    -----
    The variance of the difference is the sum of two parts: the variance over test rows of the means
    over seeds, and the variance over seeds of both models. Its degrees of freedom are Welch's. Two
    or three seeds that vary much give few of them, and the test then rarely rejects. Part of the
    variance over seeds is due to the test rows and counts twice, so the test is conservative.

    References
    ----------
    B. L. Welch (1947), "The generalization of Student's problem when several different population
    variances are involved"; X. Bouthillier et al. (2021), "Accounting for variance in machine
    learning benchmarks".

    Examples
    --------
    >>> import numpy as np
    >>> from skdigits.significance import seeds_ttest
    >>> rows = np.arange(1000)
    >>> found = seeds_ttest([rows >= 20, rows >= 24, rows >= 22], [rows < 900])
    >>> print(f"{found.difference:.3f} ({found.low:.3f} to {found.high:.3f})")
    0.078 (0.057 to 0.099)
    """
    return _difference(*_over_seeds(rights, other_rights), confidence)


def bayesian_seeds_ttest(
    rights: ArrayLike, other_rights: ArrayLike, *, rope: float = 0.005
) -> Equivalence:
    """Return the probability that two models are practically equivalent, from several seeds.

    Parameters
    ----------
    rights, other_rights : array-like of shape (n_seeds, n_samples), bool
        As in `seeds_ttest`.
    rope : float, default=0.005
        Region of practical equivalence: accuracies that differ by no more are practically
        equivalent.

    Returns
    -------
    found : Equivalence
        Probabilities, from the distribution of `seeds_ttest` as the posterior.

    Raises
    ------
    DataError
        If the arrays are not of dtype bool, are empty, or are not of the same rows.
    ParameterError
        If `rope` is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from skdigits.significance import bayesian_seeds_ttest
    >>> rows = np.arange(1000)
    >>> bayesian_seeds_ttest([rows >= 20, rows >= 24], [rows < 900]).better > 0.95
    True
    """
    rope = _rope(rope)
    return _equivalence(*_over_seeds(rights, other_rights), rope)


def variance_components(scores: ArrayLike) -> VarianceComponents:
    """Return the variance of scores over seeds, and that over splits.

    Parameters
    ----------
    scores : array-like of shape (n_seeds, n_splits)
        Scores of one model.

    Returns
    -------
    found : VarianceComponents
        Estimated as in a one-way analysis of variance, with seeds within splits. An estimate below
        0 of the variance over splits is set to 0.

    Raises
    ------
    DataError
        If the scores are not finite numbers in two dimensions.

    References
    ----------
    S. R. Searle, G. Casella and C. E. McCulloch (1992), "Variance components"; X. Bouthillier et
    al. (2021), "Accounting for variance in machine learning benchmarks".

    Examples
    --------
    >>> from skdigits.significance import variance_components
    >>> variance_components([[0.97, 0.93], [0.96, 0.92]]).splits > 0.0005
    True
    """
    table = np.asarray(scores, dtype=float)
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise DataError(
            f"scores takes finite numbers of shape (n_seeds, n_splits), got shape {table.shape}."
        )
    n_seeds, n_splits = table.shape
    seeds = float(table.var(axis=0, ddof=1).mean()) if n_seeds > 1 else None
    splits = None
    if n_splits > 1:
        splits = max(0.0, float(table.mean(axis=0).var(ddof=1)) - (seeds or 0.0) / n_seeds)
    return VarianceComponents(seeds, splits)


def _rights(right: ArrayLike, other_right: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    arrays = np.asarray(right), np.asarray(other_right)
    if any(a.dtype != bool or a.ndim != 1 for a in arrays):
        raise DataError(
            "Paired tests take arrays of truth values, such as y_pred == y_true; got "
            + " and ".join(f"{a.dtype} of shape {a.shape}" for a in arrays)
            + "."
        )
    if len(arrays[0]) != len(arrays[1]) or not len(arrays[0]):
        raise DataError(
            "Both models must be scored on the same rows; got "
            f"{len(arrays[0])} and {len(arrays[1])} of them."
        )
    return arrays


def _counts(right: ArrayLike, other_right: ArrayLike) -> tuple[int, int, int]:
    """Return the number of rows, and of those only the first or only the other has correct."""
    first, other = _rights(right, other_right)
    return len(first), int((first & ~other).sum()), int((other & ~first).sum())


def _rope(rope: float) -> float:
    if not rope >= 0:
        raise ParameterError(f"rope takes a difference of 0 or more, such as 0.005; got {rope!r}.")
    return rope


def _over_splits(
    scores: ArrayLike, other_scores: ArrayLike, n_train: float, n_test: float, min_variance: float
) -> tuple[float, float, float]:
    """Return the mean difference, its standard error and degrees of freedom."""
    first, other = np.asarray(scores, dtype=float), np.asarray(other_scores, dtype=float)
    if first.shape != other.shape or first.ndim != 1 or len(first) < 2:
        raise DataError(
            "Both models need a score on each of the same two or more splits; got shapes "
            f"{first.shape} and {other.shape}."
        )
    if not np.isfinite([first, other]).all():
        raise DataError("Scores must be finite; some are not.")
    if not (n_train > 0 and n_test > 0):
        raise ParameterError(f"n_train and n_test must be above 0; got {n_train!r} and {n_test!r}.")
    differences = first - other
    n_splits = len(differences)
    variance = max(float(differences.var(ddof=1)), min_variance)
    error = np.sqrt((1 / n_splits + n_test / n_train) * variance)
    return float(differences.mean()), error, n_splits - 1


def _over_seeds(rights: ArrayLike, other_rights: ArrayLike) -> tuple[float, float, float]:
    """Return the mean difference, its standard error and degrees of freedom."""
    first, other = np.atleast_2d(rights), np.atleast_2d(other_rights)
    _rights(first[0], other[0])
    n_samples = first.shape[1]
    rows = first.mean(axis=0) - other.mean(axis=0)
    # One discordant row is added: models that agree on all these rows need not be equal.
    parts = [(rows.var() + 1 / n_samples) / n_samples]
    degrees = [max(1, n_samples - 1)]
    for seeds in (first, other):
        if len(seeds) > 1:
            parts.append(seeds.mean(axis=1).var(ddof=1) / len(seeds))
            degrees.append(len(seeds) - 1)
    variance = sum(parts)
    freedom = variance**2 / sum(p**2 / d for p, d in zip(parts, degrees, strict=True))
    return float(rows.mean()), np.sqrt(variance), freedom


def _difference(mean: float, error: float, freedom: float, confidence: float) -> Difference:
    from scipy.stats import t

    if error <= _NOTHING:
        return Difference(mean, mean, mean, float(mean == 0))
    low, high = t.interval(confidence, freedom, loc=mean, scale=error)
    p_value = 2 * t.sf(abs(mean) / error, freedom)
    return Difference(mean, float(low), float(high), float(p_value))


def _equivalence(mean: float, error: float, freedom: float, rope: float) -> Equivalence:
    from scipy.stats import t

    if error <= _NOTHING:
        better, worse = float(mean > rope), float(mean < -rope)
    else:
        better = float(t.sf(rope, freedom, loc=mean, scale=error))
        worse = float(t.cdf(-rope, freedom, loc=mean, scale=error))
    return Equivalence(better, max(0.0, 1 - better - worse), worse)
