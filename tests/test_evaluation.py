import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss
from sklearn.model_selection import KFold, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from skdigits import Comparison, compare, make_model
from skdigits.evaluation import environment


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda X, y, s, t: compare({}, X, y, s, t), "at least one classifier"),
        (lambda X, y, s, t: compare([SVC()], X, y, s, t), "a dict of at least one"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y), "got neither"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, cv=[]), "gives no split"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, on_progress=3), "a function"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t, cv=3), "got both"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s), "go together"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y[1:], s, t), "inconsistent numbers"),
        (lambda X, y, s, t: compare({"a": SVC()}, X, y, s, t[1:]), "inconsistent numbers"),
    ],
)
def test_wrong_calls_are_refused(iris, call, message):
    with pytest.raises(ValueError, match=message):
        call(*iris)


def test_environment_names_what_figures_depend_on():
    told = environment()
    assert told["cores"] >= 1
    assert {"skdigits", "tensorflow", "scikit-learn"} <= told["versions"].keys()
