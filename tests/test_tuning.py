"""Epoch curves, searches that go on where they were stopped, and what callbacks see of a search."""

import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone, is_classifier
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_val_score,
    validation_curve,
)
from sklearn.pipeline import Pipeline

from skdigits import (
    CachedEstimator,
    DigitANNClassifier,
    DigitNetworkClassifier,
    EpochCurve,
    PixelScaler,
    epoch_curve,
    epoch_scores,
    load_model,
    load_sample_digits,
    make_model,
    save_model,
)
from skdigits.errors import ParameterError
from skdigits.tuning import candidate_name


class Stops:
    """Ends a fit after its second epoch, or interrupts it there."""

    def __init__(self, interrupts=False):
        self.interrupts = interrupts

    def setup(self, estimator, context):
        pass

    teardown = on_fit_task_begin = setup

    def on_fit_task_end(self, estimator, context):
        second = context.task_name == "epoch" and context.task_id == 1
        if second and self.interrupts:
            raise KeyboardInterrupt
        return second


@pytest.fixture(scope="module")
def pixels():
    X, y = load_sample_digits(return_X_y=True)
    return X[:400], y[:400]


# --- Epochs for the price of one fit --------------------------------------------------------------


@pytest.mark.parametrize("scoring", [None, "neg_log_loss"])
def test_the_epoch_curve_is_that_of_refitting_at_each_epoch(pixels, scoring):
    model = make_model("ann", epochs=4, random_state=0)
    cv = StratifiedKFold(3, shuffle=True, random_state=0)
    curve = epoch_curve(model, *pixels, cv=cv, scoring=scoring)
    train, test = validation_curve(
        model,
        *pixels,
        param_name="ann__epochs",
        param_range=curve.epochs,
        cv=cv,
        scoring=scoring,
    )
    assert curve.epochs.tolist() == [1, 2, 3, 4]
    assert np.array_equal(curve.train_scores, train)
    assert np.array_equal(curve.test_scores, test)
    assert model["ann"].keep_epochs is False


def test_the_epoch_curve_of_a_pipeline_that_samples(pixels):
    from imblearn.over_sampling import RandomOverSampler
    from imblearn.pipeline import make_pipeline as sampling_pipeline

    sampler = RandomOverSampler(random_state=0)
    network = DigitANNClassifier(epochs=2, random_state=0)
    curve = epoch_curve(sampling_pipeline(PixelScaler(), sampler, network), *pixels, cv=2)
    refitted = sampling_pipeline(PixelScaler(), sampler, network)
    assert curve.test_scores[-1] == pytest.approx(cross_val_score(refitted, *pixels, cv=2))


def test_the_epoch_curve_of_a_network_alone_and_of_averages(pixels):
    X, y = pixels[0] / 255, pixels[1]
    model = DigitANNClassifier(epochs=3, ema_decay=0.9, calibrate=True, random_state=0)
    curve = epoch_curve(model, X, y, cv=2, n_jobs=2, scoring="neg_log_loss")
    _, test = validation_curve(
        model, X, y, param_name="epochs", param_range=[1, 2, 3], cv=2, scoring="neg_log_loss"
    )
    assert np.array_equal(curve.test_scores, test)


def test_an_epoch_curve_of_fits_that_end_early_is_refused(pixels):
    model = make_model("ann", epochs=6, random_state=0)
    model["ann"].set_callbacks(Stops())
    with pytest.raises(ParameterError, match="ended a fit after 2 of 6 epochs"):
        epoch_curve(model, *pixels, cv=2)
    with pytest.raises(ParameterError, match="scores one thing"):
        epoch_curve(model, *pixels, cv=2, scoring=["accuracy"])
    with pytest.raises(ParameterError, match="gives no split"):
        epoch_curve(model, *pixels, cv=[])


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (make_model("ann", learning_rate_schedule="cosine"), "laid out over all epochs"),
        (make_model("ann", early_stopping=True), "chooses the number of epochs itself"),
        (make_model("logreg"), "takes a network classifier of skdigits"),
    ],
)
def test_an_epoch_curve_that_would_not_be_true_is_refused(pixels, estimator, words):
    with pytest.raises(ParameterError, match=words):
        epoch_curve(estimator, *pixels)


# --- What callbacks see of a search ---------------------------------------------------------------


def test_a_monitor_has_every_epoch_of_every_candidate_and_split(pixels, capfd):
    model = make_model("ann", epochs=2, validation_fraction=0.2, random_state=0)
    monitor = ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    model["ann"].set_callbacks(monitor)
    grid = {"ann__learning_rate": [0.001, 0.01], "ann__batch_size": [16, 32, 64]}
    search = GridSearchCV(model, grid, cv=3, n_jobs=2)
    search.set_callbacks(ProgressBar(max_propagation_depth=None))
    search.fit(*pixels)
    scores = epoch_scores(monitor, search)
    searched = scores[scores["split"].notna()]
    assert sorted(
        zip(searched["candidate"], searched["split"], searched["epoch"], strict=True)
    ) == [(c, s, e) for c in range(6) for s in range(3) for e in (1, 2)]
    for row in searched.itertuples():
        params = search.cv_results_["params"][row.candidate]
        assert row.param_ann__learning_rate == params["ann__learning_rate"]
    assert scores["fit"].is_monotonic_increasing
    # The refit's scores are those of its validation rows, epoch by epoch.
    refit = scores[scores["split"].isna()]
    history = search.best_estimator_["ann"].history_
    assert refit["accuracy"].tolist() == pytest.approx(history["val_accuracy"])
    assert (-refit["neg_log_loss"]).tolist() == pytest.approx(history["val_loss"], abs=1e-5)
    shown = capfd.readouterr().out
    assert "DigitANNClassifier - fit" in shown
    assert "100%" in shown


@pytest.mark.parametrize("cached", [False, True])
def test_a_monitor_in_a_halving_search_knows_its_candidates(pixels, tmp_path, cached):
    model = make_model("ann", epochs=1, random_state=0)
    monitor = ScoringMonitor(scoring="accuracy")
    model["ann"].set_callbacks(monitor)
    name = "ann__learning_rate"
    if cached:
        model, name = CachedEstimator(model, tmp_path), f"estimator__{name}"
    search = HalvingGridSearchCV(model, {name: [1e-5, 0.001, 0.01]}, cv=2, random_state=0)
    search.fit(*pixels)
    scores = epoch_scores(monitor, search)
    for row in scores.to_dict("records"):
        assert row[f"param_{name}"] == search.cv_results_["params"][row["candidate"]][name]
    n_fits = 2 * len(search.cv_results_["params"])
    assert scores["split"].notna().sum() == n_fits


def test_a_monitor_that_heard_of_no_epoch_is_told_apart(pixels):
    monitor = ScoringMonitor(scoring="accuracy")
    LogisticRegression().set_callbacks(monitor).fit(*pixels)
    with pytest.raises(ParameterError, match="set it on the network itself"):
        epoch_scores(monitor)
    model = make_model("ann", epochs=1)
    model["ann"].set_callbacks(monitor)
    model.fit(*pixels)
    search = GridSearchCV(make_model("logreg"), {"logreg__C": [0.1]}, cv=2).fit(*pixels)
    with pytest.raises(
        ParameterError, match="last run was a fit of Pipeline, not of this GridSearchCV"
    ):
        epoch_scores(monitor, search)


@pytest.mark.parametrize("cached", [False, True])
def test_weights_and_validation_rows_go_through_a_search(pixels, cached):
    X, y = pixels
    weight = np.where(y[:300] == 3, 0.0, 1.0)
    with config_context(enable_metadata_routing=True):
        network = DigitANNClassifier(epochs=3, random_state=0)
        network.set_fit_request(sample_weight=True, X_val=True, y_val=True)
        network.set_score_request(sample_weight=True)
        model = Pipeline([("scale", PixelScaler()), ("ann", network)], transform_input=["X_val"])
        name = "ann__learning_rate"
        if cached:
            model, name = CachedEstimator(model), f"estimator__{name}"
        search = GridSearchCV(model, {name: [0.001, 0.003]}, cv=2)
        search.fit(X[:300], y[:300], sample_weight=weight, X_val=X[300:], y_val=y[300:])
    best = search.best_estimator_
    network = (best.estimator_ if cached else best)["ann"]
    assert network.history_["val_accuracy"][-1] == pytest.approx(best.score(X[300:], y[300:]))
    assert 3 not in best.predict(X)


# --- Fits that are done once ----------------------------------------------------------------------


class Counting(LogisticRegression):
    """Counts its fits in a file."""

    def __init__(self, C=1.0, log=None):
        super().__init__(C=C)
        self.log = log

    def fit(self, X, y, sample_weight=None):
        with Path(self.log).open("a") as file:
            file.write(f"{self.C}\n")
        return super().fit(X, y, sample_weight)


def test_the_same_fit_is_done_once(pixels, tmp_path):
    log = tmp_path / "log"
    X, y = pixels[0] / 255, pixels[1]
    model = CachedEstimator(Counting(log=str(log)), memory=tmp_path / "fits")
    first = clone(model).fit(X, y)
    again = clone(model).fit(X.copy(), y.copy())
    assert log.read_text() == "1.0\n"
    assert np.array_equal(first.predict_proba(X), again.predict_proba(X))
    weight = np.linspace(1, 2, len(y))
    for other in (
        clone(model).set_params(estimator__C=0.1).fit(X, y),
        clone(model).fit(X[1:], y[1:]),
        clone(model).fit(X, y, sample_weight=weight),
    ):
        assert not np.array_equal(other.coef_, first.coef_)
    assert len(log.read_text().split()) == 4


def test_a_cached_estimator_is_what_it_holds(pixels, tmp_path):
    X, y = pixels
    plain = make_model("ann", epochs=2, random_state=0)
    cached = CachedEstimator(clone(plain), memory=str(tmp_path))
    assert is_classifier(cached)
    assert not hasattr(cached, "classes_")
    plain.fit(X, y)
    cached.fit(X, y)
    assert np.array_equal(plain.predict_proba(X), cached.predict_proba(X))
    assert cached.score(X, y) == plain.score(X, y)
    assert cached.classes_.tolist() == plain.classes_.tolist()
    assert np.array_equal(pickle.loads(pickle.dumps(cached)).predict(X), plain.predict(X))
    unkept = CachedEstimator(clone(plain)).fit(X, y)
    assert np.array_equal(unkept.predict_proba(X), plain.predict_proba(X))


@pytest.mark.parametrize("interrupts", [True, False])
def test_a_fit_that_was_cut_short_is_not_kept(pixels, tmp_path, interrupts):
    model = CachedEstimator(make_model("ann", epochs=3, random_state=0), tmp_path)
    model.estimator["ann"].set_callbacks(Stops(interrupts))
    with pytest.raises(KeyboardInterrupt) if interrupts else nullcontext():
        assert model.fit(*pixels).estimator_["ann"].n_iter_ == 2
    model.estimator["ann"].set_callbacks()
    assert model.fit(*pixels).estimator_["ann"].n_iter_ == 3


def test_what_cannot_be_pickled_cannot_be_cached(pixels, tmp_path):
    model = DigitNetworkClassifier(lambda meta: None, epochs=1)
    with pytest.raises(ParameterError, match="cannot be cached, because something in the estimato"):
        CachedEstimator(model, tmp_path).fit(*pixels)


def test_public_names_are_pickled_by_their_public_path():
    curve = EpochCurve(np.arange(1, 3), np.ones((2, 1)), np.zeros((2, 1)), "accuracy")
    content = pickle.dumps([curve, CachedEstimator(LogisticRegression())])
    assert b"skdigits.tuning" not in content
    again, model = pickle.loads(content)
    assert type(again) is EpochCurve
    assert type(model) is CachedEstimator
    for function in (epoch_curve, epoch_scores):
        assert function.__module__ == "skdigits"
        assert pickle.loads(pickle.dumps(function)) is function


def test_a_candidate_is_named_by_its_parameters_without_the_steps():
    params = {"estimator__ann__learning_rate": 0.01, "batch_size": 32}
    assert candidate_name(params) == "learning_rate=0.01, batch_size=32"


def test_a_function_that_was_changed_is_fitted_anew(pixels, tmp_path, python):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from network import network\n"
        "from skdigits import *\n"
        "X, y = load_sample_digits(return_X_y=True)\n"
        "net = DigitNetworkClassifier(network, epochs=1, scale='pixels', random_state=0)\n"
        "print(CachedEstimator(net, memory=sys.argv[1]).fit(X[:200], y[:200]).weights_[0].shape)\n"
    )
    for units in (5, 50):
        (tmp_path / "network.py").write_text(
            "def network(meta):\n"
            "    from keras import Input, Sequential, layers\n"
            f"    hidden = layers.Dense({units}, activation='relu')\n"
            "    last = layers.Dense(meta['n_classes_'], activation='softmax')\n"
            "    return Sequential([Input((meta['n_features_in_'],)), hidden, last])\n"
        )
        assert python(code, tmp_path).stdout == f"(784, {units})\n"


def test_a_cached_estimator_hands_on_what_asks_and_not_what_changes(pixels, tmp_path):
    model = CachedEstimator(make_model("logreg"), memory=str(tmp_path)).fit(*pixels)
    assert model.predict(pixels[0][:1]) == pixels[1][:1]
    for name in ("partial_fit", "set_fit_request", "fit_predict"):
        assert not hasattr(CachedEstimator(DigitANNClassifier()), name)
    save_model(model, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    assert loaded.memory is None
    assert np.array_equal(loaded.predict(pixels[0]), model.predict(pixels[0]))


SEARCH = """
import sys
import joblib
from sklearn.model_selection import GridSearchCV
from skdigits import CachedEstimator, load_sample_digits, make_model

class Told:
    def setup(self, estimator, context):
        pass
    teardown = on_fit_task_begin = setup
    def on_fit_task_end(self, estimator, context):
        if context.task_name == "fit":
            print("fitted", flush=True)

X, y = load_sample_digits(return_X_y=True)
model = make_model("ann", epochs=2, random_state=0)
model["ann"].set_callbacks(Told())
search = GridSearchCV(
    CachedEstimator(model, memory=sys.argv[1]),
    {"estimator__ann__learning_rate": [0.001, 0.003], "estimator__ann__batch_size": [16, 32]},
    cv=3,
)
search.fit(X[:400], y[:400])
joblib.dump(search.cv_results_, sys.argv[2])
"""


@pytest.mark.slow
def test_a_killed_search_fits_only_what_was_missing(tmp_path):
    def search(folder, out, kill_after=None):
        """Give the number of fits; kill the process after so many."""
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SEARCH, folder, out],
            stdout=subprocess.PIPE,
            text=True,
        )
        n = 0
        for _ in process.stdout:
            n += 1
            if n == kill_after:
                time.sleep(0.1)  # the last one is being written, or the next one fitted
                os.kill(process.pid, signal.SIGKILL)
                break
        process.stdout.close()
        process.wait(60)
        return n

    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert search(whole, tmp_path / "whole.joblib") == 13  # 4 candidates, 3 splits, the refit
    search(killed, tmp_path / "killed.joblib", kill_after=6)
    assert not (tmp_path / "killed.joblib").exists()
    done = len(list(killed.rglob("output.pkl")))
    assert 5 <= done <= 8
    assert search(killed, tmp_path / "killed.joblib") == 13 - done
    expected, found = (pickle_of(tmp_path / f"{name}.joblib") for name in ("whole", "killed"))
    assert expected.keys() == found.keys()
    for name, values in expected.items():
        if "_time" not in name:
            assert np.array_equal(values, found[name]), name


def pickle_of(path):
    import joblib

    return joblib.load(path)


@pytest.mark.parametrize("kind", [GridSearchCV, RandomizedSearchCV, HalvingGridSearchCV])
def test_scikit_learns_searches_tune_a_pipeline(pixels, kind):
    grid = {"ann__learning_rate": [1e-6, 0.005], "scale__invert": [False]}
    options = {"n_iter": 2} if kind is RandomizedSearchCV else {}
    model = make_model("ann", epochs=3, random_state=0)
    search = kind(model, grid, cv=2, **options, error_score="raise").fit(*pixels)
    assert search.best_params_["ann__learning_rate"] == 0.005
    assert search.score(*pixels) > 0.8


def test_ctrl_c_while_a_fit_is_written_is_not_lost(pixels, tmp_path, monkeypatch):
    from joblib._store_backends import StoreBackendMixin

    write, pressed = StoreBackendMixin._concurrency_safe_write, []

    def write_and_press(self, item, filename, write_func):
        write(self, item, filename, write_func)
        if "func_code" not in filename and "output" not in filename:
            pressed.append(filename)
            raise KeyboardInterrupt

    monkeypatch.setattr(StoreBackendMixin, "_concurrency_safe_write", write_and_press)
    lost = True
    try:
        CachedEstimator(make_model("logreg"), memory=tmp_path).fit(pixels[0][:200], pixels[1][:200])
    except KeyboardInterrupt:
        lost = False
    assert not (pressed and lost)
    assert list(tmp_path.rglob("output.pkl"))
