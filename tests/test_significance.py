import numpy as np
import pytest
from scipy.stats import binomtest

from skdigits.errors import DataError, ParameterError
from skdigits.significance import (
    bayesian_correlated_ttest,
    bayesian_paired_proportions,
    bayesian_seeds_ttest,
    corrected_resampled_ttest,
    exact_mcnemar,
    holm,
    seeds_ttest,
    variance_components,
)

SCORES = [0.971, 0.968, 0.974, 0.966, 0.970, 0.973, 0.969, 0.975, 0.967, 0.972]
OTHERS = [0.966, 0.969, 0.967, 0.962, 0.968, 0.966, 0.970, 0.969, 0.961, 0.969]


def pair(both, only, only_other, neither):
    """Give truth values of two models with these counts."""
    counts = [both, only, only_other, neither]
    return (
        np.repeat([True, True, False, False], counts),
        np.repeat([True, False, True, False], counts),
    )


def test_mcnemar_is_the_published_one():
    # Fagerland, Lydersen and Laake (2013), "The McNemar test for binary matched-pairs data", first
    # example: 1, 1, 7 and 12 children; the exact conditional p-value is 0.0703.
    found = exact_mcnemar(*pair(1, 1, 7, 12))
    assert found.p_value == pytest.approx(0.0703, abs=5e-5)
    assert found.difference == pytest.approx(-6 / 21)
    assert found.low < found.difference < 0 < found.high


@pytest.mark.parametrize("counts", [(90, 5, 0, 5), (90, 6, 0, 4), (80, 3, 12, 5), (80, 4, 12, 4)])
def test_mcnemars_interval_leaves_out_0_where_the_test_claims(counts):
    found = exact_mcnemar(*pair(*counts))
    assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)


def test_mcnemars_interval_holds_the_difference_as_often_as_it_says():
    rng = np.random.default_rng(0)
    shares = {"both": 0.9, "only": 0.05, "only_other": 0.02, "neither": 0.03}
    held = 0
    for _ in range(400):
        found = exact_mcnemar(*pair(*rng.multinomial(300, list(shares.values()))))
        held += found.low <= shares["only"] - shares["only_other"] <= found.high
    assert held / 400 >= 0.95


def test_models_that_never_disagree_are_not_said_to_be_equal():
    found = exact_mcnemar(*pair(95, 0, 0, 5))
    # Clopper and Pearson's upper end for 0 of n is 1 - 0.025 ** (1 / n).
    assert found.high == -found.low == pytest.approx(1 - 0.025 ** (1 / 100))
    assert (found.difference, found.p_value) == (0, 1)


def test_the_corrected_t_test_is_another_implementations():
    # baycomp 1.0.3's CorrelatedTTest with rope=0 gives the one-sided p-values: 10 splits of one
    # cross-validation, and the same scores as 5 splits of two.
    found = corrected_resampled_ttest(SCORES, OTHERS, n_train=9, n_test=1)
    assert found.p_value == pytest.approx(2 * 0.011300060903639553)
    assert found.low > 0
    repeated = corrected_resampled_ttest(SCORES, OTHERS, n_train=4, n_test=1)
    assert repeated.p_value == pytest.approx(2 * 0.030851281757962035)
    wider = corrected_resampled_ttest(SCORES, OTHERS, n_train=9, n_test=1, confidence=0.99)
    assert wider.low < 0 < found.high < wider.high


@pytest.mark.parametrize(
    ("n_train", "rope", "expected"),
    [
        (9, 0.002, (0.8872186243104723, 0.11161473773260366, 0.001166637956924062)),
        (9, 0.005, (0.20413625865808882, 0.7957981358633972, 6.560547851400699e-05)),
        (4, 0.002, (0.8306636265425644, 0.1643845903796377, 0.004951783077797908)),
    ],
)
def test_the_bayesian_t_test_is_another_implementations(n_train, rope, expected):
    # baycomp 1.0.3, CorrelatedTTest(others, scores, rope=rope, runs=...).probs(), turned round.
    found = bayesian_correlated_ttest(SCORES, OTHERS, n_train=n_train, n_test=1, rope=rope)
    assert (found.better, found.equivalent, found.worse) == pytest.approx(expected)


def test_splits_that_all_agree_are_taken_at_their_word():
    always = corrected_resampled_ttest([0.9, 0.8], [0.8, 0.7], n_train=1, n_test=1)
    assert (always.low, always.high, always.p_value) == (pytest.approx(0.1), pytest.approx(0.1), 0)
    never = corrected_resampled_ttest([0.9, 0.8], [0.9, 0.8], n_train=1, n_test=1)
    assert (never.difference, never.p_value) == (0, 1)
    same = bayesian_correlated_ttest([0.9, 0.8], [0.9, 0.8], n_train=1, n_test=1)
    assert (same.better, same.equivalent, same.worse) == (0, 1, 0)


def test_splits_of_few_rows_that_happen_to_agree_are_not_taken_for_sure():
    # Two splits of 20 rows, one row apart in each: nothing seems to vary.
    scores, rows = ([0.9, 0.85], [0.85, 0.8]), {"n_train": 20, "n_test": 20}
    assert corrected_resampled_ttest(*scores, **rows).p_value == 0
    chance = (0.05 - 0.05**2) / 20
    found = corrected_resampled_ttest(*scores, **rows, min_variance=chance)
    assert found.p_value > 0.3
    assert found.low < 0 < found.high
    assert bayesian_correlated_ttest(*scores, **rows, min_variance=chance).better < 0.9


@pytest.mark.parametrize("counts", [(950, 20, 8, 22), (40, 0, 0, 10), (300, 1, 30, 0)])
def test_equivalence_on_a_test_set_is_what_drawing_from_the_posterior_gives(counts):
    both, only, only_other, neither = counts
    rng = np.random.default_rng(0)
    drawn = rng.dirichlet([only + 1, only_other + 1, both + neither + 1], 200_000)
    difference = drawn[:, 0] - drawn[:, 1]
    found = bayesian_paired_proportions(*pair(*counts), rope=0.01)
    assert found.better == pytest.approx((difference > 0.01).mean(), abs=0.005)
    assert found.worse == pytest.approx((difference < -0.01).mean(), abs=0.005)
    assert found.better + found.equivalent + found.worse == pytest.approx(1)


def test_holm_is_rs():
    # R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]).tolist() == [1, 1]
    assert holm([]).shape == (0,)


def seeds_of(rng, accuracies, n_samples=500):
    """Draw which rows models of these accuracies read right."""
    return rng.random((len(accuracies), n_samples)) < np.asarray(accuracies)[:, None]


@pytest.mark.parametrize("spread", [0.0, 0.03])
@pytest.mark.parametrize("n_seeds", [2, 3, 10])
def test_two_sets_of_seeds_of_one_model_are_seldom_told_apart(spread, n_seeds):
    rng = np.random.default_rng(0)
    claims = 0
    for _ in range(300):
        pair = [seeds_of(rng, rng.normal(0.9, spread, n_seeds)) for _ in range(2)]
        found = seeds_ttest(*pair)
        claims += found.p_value < 0.05
        assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)
    # No oftener than its level says, as far as 300 times can tell.
    assert binomtest(claims, 300, 0.05, alternative="greater").pvalue > 0.01


def test_seeds_that_do_not_agree_claim_nothing_and_those_that_do_claim():
    rng = np.random.default_rng(0)
    steady = seeds_of(rng, [0.97], 1000)
    collapsed = seeds_ttest(steady, seeds_of(rng, [0.99, 0.98, 0.1], 1000))
    assert collapsed.difference > 0.25
    assert collapsed.p_value > 0.3
    worse = seeds_ttest(steady, seeds_of(rng, [0.9, 0.91, 0.9], 1000))
    assert worse.p_value < 0.01
    assert worse.low > 0.02
    sure = bayesian_seeds_ttest(steady, seeds_of(rng, [0.9, 0.91, 0.9], 1000))
    assert sure.better > 0.95
    assert sure.better + sure.equivalent + sure.worse == pytest.approx(1)


def test_with_seeds_that_change_nothing_the_variance_is_that_of_the_rows():
    # Without a variance over seeds it is the paired z-test of the rows.
    right, other = pair(880, 60, 30, 30)
    found = seeds_ttest([right, right], [other])
    rows = right.astype(float) - other
    assert found.difference == pytest.approx(rows.mean())
    error = rows.std() / len(rows) ** 0.5
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.01)


def test_variance_components_are_the_published_ones():
    # Snedecor and Cochran, "Statistical methods": calcium in four turnip leaves, measured four
    # times each; mean squares 0.2961 between leaves and 0.0066 within, component 0.0724.
    leaves = [
        [3.28, 3.09, 3.03, 3.03],
        [3.52, 3.48, 3.38, 3.38],
        [2.88, 2.80, 2.81, 2.76],
        [3.34, 3.38, 3.23, 3.26],
    ]
    found = variance_components(np.transpose(leaves))
    assert found.seeds == pytest.approx(0.0066, abs=5e-5)
    assert found.splits == pytest.approx(0.0724, abs=5e-5)


def test_one_seed_or_one_split_has_no_variance_to_tell():
    assert variance_components([[0.9, 0.7]]).seeds is None
    assert variance_components([[0.9, 0.7]]).splits == pytest.approx(0.02)
    assert variance_components([[0.9], [0.7]]).splits is None
    assert variance_components([[0.9, 0.7], [0.7, 0.9]]).splits == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: exact_mcnemar([1, 0], [0, 1]), "truth values, such as y_pred == y_true; got int"),
        (lambda: exact_mcnemar([True], [True, False]), "same rows; got 1 and 2"),
        (lambda: bayesian_paired_proportions([True], [True], rope=-1), "0 or more.*got -1"),
        (lambda: corrected_resampled_ttest([1], [1], n_train=1, n_test=1), "two or more splits"),
        (lambda: corrected_resampled_ttest([1, 2], [1], n_train=1, n_test=1), r"\(2,\) and \(1,\)"),
        (
            lambda: corrected_resampled_ttest([1, np.nan], [1, 1], n_train=1, n_test=1),
            "must be finite",
        ),
        (
            lambda: bayesian_correlated_ttest([1, 2], [1, 1], n_train=0, n_test=1),
            "above 0; got 0 and 1",
        ),
        (lambda: holm([0.5, 1.5]), "from 0 to 1, got"),
        (lambda: seeds_ttest([[True]], [[True, False]]), "same rows; got 1 and 2"),
        (lambda: bayesian_seeds_ttest([[True]], [[True]], rope=-1), "0 or more"),
        (lambda: variance_components([0.9, 0.8]), r"\(n_seeds, n_splits\), got shape \(2,\)"),
    ],
)
def test_wrong_input_is_refused(call, message):
    with pytest.raises((DataError, ParameterError), match=message):
        call()


def test_a_wrong_parameter_and_wrong_scores_are_told_apart():
    with pytest.raises(ParameterError):
        bayesian_paired_proportions([True], [True], rope=-1)
    with pytest.raises(ParameterError):
        corrected_resampled_ttest([1, 1], [1, 0], n_train=0, n_test=1)
    with pytest.raises(DataError):
        corrected_resampled_ttest([1], [1], n_train=1, n_test=1)
    with pytest.raises(DataError):
        exact_mcnemar([1, 0], [0, 1])
