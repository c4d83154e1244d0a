"""Paired tests on plain arrays: is one model better than another, by how much, how surely."""

from dataclasses import dataclass

import numpy as np

# Differences that are all equal have no variance but what is left of rounding.
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
    """How much better one model is than another.

    Attributes
    ----------
    difference : float
        Score of the first less score of the other, 0.01 for a percentage point of accuracy.
    low, high : float
        Its confidence interval.
    p_value : float
        Two-sided: how often a difference as large would be seen between two models equally good.
    """

    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Equivalence:
    """How probable it is that two models are as good as equal.

    Attributes
    ----------
    better, equivalent, worse : float
        Probabilities, together 1, that the first model's score is above the other's by more than
        the region of practical equivalence, within it, and below by more than it.
    """

    better: float
    equivalent: float
    worse: float


@dataclass(frozen=True)
class VarianceComponents:
    """Where scores vary from.

    Attributes
    ----------
    seeds : float or None
        Variance over seeds on the same split; None where there was but one seed.
    splits : float or None
        Variance over splits that the seeds do not explain; None where there was but one split.
    """

    seeds: float | None
    splits: float | None


def exact_mcnemar(right, other_right, *, confidence=0.95):
    """Compare two models on the same test rows.

    Only the rows that one model reads right and the other wrong tell them apart: if both are
    equally good, either is right on half of those.

    Parameters
    ----------
    right, other_right : array-like of shape (n_samples,), bool
        Whether each model reads each row right.
    confidence : float, default=0.95
        Confidence of the interval.

    Returns
    -------
    found : Difference
        Of the accuracies. The interval joins exact ones (Clopper and Pearson, 1934) of the share of
        rows that tell the models apart, and of the first model's part of them; it leaves out 0
        exactly where the p-value is below `1 - confidence`.

    Raises
    ------
    ValueError
        If the arrays differ in shape, are empty, or are not of truth values.

    Notes
    -----
    The test is about two fitted models, on other test rows; not about fitting them again.

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
    ends = [
        lead * (share.high if lead * side > 0 else share.low)
        for lead, side in ((2 * part.low - 1, -1), (2 * part.high - 1, 1))
    ]
    difference = (2 * only - apart) / n_samples
    return Difference(difference, *map(float, ends), float(test.pvalue))


def bayesian_paired_proportions(right, other_right, *, rope=0.005):
    """Tell how probable it is that two models are practically equivalent on rows like the test's.

    Parameters
    ----------
    right, other_right : array-like of shape (n_samples,), bool
        Whether each model reads each row right.
    rope : float, default=0.005
        Region of practical equivalence: accuracies that differ by no more are as good as equal.

    Returns
    -------
    found : Equivalence
        Probabilities, from a uniform prior of the shares of rows that only the first, only the
        other, or both or neither read right (a Dirichlet distribution).

    Raises
    ------
    ValueError
        If the arrays differ in shape, are empty, or are not of truth values; if `rope` is negative.

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
    # The share of rows that tell them apart, and the first one's part of it, are independent.
    shares = beta.ppf(
        (np.arange(500) + 0.5) / 500, only + only_other + 2, n_samples - only - only_other + 1
    )
    part = beta(only + 1, only_other + 1)
    better = float(part.sf((1 + rope / shares) / 2).mean())
    worse = float(part.cdf((1 - rope / shares) / 2).mean())
    return Equivalence(better, max(0.0, 1 - better - worse), worse)


def corrected_resampled_ttest(
    scores, other_scores, *, n_train, n_test, confidence=0.95, min_variance=0.0
):
    """Compare two models over the splits of a cross-validation, also a repeated one.

    The splits share most of the rows that are learned from, so that a usual t-test takes them for
    more than they are; the correction makes up for that.

    Parameters
    ----------
    scores, other_scores : array-like of shape (n_splits,)
        Scores of each model on each split, the splits being the same.
    n_train, n_test : float
        Rows of a split to learn from and to be scored on; the mean, where splits differ.
    confidence : float, default=0.95
        Confidence of the interval.
    min_variance : float, default=0.0
        Variance that the differences of the splits have at least. A few splits of few rows may all
        differ by the same, as accuracies of 20 rows easily do: nothing seems to vary then, and the
        test claims without end. What chance alone gives is, for accuracies that differ by d and
        models that disagree on a share s of the rows, `(s - d ** 2) / n_test`.

    Returns
    -------
    found : Difference
        Of the scores.

    Raises
    ------
    ValueError
        If the scores differ in shape, are fewer than two, or are not finite.

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
    scores, other_scores, *, n_train, n_test, rope=0.005, min_variance=0.0
):
    """Tell how probable it is that two models are practically equivalent, from a cross-validation.

    Parameters
    ----------
    scores, other_scores : array-like of shape (n_splits,)
        Scores of each model on each split, the splits being the same.
    n_train, n_test : float
        Rows of a split to learn from and to be scored on; the mean, where splits differ.
    rope : float, default=0.005
        Region of practical equivalence: scores that differ by no more are as good as equal.
    min_variance : float, default=0.0
        As in `corrected_resampled_ttest`.

    Returns
    -------
    found : Equivalence
        Probabilities.

    Raises
    ------
    ValueError
        If the scores differ in shape, are fewer than two, or are not finite; if `rope` is negative.

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


def holm(p_values):
    """Adjust p-values for there being many of them.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        P-values, 0-1.

    Returns
    -------
    adjusted : ndarray of shape (n_tests,), float64
        The chance that any of the tests claims something wrongly is below a level, if those claim
        whose adjusted p-value is below it.

    Raises
    ------
    ValueError
        If there are others than numbers of 0-1.

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
        raise ValueError(f"p_values takes a list of numbers from 0 to 1, got {p_values!r}.")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(adjusted, 1)


def seeds_ttest(rights, other_rights, *, confidence=0.95):
    """Compare two models, each trained with several seeds, on the same test rows.

    Parameters
    ----------
    rights, other_rights : array-like of shape (n_seeds, n_samples), bool
        Whether each model reads each row right, a line for each seed; one line for a model that
        depends on none. The numbers of seeds may differ.
    confidence : float, default=0.95
        Confidence of the interval.

    Returns
    -------
    found : Difference
        Of the mean accuracies.

    Raises
    ------
    ValueError
        If the arrays are not of truth values, are empty, or are not of the same rows.

    Notes
    -----
    The variance of the difference is the sum of that over test rows, of the means over seeds, and
    of those over seeds; its degrees of freedom are Welch's. With two or three seeds that vary much
    there are few, and little is claimed. What seeds vary by on the rows at hand is partly the
    rows' doing and counts twice, so it claims rather too little than too much.

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


def bayesian_seeds_ttest(rights, other_rights, *, rope=0.005):
    """Tell how probable it is that two models trained with several seeds are as good as equal.

    Parameters
    ----------
    rights, other_rights : array-like of shape (n_seeds, n_samples), bool
        As in `seeds_ttest`.
    rope : float, default=0.005
        Region of practical equivalence: accuracies that differ by no more are as good as equal.

    Returns
    -------
    found : Equivalence
        Probabilities, from the distribution that `seeds_ttest` takes, read as a posterior.

    Raises
    ------
    ValueError
        If the arrays are not of truth values, are empty, or are not of the same rows; if `rope` is
        negative.

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


def variance_components(scores):
    """Tell variance over seeds from variance over splits.

    Parameters
    ----------
    scores : array-like of shape (n_seeds, n_splits)
        Scores of one model.

    Returns
    -------
    found : VarianceComponents
        Estimated as in a one-way analysis of variance: seeds vary within splits. Where the seeds
        explain more than all there is, the variance over splits is 0.

    Raises
    ------
    ValueError
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
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2 or not scores.size or not np.isfinite(scores).all():
        raise ValueError(
            f"scores takes finite numbers of shape (n_seeds, n_splits), got shape {scores.shape}."
        )
    n_seeds, n_splits = scores.shape
    seeds = float(scores.var(axis=0, ddof=1).mean()) if n_seeds > 1 else None
    splits = None
    if n_splits > 1:
        splits = max(0.0, float(scores.mean(axis=0).var(ddof=1)) - (seeds or 0.0) / n_seeds)
    return VarianceComponents(seeds, splits)


def _rights(right, other_right):
    arrays = np.asarray(right), np.asarray(other_right)
    if any(a.dtype != bool or a.ndim != 1 for a in arrays):
        raise ValueError(
            "Paired tests take arrays of truth values, such as y_pred == y_true; got "
            + " and ".join(f"{a.dtype} of shape {a.shape}" for a in arrays)
            + "."
        )
    if len(arrays[0]) != len(arrays[1]) or not len(arrays[0]):
        raise ValueError(
            "Both models must be scored on the same rows; got "
            f"{len(arrays[0])} and {len(arrays[1])} of them."
        )
    return arrays


def _counts(right, other_right):
    """Count the rows, those that only the first reads right, and those that only the other does."""
    right, other_right = _rights(right, other_right)
    return len(right), int((right & ~other_right).sum()), int((other_right & ~right).sum())


def _rope(rope):
    if not rope >= 0:
        raise ValueError(f"rope takes a difference of 0 or more, such as 0.005; got {rope!r}.")
    return rope


def _over_splits(scores, other_scores, n_train, n_test, min_variance):
    """Give the mean difference, its standard error and degrees of freedom."""
    scores, other_scores = np.asarray(scores, dtype=float), np.asarray(other_scores, dtype=float)
    if scores.shape != other_scores.shape or scores.ndim != 1 or len(scores) < 2:
        raise ValueError(
            "Both models need a score on each of the same two or more splits; got shapes "
            f"{scores.shape} and {other_scores.shape}."
        )
    if not np.isfinite([scores, other_scores]).all():
        raise ValueError("Scores must be finite; some are not.")
    if not (n_train > 0 and n_test > 0):
        raise ValueError(f"n_train and n_test must be above 0; got {n_train!r} and {n_test!r}.")
    differences = scores - other_scores
    n_splits = len(differences)
    variance = max(float(differences.var(ddof=1)), min_variance)
    error = np.sqrt((1 / n_splits + n_test / n_train) * variance)
    return float(differences.mean()), error, n_splits - 1


def _over_seeds(rights, other_rights):
    """Give the mean difference, its standard error and degrees of freedom."""
    rights, other_rights = np.atleast_2d(rights), np.atleast_2d(other_rights)
    _rights(rights[0], other_rights[0])
    n_samples = rights.shape[1]
    rows = rights.mean(axis=0) - other_rights.mean(axis=0)
    # As if one row more told them apart: models that agree on all these rows are not equal.
    parts = [(rows.var() + 1 / n_samples) / n_samples]
    degrees = [max(1, n_samples - 1)]
    for seeds in (rights, other_rights):
        if len(seeds) > 1:
            parts.append(seeds.mean(axis=1).var(ddof=1) / len(seeds))
            degrees.append(len(seeds) - 1)
    variance = sum(parts)
    freedom = variance**2 / sum(p**2 / d for p, d in zip(parts, degrees, strict=True))
    return float(rows.mean()), np.sqrt(variance), freedom


def _difference(mean, error, freedom, confidence):
    from scipy.stats import t

    if error <= _NOTHING:
        return Difference(mean, mean, mean, float(mean == 0))
    low, high = t.interval(confidence, freedom, loc=mean, scale=error)
    p_value = 2 * t.sf(abs(mean) / error, freedom)
    return Difference(mean, float(low), float(high), float(p_value))


def _equivalence(mean, error, freedom, rope):
    from scipy.stats import t

    if error <= _NOTHING:
        better, worse = float(mean > rope), float(mean < -rope)
    else:
        better = float(t.sf(rope, freedom, loc=mean, scale=error))
        worse = float(t.cdf(-rope, freedom, loc=mean, scale=error))
    return Equivalence(better, max(0.0, 1 - better - worse), worse)
