import dataclasses
import json
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
)
from sklearn.model_selection import (
    KFold,
    PredefinedSplit,
    RepeatedStratifiedKFold,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC
from sklearn.tree import ExtraTreeClassifier

from skdigits import (
    Comparison,
    compare,
    evaluate,
    load_sample_digits,
    make_model,
    report_markdown,
)
from skdigits.errors import ComparisonError, DataError, ImageError, ParameterError
from skdigits.evaluation import Picture, Prediction
from skdigits.evaluation._run import Fit
from skdigits.evaluation._splits import Split
from skdigits.significance import corrected_resampled_ttest, holm, seeds_ttest


class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise RuntimeError("no ink left")


class Spy(DummyClassifier):
    """Remembers the rows that it was fitted on."""

    seen = []  # noqa: RUF012

    def fit(self, X, y):
        Spy.seen.append(np.array(X))
        return super().fit(X, y)


@pytest.fixture(scope="module")
def iris():
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True)
    odd = np.arange(len(y)) % 2 == 1
    return X[odd], y[odd], X[~odd], y[~odd]


def test_scores_are_scikit_learns(iris):
    X, y, X_test, y_test = iris
    model = LogisticRegression(max_iter=1000)
    result = compare({"logreg": model, "svm": SVC()}, *iris).results[0]
    fitted = LogisticRegression(max_iter=1000).fit(X, y)
    predicted = fitted.predict(X_test)
    assert result.accuracy == accuracy_score(y_test, predicted)
    assert result.macro_f1 == pytest.approx(f1_score(y_test, predicted, average="macro"))
    assert result.log_loss == pytest.approx(log_loss(y_test, fitted.predict_proba(X_test)))
    assert sum(map(sum, result.confusion)) == len(y_test)
    assert sum(result.confusion[i][i] for i in range(3)) == (predicted == y_test).sum()
    assert not hasattr(model, "classes_")


class Sure(ClassifierMixin, BaseEstimator):
    """Reads the digit from the first column, and how sure it is from the second."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return X[:, 0].astype(int)

    def predict_proba(self, X):
        return np.where(np.arange(2) == X[:, :1], X[:, 1:], 1 - X[:, 1:])


def test_calibration_error_is_the_mean_gap_over_15_bins():
    # 40 rows of 0.95 of which 30 are right, 60 of 0.7 of which 42 are, by hand:
    # 0.4 * |0.75 - 0.95| + 0.6 * |0.7 - 0.7| = 0.08.
    right = np.r_[np.arange(40) < 30, np.arange(60) < 42]
    X = np.stack([np.where(right, 1, 0), np.repeat([0.95, 0.7], [40, 60])], axis=1)
    y = np.ones(100, dtype=int)
    model = Sure().fit(X, [0, 1])
    result = evaluate(model, X, y)
    assert result.calibration_error == pytest.approx(0.08)
    assert result.reliability == (
        (pytest.approx(0.7), pytest.approx(0.7), 60),
        (pytest.approx(0.95), pytest.approx(0.75), 40),
    )


def test_refusing_leaves_the_rows_that_the_model_is_surest_of():
    # 200 rows, ever surer; the two least sure are wrong, and one in the middle.
    sure = np.linspace(0.51, 0.99, 200)
    wrong = np.isin(np.arange(200), [0, 1, 100])
    X = np.stack([np.where(wrong, 0, 1), sure], axis=1)
    order = np.random.default_rng(0).permutation(200)
    result = evaluate(Sure().fit(X, [0, 1]), X[order], np.ones(200, dtype=int))
    assert result.accuracy == 197 / 200
    assert result.accuracy_when_refusing == (
        (0.01, 197 / 198),
        (0.02, 195 / 196),
        (0.05, 189 / 190),
    )


def test_interval_is_wilsons():
    # 81 right of 263, from Newcombe (1998), "Two-sided confidence intervals for the single
    # proportion", table I, method 3: 0.2553 to 0.3662.
    y = np.r_[np.zeros(81), np.ones(182)].astype(int)
    X = np.zeros((263, 1))
    always_0 = DummyClassifier(strategy="constant", constant=0)
    result = compare({"zero": always_0}, X, y, X, y).results[0]
    assert result.accuracy == pytest.approx(81 / 263)
    assert result.accuracy_low == pytest.approx(0.2553, abs=5e-5)
    assert result.accuracy_high == pytest.approx(0.3662, abs=5e-5)


def test_a_model_without_probabilities_has_no_log_loss(iris):
    result = compare({"svm": SVC()}, *iris).results[0]
    assert result.error is None
    assert result.log_loss is None
    assert result.calibration_error is None
    assert result.reliability == result.accuracy_when_refusing == ()


def test_cross_validation_gives_scikit_learns_splits(iris):
    X, y = iris[:2]
    comparison = compare({"logreg": LogisticRegression(max_iter=1000)}, X, y, cv=5)
    expected = cross_validate(LogisticRegression(max_iter=1000), X, y, cv=5)["test_score"]
    result = comparison.results[0]
    assert result.split_accuracies == tuple(expected)
    assert len(result.fit_seconds) == 5
    assert comparison.data["n_test"] == [15] * 5
    assert np.sum(result.confusion) == len(y)


def test_every_model_sees_the_same_splits(iris):
    Spy.seen = []
    shuffled = KFold(3, shuffle=True)  # no seed: another split each time it is asked
    compare({"a": Spy(), "b": Spy()}, *iris[:2], cv=shuffled, warm_up=False)
    first, second = Spy.seen[:3], Spy.seen[3:]
    assert len(second) == 3
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_split_without_a_class_is_still_scored():
    X = np.arange(12.0).reshape(-1, 1)
    y = np.repeat([0, 1, 2], 4)
    result = compare({"bayes": GaussianNB()}, X, y, cv=KFold(3)).results[0]
    assert result.error is None
    assert result.accuracy == 0
    assert np.isfinite(result.log_loss)


class Column(DummyClassifier):
    """Predicts a column, as some libraries do."""

    def predict(self, X):
        return super().predict(X).reshape(-1, 1)


class Unprintable(ClassifierMixin, BaseEstimator):
    """A beginner's mistake: the parameter is kept under another name."""

    def __init__(self, alpha=1):
        self._alpha = alpha

    def fit(self, X, y):
        return self


class InPlace(GaussianNB):
    """Spoils the rows that it is given."""

    def fit(self, X, y):
        super().fit(X, y)
        X[:] = 0
        return self


def test_predictions_may_come_as_a_column(iris):
    flat, column = compare({"flat": DummyClassifier(), "column": Column()}, *iris).results
    assert column.error is None
    assert (column.accuracy, column.accuracy_low) == (flat.accuracy, flat.accuracy_low)


def test_a_model_that_cannot_be_printed_is_reported_and_the_others_run(iris):
    bad, good = compare({"bad": Unprintable(), "good": GaussianNB()}, *iris).results
    assert bad.error
    assert good.accuracy > 0.8


def test_a_model_that_works_in_place_spoils_nothing(iris):
    given = [part.copy() for part in iris]
    alone = compare({"bayes": GaussianNB()}, *iris)
    after = compare({"in place": InPlace(), "bayes": GaussianNB()}, *iris)
    assert after.results[1].log_loss == alone.results[0].log_loss
    assert after.data == alone.data
    assert all(np.array_equal(a, b) for a, b in zip(given, iris, strict=True))


def test_labels_that_json_does_not_know_are_written_as_words(iris):
    X, y, X_test, y_test = iris
    days = np.array(["2026-01-01", "2026-01-02", "2026-01-03"], dtype="datetime64[D]")
    comparison = compare({"bayes": GaussianNB()}, X, days[y], X_test, days[y_test])
    assert Comparison.from_json(comparison.to_json()) == comparison
    assert comparison.labels[0] == "2026-01-01"


def test_a_failing_model_is_reported_and_the_others_run(iris):
    comparison = compare({"bad": Failing(), "good": GaussianNB()}, *iris)
    bad, good = comparison.results
    assert bad.error == "RuntimeError: no ink left"
    assert bad.accuracy is None
    assert good.accuracy > 0.8
    frame = comparison.frame()
    assert frame.loc["bad", "error"] == bad.error
    assert np.isnan(frame.loc["bad", "accuracy"])


def test_labels_may_be_words_and_rows_a_frame(iris):
    names = np.array(["setosa", "versicolor", "virginica"])
    X, y, X_test, y_test = iris
    comparison = compare(
        {"bayes": GaussianNB()}, pd.DataFrame(X), names[y], pd.DataFrame(X_test), names[y_test]
    )
    assert comparison.labels == tuple(names)
    assert Comparison.from_json(comparison.to_json()) == comparison


def test_json_reads_back_equal(iris):
    comparison = compare({"bad": Failing(), "svm": SVC(), "bayes": GaussianNB()}, *iris)
    text = comparison.to_json()
    assert Comparison.from_json(text) == comparison
    assert json.loads(text)["environment"]["versions"]["scikit-learn"]
    assert Comparison.from_json(text).frame().equals(comparison.frame())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"results": [{"ink": 1}]}',
        '{"results": [], "labels": []}',
        "<html>",
        "[" * 100_000,
        '{"results": [{"name": "a", "model": "b", "error": "c"}], "labels": [], "data": {}, '
        '"environment": {}}',
    ],
)
def test_other_json_is_refused(text):
    with pytest.raises(ValueError, match="not the JSON of a Comparison"):
        Comparison.from_json(text)


def test_results_are_frozen(iris):
    comparison = compare({"bayes": GaussianNB()}, *iris)
    with pytest.raises(dataclasses.FrozenInstanceError):
        comparison.results[0].accuracy = 1.0


def test_the_checksum_tells_rows_apart(iris):
    X, y, X_test, y_test = iris
    models = {"bayes": GaussianNB()}
    first, same, other = (
        compare(models, *rows).data["checksum"]
        for rows in (iris, iris, (X, y, X_test[1:], y_test[1:]))
    )
    assert first == same != other


# --- Who beats whom ---------------------------------------------------------------------------


class Right(ClassifierMixin, BaseEstimator):
    """Reads a row right where the column of its name is 1; labels are in the last column."""

    def __init__(self, column=0):
        self.column = column

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.where(X[:, self.column] == 1, X[:, -1], 1 - X[:, -1]).astype(int)


class Seeded(Right):
    """Reads other rows right with each seed, as many rows on as `shift` says."""

    def __init__(self, column=0, shift=0, random_state=None):
        self.column = column
        self.shift = shift
        self.random_state = random_state

    def predict(self, X):
        column = np.roll(X[:, self.column], self.shift * (self.random_state or 0))
        return np.where(column == 1, X[:, -1], 1 - X[:, -1]).astype(int)


@pytest.fixture(scope="module")
def drawn():
    """1,000 rows that three models read right: 90 %, 80 % and 79 % of them."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 1000)
    order = rng.permutation(1000)
    columns = [order < 900, order >= 200, order >= 210, y]
    return np.stack(columns, axis=1).astype(float), y


COLUMNS = {"first": Right(0), "second": Right(1), "third": Right(2)}


def test_pairs_are_tested_on_the_rows_that_tell_them_apart(drawn):
    frame = compare(COLUMNS, *drawn, *drawn).pairwise(rope=0.02)
    assert frame.index.tolist() == [("first", "second"), ("first", "third"), ("second", "third")]
    # The second and the third differ on ten rows, by hand: p = 2 / 2 ** 10.
    last = frame.loc[("second", "third")]
    assert last["difference"] == pytest.approx(0.01)
    assert last["p_value"] == pytest.approx(2 / 2**10)
    assert 0 < last["low"] < 0.01 < last["high"]
    assert last["equivalent"] > 0.95
    assert frame["p_adjusted"].tolist() == pytest.approx(holm(frame["p_value"]).tolist())
    assert frame[["better", "equivalent", "worse"]].sum(axis=1).to_numpy() == pytest.approx(1)


def test_the_verdict_says_who_is_better_and_what_is_not_shown(drawn):
    comparison = compare(COLUMNS, *drawn, *drawn)
    said = comparison.verdict()
    assert said == (
        "first reads 90.00 % right and is better than second and third "
        "(by 10.00 to 11.00 points, p < 0.001)."
    )
    two = compare({"second": Right(1), "third": Right(2)}, *drawn, *drawn)
    assert re.fullmatch(
        r"second reads 80.00 % right and is better than third \(by 1.00 points, "
        r"95 % interval 0.\d+ to 1.\d+, p = 0.002\)\.",
        two.verdict(),
    )
    assert "and is not shown to be better than third (ahead by 1.00 points" in two.verdict(
        level=0.001
    )
    assert "within 0.50 points of each other with probability 0." in two.verdict(level=0.001)
    alone = compare({"second": Right(1)}, *drawn, *drawn)
    assert re.fullmatch(r"second reads 80.00 % right \(95 % interval .*\)\.", alone.verdict())
    assert alone.pairwise().empty
    with pytest.raises(ValueError, match="level takes a share between 0 and 1"):
        alone.verdict(level=5)


def test_splits_of_different_sizes_are_ranked_as_they_are_tested():
    # One split of 90 rows and two of 5: which is better depends on what is counted.
    y = np.arange(100) % 2
    small = np.arange(100) >= 90
    X = np.stack([~small | (y == 0), small | (np.arange(100) % 10 > 0), y], axis=1).astype(float)
    cv = PredefinedSplit(np.r_[np.zeros(90), np.ones(5), np.full(5, 2)].astype(int))
    comparison = compare({"rows": Right(0), "splits": Right(1)}, X, y, cv=cv)
    found = comparison.pairwise()
    assert found.index.tolist() == [("splits", "rows")]
    assert found["difference"].iloc[0] > 0
    frame = comparison.frame()["accuracy"]
    assert frame["rows"] > frame["splits"]


class Refusing(Right):
    """Says -1 where it is not sure: no label of the rows."""

    def predict(self, X):
        guess = super().predict(X)
        guess[::7] = -1
        return guess


def test_a_model_with_a_label_of_its_own_is_compared(drawn):
    X, y = drawn
    comparison = compare(
        {"refusing": Refusing(1), "third": Right(2)}, X, y, X, y, image_shape=(2, 2)
    )
    refusing = comparison.results[0]
    assert refusing.rights().shape == (1, 1000)
    assert refusing.rights().mean() == refusing.accuracy
    assert "third reads" in comparison.verdict()
    assert f"{round(1000 * refusing.accuracy)} of 1,000 right" in report_markdown(comparison)


def test_a_model_that_knows_labels_that_no_row_has_is_told_so(iris):
    X, y, X_test, y_test = iris
    known = FrozenEstimator(GaussianNB().fit(X, y))
    result = compare({"known": known}, X[y < 2], y[y < 2], X_test[y_test < 2], y_test[y_test < 2])
    assert "knows labels that no row here has, such as" in result.results[0].error


@pytest.mark.parametrize("option", ["on_progress", "on_fitted"])
def test_a_users_function_that_fails_is_no_failure_of_a_model(iris, option):
    with pytest.raises(KeyError, match="mine"):
        compare({"bayes": GaussianNB()}, *iris, **{option: lambda *what: {}["mine"]})


@pytest.mark.parametrize("option", ["on_progress", "on_fitted"])
def test_a_users_function_that_fails_ends_the_comparison_at_once(iris, option):
    Spy.seen = []
    calls = []

    def fail(name, *_):
        calls.append(name)
        if name == "b":
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine") as caught:
        compare({"a": Spy(), "b": Spy(), "c": Spy()}, *iris, warm_up=False, **{option: fail})
    assert caught.value.__context__ is None
    assert calls == ["a", "b"]
    assert len(Spy.seen) == (1 if option == "on_progress" else 2)


class Interrupted(DummyClassifier):
    """Is being fitted when the user presses Ctrl-C."""

    def fit(self, X, y):
        raise KeyboardInterrupt


def test_an_interruption_ends_all(iris):
    names = []
    with pytest.raises(KeyboardInterrupt):
        compare(
            {"a": GaussianNB(), "b": Interrupted(), "c": GaussianNB()},
            *iris,
            warm_up=False,
            on_progress=lambda name, *_: names.append(name),
        )
    assert names == ["a", "b"]


class Late(DummyClassifier):
    """Fails where it is trained on zeros, as in the second of two splits."""

    def fit(self, X, y):
        if np.median(X[:, 0]) == 0:
            raise StopIteration("no more ink")
        return super().fit(X, y)


def test_events_come_in_order_also_of_a_model_that_fails_late():
    y = np.arange(40) % 2
    X = np.repeat([[0.0], [1.0]], 20, axis=0)
    events = []
    comparison = compare(
        {"late": Late(), "dummy": DummyClassifier()},
        X,
        y,
        cv=KFold(2),
        warm_up=False,
        on_progress=lambda *step: events.append(step),
        on_fitted=lambda name, model: events.append((name, type(model).__name__)),
    )
    assert events == [
        ("late", 0, 4),
        ("late", "Late"),
        ("late", 1, 4),
        ("dummy", 2, 4),
        ("dummy", "DummyClassifier"),
        ("dummy", 3, 4),
        ("dummy", "DummyClassifier"),
    ]
    late, dummy = comparison.results
    assert late.error == "StopIteration: no more ink"
    assert late.fit_seconds == ()
    assert dummy.error is None


def test_a_fit_is_a_unit_of_work_that_another_process_could_run(iris):
    X, y, X_test, _ = iris
    fit = Fit(0, LogisticRegression(max_iter=1000), Split(*iris), np.unique(y))
    outcome = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(fit)).run()))
    expected = LogisticRegression(max_iter=1000).fit(X, y)
    assert np.array_equal(outcome.predictions.labels, expected.predict(X_test))
    assert np.allclose(outcome.predictions.probabilities, expected.predict_proba(X_test))
    assert np.array_equal(outcome.fitted.coef_, expected.coef_)
    assert outcome.seconds > 0
    assert not hasattr(fit.version, "coef_")


def test_the_checksum_is_of_values_not_of_memory(iris):
    X, y, X_test, y_test = iris
    models = {"bayes": GaussianNB()}
    first = compare(models, X, y, X_test, y_test)
    for same in (np.asfortranarray(X), np.repeat(X, 2, axis=0)[::2], pd.DataFrame(X)):
        assert compare(models, same, y, X_test, y_test).data == first.data
    assert compare(models, X, y, X, y).data == compare(models, X, y, X.copy(), y.copy()).data


def test_a_model_of_one_seed_is_ahead_as_trained_and_not_called_better(drawn):
    comparison = compare({"seeded": Seeded(0), "second": Right(1)}, *drawn, *drawn)
    assert (
        "seeded reads 90.00 % right and is as trained here, with one seed, ahead of second (by"
        in (comparison.verdict())
    )
    assert comparison.pairwise()["as_trained"].tolist() == [True]
    models = {"seeded": Seeded(0), "second": Right(1)}
    for told in (
        compare(models, *drawn, *drawn, seeds=2),  # which change nothing
        compare({**models, "seeded": Seeded(0, shift=1)}, *drawn, *drawn, seeds=2),
        compare(models, *drawn, cv=10),
    ):
        assert "is better than second" in told.verdict()
        assert told.pairwise()["as_trained"].tolist() == [False]


def test_one_model_and_its_copy_are_not_told_apart(drawn):
    comparison = compare({"one": Right(0), "copy": Right(0)}, *drawn, *drawn)
    assert comparison.pairwise()["p_value"].tolist() == [1]
    assert "copy reads 90.00 % right and is not shown to be better than one" in comparison.verdict()


def test_splits_are_tested_by_the_corrected_t_test(iris):
    X, y = iris[:2]
    models = {"bayes": GaussianNB(), "dummy": DummyClassifier()}
    comparison = compare(models, X, y, cv=RepeatedStratifiedKFold(n_repeats=2, random_state=0))
    bayes, dummy = comparison.results
    d = bayes.accuracy - dummy.accuracy
    apart = ((bayes.rights() != dummy.rights()).sum() + 1) / 150
    rows = {"n_train": 60, "n_test": 15, "min_variance": (apart - d**2) / 15}
    expected = corrected_resampled_ttest(bayes.split_accuracies, dummy.split_accuracies, **rows)
    assert expected.p_value < 0.001
    found = comparison.pairwise().loc[("bayes", "dummy")]
    assert found["p_value"] == pytest.approx(expected.p_value)
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high))
    said = comparison.data["splits"]
    assert said == "RepeatedStratifiedKFold(n_repeats=2, n_splits=5, random_state=0)"


def test_splits_that_happen_to_agree_claim_nothing():
    y = np.arange(40) % 2
    X = np.stack([np.arange(40) % 20 >= 2, np.arange(40) % 20 >= 3, y], axis=1).astype(float)
    comparison = compare({"one": Right(0), "other": Right(1)}, X, y, cv=KFold(2))
    assert comparison.results[0].split_accuracies == (0.9, 0.9)
    assert comparison.results[1].split_accuracies == (0.85, 0.85)
    assert "one reads 90.00 % right and is not shown to be better" in comparison.verdict()


def test_each_seed_is_fitted_and_the_verdict_holds_for_all(drawn):
    models = {"turned": Seeded(0, shift=5), "second": Seeded(1)}
    comparison = compare(models, *drawn, *drawn, seeds=3)
    turned, second = comparison.results
    assert turned.seeds == (0, 1, 2)
    assert second.seeds == ()  # its second seed changed nothing, and there was no third
    assert (len(turned.fit_seconds), len(second.fit_seconds)) == (3, 2)
    X, y = drawn
    rights = [Seeded(0, shift=5, random_state=seed).fit(X, y).predict(X) == y for seed in range(3)]
    assert np.array_equal(turned.rights(), rights)
    assert turned.accuracy == pytest.approx(np.mean(rights))
    assert turned.seed_accuracies == tuple((right.mean(),) for right in rights)
    assert turned.variance().seeds == pytest.approx(np.var(np.mean(rights, axis=1), ddof=1))
    expected = seeds_ttest(rights, second.rights())
    found = comparison.pairwise().loc[("turned", "second")]
    assert (found["p_value"], found["low"]) == pytest.approx((expected.p_value, expected.low))
    assert found["difference"] == pytest.approx(turned.accuracy - second.accuracy)
    assert Comparison.from_json(comparison.to_json()) == comparison


def test_seeds_reach_every_random_state_of_a_pipeline(digits):
    X, X_test, y, y_test = digits
    model = make_model("ann", epochs=1, hidden_layer_sizes=(8,))
    result = compare({"ann": model}, X, y, X_test, y_test, seeds=[7, 9]).results[0]
    expected = [
        clone(model).set_params(ann__random_state=seed).fit(X, y).score(X_test, y_test)
        for seed in (7, 9)
    ]
    assert result.seed_accuracies == tuple((accuracy,) for accuracy in expected)
    assert model.get_params()["ann__random_state"] is None


def test_comparisons_of_the_same_splits_are_joined_and_others_refused(iris):
    X, y, X_test, y_test = iris
    first = compare({"bayes": GaussianNB()}, *iris)
    second = compare({"dummy": DummyClassifier()}, *iris)
    joined = first.joined(second)
    both = compare({"bayes": GaussianNB(), "dummy": DummyClassifier()}, *iris)
    assert joined.pairwise().equals(both.pairwise())
    assert joined.data == both.data
    with pytest.raises(ValueError, match="Both comparisons have a model 'bayes'"):
        first.joined(first)
    other = compare({"dummy": DummyClassifier()}, X, y, X_test[::-1], y_test[::-1])
    with pytest.raises(ValueError, match="different rows or splits"):
        first.joined(other)
    with pytest.raises(ValueError, match="'dummy' was scored on other rows or splits"):
        dataclasses.replace(first, results=first.results + other.results)
    elsewhere = dataclasses.replace(second, environment={**second.environment, "cores": 64})
    with pytest.raises(ValueError, match="different environments"):
        first.joined(elsewhere)


def test_rows_that_only_one_model_reads_right_are_kept_as_pictures(drawn):
    X, y = drawn
    comparison = compare(COLUMNS, X, y, X, y, image_shape=(2, 2))
    kept = {picture.row for picture in comparison.pictures}
    only_first = np.flatnonzero((X[:, 0] == 1) & (X[:, 1] == 0) & (X[:, 2] == 0))
    assert len(kept & set(only_first.tolist())) >= 12
    for result in comparison.results:
        assert {p.row for p in result.predictions} >= set(only_first[:12].tolist())


def test_start_up_is_not_billed_to_the_fit(digits):
    X, X_test, y, y_test = digits
    result = compare({"ann": make_model("ann", epochs=1)}, X, y, X_test, y_test).results[0]
    assert result.start_up_seconds > 0
    cold = compare({"bayes": GaussianNB()}, X, y, X_test, y_test, warm_up=False).results[0]
    assert cold.start_up_seconds is None


def test_progress_is_told_before_each_fit(iris):
    steps = []
    models = {"a": GaussianNB(), "b": Failing(), "c": GaussianNB()}
    compare(models, *iris[:2], cv=2, on_progress=lambda *step: steps.append(step))
    assert steps == [("a", 0, 6), ("a", 1, 6), ("b", 2, 6), ("c", 4, 6), ("c", 5, 6)]


def test_fitted_models_are_handed_out(iris):
    kept = []
    models = {"tree": ExtraTreeClassifier(max_depth=2), "bayes": GaussianNB()}
    comparison = compare(models, *iris, seeds=2, on_fitted=lambda *what: kept.append(what))
    assert [name for name, _ in kept] == ["tree", "tree", "bayes"]
    assert [tree.random_state for _, tree in kept[:2]] == [0, 1]
    tree, bayes = comparison.results
    scores = [model.score(*iris[2:]) for _, model in kept]
    assert scores == [*(s for (s,) in tree.seed_accuracies), bayes.accuracy]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda X, y, s, t: compare({}, X, y, s, t), "at least one classifier"),
        (lambda X, y, s, t: compare([SVC()], X, y, s, t), "a dict of at least one"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y), "got neither"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, cv=[]), "gives no split"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, cv=[(range(9), [])]), "without rows"),
        (lambda X, y, s, t: compare({"1": SVC(), 1: SVC()}, X, y, s, t), "the same name"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, image_shape=5), "image_shape=5"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, on_progress=3), "a function"),
        (
            lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, on_fitted=3),
            "on_fitted takes a fun",
        ),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, seeds=0), "how many.*got 0"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, seeds=[1, 1]), "different ones"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, seeds=[2**32]), "below 2"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, cv=3), "got both"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s), "go together"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y[1:], s, t), "inconsistent numbers"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t[1:]), "inconsistent numbers"),
    ],
)
def test_wrong_calls_are_refused(iris, call, message):
    with pytest.raises(ValueError, match=message):
        call(*iris)


# --- One fitted model -------------------------------------------------------------------------


def test_evaluate_tells_of_a_fitted_model_what_compare_tells(iris):
    X, y, X_test, y_test = iris
    model = LogisticRegression(max_iter=1000)
    compared = compare({"logreg": model}, *iris).results[0]
    result = evaluate(model.fit(X, y), X_test, y_test, name="logreg")
    measured = {
        "checksum",  # of a comparison: of the rows learned from, too
        "one_seed",  # evaluate fits nothing
        "start_up_seconds",
        "fit_seconds",
        "predict_one_ms",
        "predict_rows_per_second",
        "size_bytes",
    }
    for field in dataclasses.fields(result):
        if field.name not in measured:
            assert getattr(result, field.name) == getattr(compared, field.name), field.name
    assert result.predict_one_ms > 0
    assert result.fit_seconds == ()


def test_per_class_scores_and_confused_pairs_are_scikit_learns(iris):
    X, y, X_test, y_test = iris
    model = GaussianNB().fit(X, y)
    result = evaluate(model, X_test, y_test)
    predicted = model.predict(X_test)
    expected = precision_recall_fscore_support(y_test, predicted)
    assert np.allclose(result.per_class().to_numpy().T, expected)
    confusion = confusion_matrix(y_test, predicted)
    pairs = result.confused_pairs()
    assert sum(count for _, _, count in pairs) == confusion.sum() - np.trace(confusion)
    assert all(confusion[true, guess] == count for true, guess, count in pairs)
    assert [pair[2] for pair in pairs] == sorted((pair[2] for pair in pairs), reverse=True)


def test_a_label_that_is_never_read_has_a_precision_of_zero(iris):
    X, y, X_test, y_test = iris
    result = evaluate(DummyClassifier(strategy="constant", constant=0).fit(X, y), X_test, y_test)
    assert result.per_class()["precision"].tolist() == [pytest.approx(1 / 3), 0, 0]
    assert result.per_class()["f1"].tolist() == [pytest.approx(1 / 2), 0, 0]


def test_evaluate_counts_labels_that_the_model_never_saw_as_wrong(iris):
    X, y, X_test, y_test = iris
    model = GaussianNB().fit(X[y < 2], y[y < 2])
    result = evaluate(model, X_test, y_test)
    assert result.labels == (0, 1, 2)
    assert result.accuracy == accuracy_score(y_test, model.predict(X_test)) < 0.7


def test_the_size_is_that_of_the_file(digits, tmp_path):
    from skdigits import save_model

    X, X_test, y, y_test = digits
    model = make_model("ann", epochs=1, random_state=0).fit(X[:300], y[:300])
    save_model(model, tmp_path / "model.skops", training_state=False)
    size = evaluate(model, X_test, y_test).size_bytes
    assert size == pytest.approx((tmp_path / "model.skops").stat().st_size, rel=0.01)


def test_the_history_of_a_network_is_kept(digits):
    from sklearn.neural_network import MLPClassifier

    X, X_test, y, y_test = digits
    models = {
        "ours": make_model("ann", epochs=3, validation_fraction=0.2),
        "scikit-learn's": MLPClassifier(max_iter=500, random_state=0),
        "none": GaussianNB(),
    }
    comparison = compare(models, X[:300], y[:300], X_test, y_test)
    ours, theirs, none = (result.history for result in comparison.results)
    assert {name: len(values) for name, values in ours.items()} == dict.fromkeys(
        ["accuracy", "loss", "val_accuracy", "val_loss"], 3
    )
    assert theirs.keys() == {"loss"}
    assert none == {}
    assert Comparison.from_json(comparison.to_json()) == comparison


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda X, y: (X, y[1:]), ValueError, "inconsistent numbers"),
        (lambda X, y: (X[:0], y[:0]), ValueError, "no rows"),
        (lambda X, y: (X, y.astype(str)), ValueError, "trained on labels such as"),
    ],
)
def test_evaluate_refuses(iris, change, error, message):
    X, y, X_test, y_test = iris
    with pytest.raises(error, match=message):
        evaluate(GaussianNB().fit(X, y), *change(X_test, y_test))
    with pytest.raises(NotFittedError):
        evaluate(GaussianNB(), X_test, y_test)


# --- Pictures ---------------------------------------------------------------------------------


def test_a_comparison_of_digits_keeps_some_as_pictures():
    X, y = load_sample_digits(return_X_y=True)
    rows = X[:900], y[:900], X[900:], y[900:]
    comparison = compare({"bayes": GaussianNB(), "svm": make_model("svm")}, *rows, title="digits")
    shown = {picture.row: picture for picture in comparison.pictures}
    assert len(shown) > 20
    for row, picture in shown.items():
        assert picture.label == y[900 + row]
        assert np.array_equal(picture.array().ravel(), X[900 + row])
    bayes, svm = comparison.results
    predicted = GaussianNB().fit(X[:900], y[:900]).predict(X[900:])
    for prediction in bayes.predictions:
        assert prediction.label == predicted[prediction.row]
        assert 0.1 <= prediction.probability <= 1
    assert all(prediction.probability is None for prediction in svm.predictions)
    worst = bayes.confused_pairs()[0]
    of_worst = [p for p in bayes.predictions if (shown[p.row].label, p.label) == worst[:2]]
    assert len(of_worst) == min(worst[2], 6)
    # The same digits are samples of every model, whatever it made of them: the first two of each.
    first = sorted(row for digit in range(10) for row in np.flatnonzero(y[900:] == digit)[:2])
    assert [picture.row for picture in comparison.pictures if picture.sample] == first
    for result in (bayes, svm):
        assert set(first) <= {p.row for p in result.predictions}
    assert Comparison.from_json(comparison.to_json()) == comparison
    assert comparison.data["title"] == "digits"
    assert comparison.data["test_counts"] == np.bincount(y[900:]).tolist()


def test_pictures_over_splits_and_of_another_size():
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    X, y = X[:200], y[:200]
    cv = KFold(4)
    comparison = compare({"bayes": GaussianNB()}, X, y, cv=cv, image_shape=(8, 8))
    for picture in comparison.pictures:  # KFold's test rows are in the order of the rows
        assert np.array_equal(picture.array() > 127, X[picture.row].reshape(8, 8) > 8 - 0.1)
    assert compare({"bayes": GaussianNB()}, X, y, cv=cv).pictures == ()
    with pytest.raises(ValueError, match=r"image_shape=\(7, 8\) does not fit rows of 64 features"):
        compare({"bayes": GaussianNB()}, X, y, cv=cv, image_shape=(7, 8))


def test_rows_of_a_frame_and_of_a_sparse_matrix_become_pictures_too():
    from scipy.sparse import csr_array

    X, y = load_sample_digits(return_X_y=True, as_frame=True)
    frame = compare({"logreg": make_model("logreg")}, X[:400], y[:400], X[400:500], y[400:500])
    sparse = csr_array(X.to_numpy())
    model = {"logreg": LogisticRegression(tol=1000)}
    rows = compare(model, sparse[:400], y[:400].to_numpy(), sparse[400:500], y[400:500].to_numpy())
    first, other = frame.pictures[0], rows.pictures[0]
    assert first == other


def test_784_columns_of_words_or_gaps_stop_nothing():
    from sklearn.ensemble import HistGradientBoostingClassifier

    X, y = load_sample_digits(return_X_y=True)
    gaps = X[:100].astype(float)
    gaps[::3, 300:400] = np.nan
    trees = {"trees": HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3)}
    comparison = compare(trees, gaps, y[:100], gaps, y[:100], warm_up=False)
    assert comparison.results[0].error is None
    assert comparison.pictures
    words = X[:100].astype(str).astype(object)
    words[:, 5] = "ink"
    comparison = compare({"most": DummyClassifier()}, words, y[:100], words, y[:100])
    assert comparison.results[0].error is None
    assert comparison.pictures == ()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: f["environment"].pop("cores"), "environment.cores: Field required"),
        (lambda f: f["environment"].update(cores=10**400), "environment.cores"),
        (lambda f: f["data"].update(n_test=[75, 0]), "data.n_test"),
        (lambda f: f["data"].update(test_counts=[75, 0]), "data.test_counts"),
        (lambda f: f["labels"].append(0), "labels"),
        (lambda f: f["results"].append(f["results"][0]), "the same name"),
        (lambda f: f["results"][0].update(accuracy="high"), "accuracy: .*number, got 'high'"),
        (lambda f: f["results"][0].update(accuracy=float("nan")), "accuracy: .*finite"),
        (lambda f: f["results"][0].update(accuracy=0.5), "accuracy is 0.5, but"),
        (lambda f: f["results"][0].update(accuracy=None), "accuracy cannot be None"),
        (lambda f: f["results"][0].update(size_bytes=10**400), "size_bytes"),
        (lambda f: f["results"][0].update(fit_seconds=[]), "fit_seconds"),
        (lambda f: f["results"][0].update(history={"loss": [[1.0]]}), "history.loss.0"),
        (lambda f: f["results"][0].update(right=[]), "right are not bits of 75 rows"),
        (lambda f: f["results"][0].update(right=["!"]), "right are not bits of 75 rows"),
        (lambda f: f["results"][0].update(split_accuracies=[0.9, 0.9]), "split_accuracies"),
        (lambda f: f["results"][0].update(ink=1), "ink"),
        (lambda f: f["results"][0]["confusion"].pop(), "confusion has not 3 times 3 counts"),
        (lambda f: f["results"][0]["confusion"][0].reverse(), "confusion has .* rows"),
        (
            lambda f: f["pictures"].append(
                {"row": 0, "label": 1, "shape": [9, 9], "pixels": "AAAA", "sample": True}
            ),
            "row 0 has not 9x9 pixels",
        ),
    ],
)
def test_json_of_a_comparison_whose_form_is_wrong_is_refused_where_it_is_read(spoil, words, bayes):
    fields = json.loads(bayes)
    spoil(fields)
    with pytest.raises(ComparisonError, match=f"not the JSON of a Comparison: .*{words}"):
        Comparison.from_json(json.dumps(fields))


@pytest.fixture(scope="module")
def bayes(iris):
    return compare({"bayes": GaussianNB()}, *iris).to_json()


def test_log_loss_is_scikit_learns_for_float32_too(digits):
    X, X_test, y, y_test = digits
    model = GaussianNB(var_smoothing=0.1).fit(X, y)
    proba = model.predict_proba(X_test.astype(np.float32))
    assert evaluate(model, X_test, y_test).log_loss == pytest.approx(log_loss(y_test, proba))


# --- Probabilities in doubt -----------------------------------------------------------------------


class Doubtful(GaussianNB):
    """Its labels are sound; of its probabilities every fifth row is what the test wants."""

    row = (0.0, 0.0, 0.0)

    def predict_proba(self, X):
        found = super().predict_proba(X)
        found[::5] = self.row
        return found

    def predict(self, X):
        return self.classes_[super().predict_proba(X).argmax(axis=1)]


@pytest.mark.parametrize("scored", ["evaluate", "compare", "seeds"])
@pytest.mark.parametrize(
    ("row", "defined"),
    [
        ((0.0, 0.0, 0.0), True),
        ((0.2, 0.2, 0.2), True),
        ((np.nan, 0.5, 0.5), False),
        ((np.inf, 0.0, 0.0), False),
        ((-0.5, 0.5, 1.0), False),
        ((2.0, 3.0, 4.0), False),
    ],
)
def test_doubtful_probabilities_leave_the_accuracy_alone(scored, row, defined, iris, monkeypatch):
    monkeypatch.setattr(Doubtful, "row", row)
    X, y, X_test, y_test = iris
    fitted = Doubtful().fit(X, y)
    if scored == "evaluate":
        result = evaluate(fitted, X_test, y_test)
    else:
        comparison = compare({"a": Doubtful()}, *iris, seeds=2 if scored == "seeds" else None)
        assert Comparison.from_json(comparison.to_json()) == comparison
        (result,) = comparison.results
    assert result.error is None
    assert result.accuracy == GaussianNB().fit(X, y).score(X_test, y_test)
    assert "do not sum to 1" in result.notes[0] or "no log loss" in result.notes[0]
    if defined:
        with pytest.warns(UserWarning, match="do not sum to one"):
            expected = log_loss(y_test, fitted.predict_proba(X_test))
        assert result.log_loss == pytest.approx(expected)
        assert "15 of 75 rows" in result.notes[0]
    else:
        assert result.log_loss is None
        assert result.calibration_error is None


def test_a_predict_proba_that_fails_leaves_the_accuracy_alone(iris):
    class Failing(GaussianNB):
        def predict_proba(self, X):
            raise RuntimeError("not today")

    X, y, X_test, y_test = iris
    fitted = Failing().fit(X, y)
    fitted.predict = GaussianNB().fit(X, y).predict
    result = evaluate(fitted, X_test, y_test)
    assert result.accuracy > 0.9
    assert result.log_loss is None
    assert "not today" in result.notes[0]


def test_no_doubt_no_note(iris):
    assert compare({"a": GaussianNB()}, *iris).results[0].notes == ()


# --- Errors and names that users meet -------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda rows: compare({}, *rows), ParameterError),
        (lambda rows: compare({"a": SVC()}, *rows, cv=3), ParameterError),
        (lambda rows: compare({"a": SVC()}, *rows, seeds=0), ParameterError),
        (lambda rows: compare({"a": SVC()}, *rows, image_shape=(3, 3)), ImageError),
        (lambda rows: evaluate(SVC().fit(*rows[:2]), rows[2][:0], rows[3][:0]), DataError),
        (lambda rows: evaluate(SVC().fit(*rows[:2]), rows[2], rows[3].astype(str)), DataError),
        (lambda rows: compare({"a": SVC()}, *rows).verdict(level=2), ParameterError),
        (lambda rows: Comparison.from_json("{}"), ComparisonError),
        (
            lambda rows: compare({"a": SVC()}, *rows).joined(compare({"a": SVC()}, *rows)),
            ComparisonError,
        ),
    ],
)
def test_an_error_says_of_which_kind_it_is(iris, call, error):
    with pytest.raises(error) as caught:
        call(iris)
    assert type(caught.value) is error


def test_results_are_pickled_by_their_public_path(digits):
    X, X_test, y, y_test = digits
    comparison = compare({"bayes": GaussianNB()}, X, y, X_test, y_test)
    text = pickle.dumps(comparison)
    assert pickle.loads(text) == comparison
    assert b"skdigits.evaluation._" not in text
    for thing in (Comparison, type(comparison.results[0]), compare, evaluate):
        assert thing.__module__ == "skdigits"
        assert pickle.loads(pickle.dumps(thing)) is thing
    for thing in (Picture, Prediction):
        assert thing.__module__ == "skdigits.evaluation"
        assert pickle.loads(pickle.dumps(thing)) is thing


@pytest.mark.parametrize("module", ["polars", "pyarrow", "pandas"])
def test_rows_of_a_table_are_compared_as_an_array_is(module, few):
    library = pytest.importorskip(module)
    X, y = few[0][:120], few[1][:120]
    columns = {f"pixel{place}": X[:, place] for place in range(X.shape[1])}
    make = library.table if module == "pyarrow" else library.DataFrame
    models = {"logreg": LogisticRegression(max_iter=200)}
    expected = compare(models, X, y, cv=3, warm_up=False)
    found = compare(models, make(columns), y, cv=3, warm_up=False)
    assert found.results[0].accuracy == expected.results[0].accuracy
    assert found.pictures == expected.pictures
    assert found.pictures
