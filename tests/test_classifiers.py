"""What holds for the network classifiers as scikit-learn estimators."""

import os
import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import RFE, SelectFromModel, SequentialFeatureSelector
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    LearningCurveDisplay,
    StratifiedKFold,
    ValidationCurveDisplay,
    check_cv,
    cross_val_predict,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from skdigits import (
    CachedEstimator,
    DigitANNClassifier,
    PixelScaler,
    load_sample_digits,
    make_model,
)
from skdigits._ground.links import DOCS
from skdigits.classifiers._schedules import SCHEDULES


def same_weights(a, b):
    pairs = zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True)
    return all(np.array_equal(x, y) for x, y in pairs)


def furthest_weights(a, b):
    pairs = zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True)
    return max(np.abs(x - y).max() for x, y in pairs)


# --- Learning ---------------------------------------------------------------------------------


def test_defaults_learn_the_sample_digits(digits):
    X, X_test, y, y_test = digits
    model = DigitANNClassifier(random_state=0).fit(X, y)
    assert [c.shape for c in model.coefs_] == [(784, 128), (128, 10)]
    assert model.n_iter_ == 5
    assert model.score(X_test, y_test) > 0.9
    assert model.loss_curve_ == sorted(model.loss_curve_, reverse=True)


@pytest.mark.parametrize("sizes", [(), 16, [16, 8], np.array([16])], ids=repr)
def test_hidden_layer_sizes_shape_the_network(few, sizes):
    model = DigitANNClassifier(sizes, epochs=1).fit(*few)
    widths = [784, *np.atleast_1d(sizes).astype(int).tolist(), 10]
    assert [c.shape for c in model.coefs_] == list(pairwise(widths))


def test_dropout_trains_another_network_and_is_off_in_prediction(few):
    X, y = few
    plain = DigitANNClassifier(random_state=0).fit(X, y)
    dropped = clone(plain).set_params(dropout=0.5).fit(X, y)
    assert not same_weights(plain, dropped)
    assert np.array_equal(dropped.predict_proba(X), dropped.predict_proba(X))


def test_label_smoothing_makes_less_certain(few):
    X, y = few
    sharp = DigitANNClassifier(loss="categorical_crossentropy", epochs=30, random_state=0)
    smooth = clone(sharp).set_params(label_smoothing=0.3)
    certainty = [m.fit(X, y).predict_proba(X).max(axis=1).mean() for m in (sharp, smooth)]
    assert certainty[1] < certainty[0] - 0.1


@pytest.mark.parametrize(
    ("name", "factors"),
    [("cosine", [1, 0.5, 0]), ("one_cycle", [1 / 25, 1 - (1 - np.cos(2 * np.pi / 7)) / 2, 0])],
)
def test_schedules_begin_and_end_as_they_should(name, factors):
    assert SCHEDULES[name](np.array([0, 0.5, 1])) == pytest.approx(factors)


@pytest.mark.parametrize("name", ["cosine", "one_cycle"])
def test_a_schedule_ends_with_steps_that_hardly_move(few, name):
    def last_move(schedule):
        # An average with a small decay tells the last steps from those before.
        options = {"learning_rate_schedule": schedule, "ema_decay": 0.5}
        model = DigitANNClassifier(epochs=10, optimizer="sgd", random_state=0, **options).fit(*few)
        pairs = zip(model.optimizer_state_["weights"][::2], model.coefs_, strict=True)
        return max(np.abs(last - average).max() for last, average in pairs)

    assert 0 < last_move(name) < last_move("constant") / 10


# --- Weights ----------------------------------------------------------------------------------


def full_batch_sgd(n_rows):
    return DigitANNClassifier(
        optimizer="sgd", learning_rate=0.1, batch_size=n_rows, epochs=20, random_state=0
    )


def test_weight_2_is_a_row_twice(few):
    X, y = few
    weight = np.where(y < 5, 2.0, 1.0)
    twice = np.repeat(np.arange(len(X)), weight.astype(int))
    weighted = full_batch_sgd(1000).fit(X, y, sample_weight=weight)
    repeated = full_batch_sgd(1000).fit(X[twice], y[twice])
    unweighted = full_batch_sgd(1000).fit(X, y)
    assert furthest_weights(weighted, repeated) < 1e-5
    assert furthest_weights(weighted, unweighted) > 1e-3


def test_balanced_class_weight_finds_the_rare_class(digits):
    X, X_test, y, y_test = digits
    rows = np.r_[np.flatnonzero(y == 8)[:8], np.flatnonzero(y != 8)]
    model = DigitANNClassifier(epochs=2, random_state=0)
    recall = [
        (clone(model).set_params(class_weight=w).fit(X[rows], y[rows] == 8)
         .predict(X_test)[y_test == 8]).mean()
        for w in (None, "balanced")
    ]  # fmt: skip
    assert recall[1] > recall[0]


# --- Going on ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_layer_sizes": (8,)}, "another network"),
        ({"activation": "tanh"}, "another network"),
    ],
)
def test_going_on_with_another_network_is_refused(few, change, message):
    model = DigitANNClassifier(epochs=1, warm_start=True).fit(*few).set_params(**change)
    with pytest.raises(ValueError, match=message):
        model.fit(*few)


def test_parameters_set_after_fit_do_not_change_the_predictions(few):
    X, y = few
    model = DigitANNClassifier(epochs=1).fit(X, y)
    before = model.predict_proba(X)
    model.set_params(activation="tanh", hidden_layer_sizes=(3,), scale="pixels")
    assert np.array_equal(model.predict_proba(X), before)


# --- Validation rows --------------------------------------------------------------------------


# --- Predictions ------------------------------------------------------------------------------


def test_log_probabilities_are_finite_where_probabilities_are_zero(few):
    X, y = few
    model = DigitANNClassifier(epochs=2).fit(X, y)
    far = X * 1e4
    assert (model.predict_proba(far) == 0).any()
    assert np.isfinite(model.predict_log_proba(far)).all()


def test_to_keras_predicts_the_same_and_is_the_callers_own(few):
    X, y = few
    model = DigitANNClassifier((16, 8), dropout=0.2, epochs=1).fit(X, y)
    before = model.predict_proba(X)
    keras_model = model.to_keras()
    assert np.allclose(keras_model.predict(X, verbose=0), before, atol=1e-6)
    loss, accuracy = keras_model.evaluate(X, y, verbose=0)
    assert accuracy == pytest.approx(model.score(X, y), abs=1e-6)
    assert loss == pytest.approx(-np.log(before[np.arange(len(y)), y]).mean(), rel=1e-4)
    keras_model.fit(X, y, verbose=0)
    assert np.array_equal(model.predict_proba(X), before)


# --- Pixels as they are ------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("options", [{}, {"dropout": 0.3, "validation_fraction": 0.2}])
def test_scale_gives_the_bits_of_a_pixel_scaler_before_it(dtype, options):
    X, y = load_sample_digits(return_X_y=True)
    X, y = X[:300], y[:300]
    weight = np.random.default_rng(0).integers(0, 3, 300)
    before, inside = (
        DigitANNClassifier(epochs=2, random_state=0, scale=scale, **options)
        for scale in (None, "pixels")
    )
    scaled = PixelScaler().fit_transform(X)
    before.fit(scaled, y, sample_weight=weight)
    inside.fit(X.astype(dtype), y, sample_weight=weight)
    assert same_weights(before, inside)
    assert before.history_ == inside.history_
    assert np.array_equal(before.predict_proba(scaled), inside.predict_proba(X.astype(dtype)))


def test_to_keras_takes_pixels_where_the_classifier_does():
    X, y = load_sample_digits(return_X_y=True)
    model = DigitANNClassifier(epochs=1, scale="pixels").fit(X, y)
    theirs = model.to_keras().predict(X, verbose=0)
    assert np.allclose(theirs, model.predict_proba(X), atol=1e-5)
    assert model.score(X, y) > 0.8


@pytest.mark.slow
def test_a_memmap_is_trained_from_without_a_copy(python, tmp_path):
    done = python(
        "import re, sys, threading\n"
        "import numpy as np\n"
        "from pathlib import Path\n"
        "from skdigits import DigitANNClassifier\n"
        "def held():\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    return int(re.search(r'RssAnon:\\s+(\\d+)', status)[1]) / 1024\n"
        "X = np.memmap(sys.argv[1], mode='w+', dtype=np.uint8, shape=(120_000, 784))\n"
        "X[:] = np.random.default_rng(0).integers(256, size=784)\n"
        "X[::2] //= 2\n"
        "y = np.arange(len(X)) % 2\n"
        "model = DigitANNClassifier(scale='pixels', epochs=1, validation_fraction=0.1)\n"
        "model.fit(X[:5000], y[:5000])\n"
        "before, highest, done = held(), 0, threading.Event()\n"
        "def watch():\n"
        "    global highest\n"
        "    while not done.wait(0.002):\n"
        "        highest = max(highest, held())\n"
        "watcher = threading.Thread(target=watch)\n"
        "watcher.start()\n"
        "model.fit(X, y)\n"
        "assert model.score(X, y) == 1\n"
        "done.set()\n"
        "watcher.join()\n"
        "print(highest - before)\n",
        tmp_path / "pixels.raw",
    )
    # The rows are 94 MB as they are and 376 MB in float32.
    assert float(done.stdout) < 40


# --- For those who read an MLPClassifier --------------------------------------------------------


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "linear"])
@pytest.mark.parametrize("names", [list("abcdefghij"), [False, True]], ids=["ten", "two"])
@pytest.mark.parametrize("sizes", [(), (16,), (16, 8)], ids=str)
def test_to_sklearn_predicts_the_same(few, activation, names, sizes):
    X, y = few
    labels = np.array(names)[y % len(names)]
    model = DigitANNClassifier(sizes, activation=activation, epochs=2, random_state=0)
    theirs = model.fit(X, labels).to_sklearn()
    assert type(theirs) is MLPClassifier
    assert np.allclose(theirs.predict_proba(X), model.predict_proba(X), atol=1e-5)
    assert np.array_equal(theirs.predict(X), model.predict(X))
    assert theirs.n_iter_ == 2
    assert theirs.loss_curve_ == model.loss_curve_


def test_to_sklearn_is_the_callers_own_and_trains_on(few):
    X, y = few
    X = pd.DataFrame(X * 255, columns=[f"pixel {i}" for i in range(784)])
    model = DigitANNClassifier((16,), scale="pixels", optimizer="sgd", random_state=0).fit(X, y)
    before = pickle.dumps(model)
    theirs = model.to_sklearn()
    assert theirs.get_params()["hidden_layer_sizes"] == (16,)
    assert theirs.get_params()["solver"] == "sgd"
    assert np.array_equal(theirs.predict(X), model.predict(X))
    assert clone(theirs).partial_fit(X, y, classes=range(10)).n_iter_ == 1
    first = theirs.coefs_[0].copy()
    theirs.partial_fit(X, y)
    assert not np.array_equal(theirs.coefs_[0], first)
    assert pickle.dumps(model) == before


def test_to_sklearn_refuses_what_it_has_not(few):
    model = DigitANNClassifier((8,), activation="gelu", epochs=1)
    with pytest.raises(NotFittedError):
        model.to_sklearn()
    with pytest.raises(ValueError, match=r"no activation 'gelu'.*'relu'.*to_keras\(\) gives any"):
        model.fit(*few).to_sklearn()
    model.set_params(activation="relu", test_time_shift=1).fit(*few)
    with pytest.raises(ValueError, match=r"test_time_shift=1; set_params\(test_time_shift=0\)"):
        model.to_sklearn()


# --- Same bits --------------------------------------------------------------------------------


@pytest.mark.slow
def test_one_job_and_two_give_the_same_bits(few):
    model = DigitANNClassifier(random_state=0, dropout=0.1)
    one, two = (
        cross_val_predict(model, *few, cv=2, method="predict_proba", n_jobs=jobs) for jobs in (1, 2)
    )
    assert np.array_equal(one, two)


MANY_NETWORKS = """
import hashlib, sys
import numpy as np
from skdigits import DigitANNClassifier
rng = np.random.default_rng(0)
X = rng.random((600, 784), dtype=np.float32)
y = (X @ rng.normal(size=(784, 10))).argmax(axis=1)
for sizes, batch_size in [
    ((128,), 32), ((64,), 32), ((), 100), ((256, 128), 16), ((128,), 256), ((512,), 32), ((787,), 8)
]:
    model = DigitANNClassifier(sizes, batch_size=batch_size, random_state=0, epochs=2, dropout=0.1)
    weights = b"".join(array.tobytes() for array in model.fit(X, y).coefs_)
    print(sizes, batch_size, hashlib.sha256(weights).hexdigest())
"""


@pytest.mark.slow
def test_the_number_of_threads_changes_no_bit(python):
    one, two = (
        python(MANY_NETWORKS, env=os.environ | {"TF_NUM_INTRAOP_THREADS": n}).stdout for n in "12"
    )
    assert len(one.splitlines()) == 7
    assert one.splitlines() == two.splitlines()


@pytest.mark.slow
def test_workers_start_tensorflow_once_with_their_share_of_threads(python):
    done = python(
        "import os; os.environ.pop('TF_NUM_INTRAOP_THREADS', None)\n"
        "import joblib, numpy as np\n"
        "from skdigits import DigitANNClassifier\n"
        "X, y = np.random.default_rng(0).random((200, 784)), np.arange(200) % 10\n"
        "def fit(rate):\n"
        "    DigitANNClassifier(learning_rate=rate, epochs=1, random_state=0).fit(X, y)\n"
        "    import tensorflow as tf\n"
        "    from skdigits.training._program import _programs\n"
        "    threads = tf.config.threading.get_intra_op_parallelism_threads()\n"
        "    return os.getpid(), threads, len(_programs)\n"
        "def search():\n"
        "    rates = np.linspace(0.001, 0.01, 8)\n"
        "    return joblib.Parallel(2)(joblib.delayed(fit)(rate) for rate in rates)\n"
        "found = search() + search()\n"
        "share = max(1, joblib.cpu_count() // 2)\n"
        "assert len({pid for pid, *_ in found}) == 2, found\n"
        "assert {(threads, programs) for _, threads, programs in found} == {(share, 1)}, found\n"
    )
    assert done.stdout == ""


# --- Wrong input, and nothing lost ------------------------------------------------------------


def spoiled(X, value):
    X = X.copy()
    X[3, 5] = value
    return X


BAD_INPUT = {
    "NaN": (lambda X, y: (spoiled(X, np.nan), y), "Input X contains NaN"),
    "infinity": (lambda X, y: (spoiled(X, np.inf), y), "Input X contains infinity"),
    "empty": (lambda X, y: (X[:0], y[:0]), r"0 sample\(s\)"),
    "one-hot": (lambda X, y: (X, np.eye(10)[y]), r"looks? one-hot: pass y.argmax\(axis=1\)"),
    "columns": (
        lambda X, y: (X, np.stack([y, y], axis=1)),
        r"shape \(\d+, 2\), but takes one label",
    ),
    "lengths": (lambda X, y: (X, y[:-1]), "inconsistent numbers of samples"),
    "regression": (lambda X, y: (X, y + 0.5), "Unknown label type: continuous"),
    "flat": (lambda X, y: (X[0], y[:1]), "Expected 2D array, got 1D array"),
    "words": (lambda X, y: (np.full(X.shape, "ink"), y), "could not convert string"),
    "negative weight": (lambda X, y: (X, y, -np.ones(len(X))), "Negative values in"),
    "no weight": (lambda X, y: (X, y, np.zeros(len(X))), "at least one non-zero"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_refused_and_what_was_learned_is_kept(few, case):
    spoil, message = BAD_INPUT[case]
    frame = pd.DataFrame(few[0], columns=[f"pixel {i}" for i in range(784)])
    model = DigitANNClassifier(epochs=1).fit(frame, few[1])
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match=message):
        model.fit(*spoil(*few))
    assert pickle.dumps(model) == before


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"hidden_layer_sizes": (128, 0)}, "whole numbers of at least 1, got"),
        ({"hidden_layer_sizes": (True,)}, "whole numbers of at least 1, got"),
        ({"hidden_layer_sizes": [4, [2]]}, "whole numbers of at least 1, got"),
        ({"hidden_layer_sizes": (1.5,)}, "whole numbers of at least 1, got"),
        ({"activation": "relux"}, "'activation' parameter of DigitANNClassifier must be a str"),
        ({"dropout": 1.0}, "'dropout' parameter"),
        ({"loss": "mse"}, "'loss' parameter"),
        ({"label_smoothing": 0.1}, "needs loss='categorical_crossentropy'"),
        ({"optimizer": "newton"}, "'optimizer' parameter"),
        (
            {"optimizer_params": {"momentum": 0.9}},
            "adam has no setting 'momentum' here; .* 'beta_1'",
        ),
        ({"optimizer_params": {"beta_1": "a"}}, "takes numbers, got beta_1='a'"),
        ({"optimizer": "sgd", "optimizer_params": {"momentum": 7}}, "'momentum': 7} of sgd: "),
        ({"optimizer_params": {"learning_rate": 0.1}}, "set learning_rate=0.1"),
        ({"tol": -1.0}, "'tol' parameter"),
        ({"learning_rate": 0.0}, "'learning_rate' parameter"),
        ({"batch_size": 0}, "'batch_size' parameter"),
        ({"epochs": 0}, "'epochs' parameter"),
        ({"class_weight": {"1": 2.0}}, "class_weight has '1', but the labels are numbers"),
        ({"class_weight": {True: 2.0}}, "class_weight has True, but the labels are numbers"),
        ({"class_weight": {1: -2.0}}, "got 1: -2.0"),
        ({"class_weight": {1: np.nan}}, "got 1: nan"),
        ({"class_weight": {1: "a"}}, "got 1: 'a'"),
        ({"class_weight": dict.fromkeys(range(10), 0)}, "All rows have the weight 0"),
        ({"validation_fraction": 1.0}, "'validation_fraction' parameter"),
        ({"random_state": "seven"}, "'random_state' parameter"),
    ],
    ids=str,
)
def test_bad_parameters_are_refused_in_fit(few, params, message):
    model = DigitANNClassifier(**params)
    with pytest.raises(ValueError, match=message):
        model.fit(*few)
    assert not hasattr(model, "classes_")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": 11}, r"labels that are not in classes: \[11\]"),
        ({"y": "text"}, "y has strings as labels, but known are the numbers"),
        ({"classes": range(12)}, "not the same as in the first call"),
        ({"columns": 100}, "X has 100 features"),
    ],
)
def test_partial_fit_refuses_and_keeps_what_was_learned(few, arguments, message):
    X, y = few
    model = DigitANNClassifier().partial_fit(X, y, classes=range(10))
    before = pickle.dumps(model)
    with pytest.raises(ValueError, match=message):
        model.partial_fit(
            X[:, : arguments.get("columns", 784)],
            np.where(y == 3, arguments.get("y", 3), y),
            classes=arguments.get("classes"),
        )
    assert pickle.dumps(model) == before


# --- A good guest -----------------------------------------------------------------------------


@pytest.mark.slow
def test_grid_search_with_two_jobs_ends_after_a_fit_in_the_parent(few):
    X, y = few
    model = make_model("ann", epochs=5, random_state=0)
    model.fit(X, y)
    grid = {"ann__learning_rate": [0.001, 0.01], "ann__hidden_layer_sizes": [(16,), (32, 16)]}
    search = GridSearchCV(model, grid, cv=2, n_jobs=2).fit(X * 255, y)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_params_["ann__learning_rate"] == 0.01
    assert search.best_score_ > 0.5


def test_cross_validation_stratifies():
    assert is_classifier(DigitANNClassifier())
    assert is_classifier(make_model("ann"))
    cv = check_cv(5, np.arange(10) % 3, classifier=is_classifier(make_model("ann")))
    assert isinstance(cv, StratifiedKFold)


ANN = DigitANNClassifier(epochs=3, random_state=0)
LOGREG = LogisticRegression(max_iter=1000)
META_ESTIMATORS = {
    "voting": VotingClassifier([("ann", ANN), ("logreg", LOGREG)], voting="soft"),
    "stacking": StackingClassifier([("ann", ANN), ("logreg", LOGREG)], cv=2),
    "bagging": BaggingClassifier(ANN, n_estimators=2, random_state=0),
    "calibrated": CalibratedClassifierCV(ANN, cv=2),
    "one vs rest": OneVsRestClassifier(ANN),
    "select from model": make_pipeline(
        SelectFromModel(ANN, importance_getter=lambda e: np.abs(e.coefs_[0]).sum(axis=1)), LOGREG
    ),
    "recursive elimination": RFE(
        ANN,
        importance_getter=lambda e: np.abs(e.coefs_[0]).sum(axis=1),
        n_features_to_select=400,
        step=400,
    ),
}


@pytest.mark.parametrize("name", META_ESTIMATORS)
def test_meta_estimators_accept_the_classifier(few, name):
    X, y = few
    assert clone(META_ESTIMATORS[name]).fit(X, y).score(X, y) > 0.5


def test_sequential_feature_selection_accepts_the_classifier(few):
    X, y = few
    columns = X.var(axis=0).argsort()[-4:]
    selector = SequentialFeatureSelector(ANN, n_features_to_select=2, cv=2)
    assert selector.fit(X[:, columns], y).get_support().sum() == 2


def test_other_tools_of_scikit_learn_take_it(few):
    X, y = few
    reduced = make_pipeline(PCA(20, random_state=0), DigitANNClassifier(epochs=20, random_state=0))
    assert reduced.fit(X, y).score(X, y) > 0.8
    columns = X.var(axis=0).argsort()[-8:]
    model = clone(ANN).fit(X[:, columns], y)
    importances = permutation_importance(model, X[:, columns], y, n_repeats=2, random_state=0)
    assert importances.importances_mean.max() > 0
    ax = Figure().subplots()
    sizes = [0.5, 1.0]
    learning = LearningCurveDisplay.from_estimator(ANN, X, y, cv=2, train_sizes=sizes, ax=ax)
    assert learning.test_scores.shape == (2, 2)
    validation = ValidationCurveDisplay.from_estimator(
        ANN, X, y, param_name="learning_rate", param_range=[1e-4, 1e-2], cv=2, ax=ax
    )
    assert validation.test_scores[1].mean() > validation.test_scores[0].mean()


def test_the_html_display_links_to_the_api_page():
    shown = CachedEstimator(make_model("ann"))._repr_html_()
    page = (Path(__file__).parent.parent / "docs" / "api.md").read_text()
    for name in ("CachedEstimator", "PixelScaler", "DigitANNClassifier"):
        assert f'href="{DOCS}/api.html#{name.lower()}"' in shown
        assert f"## `{name}`" in page


# --- No TensorFlow, no noise, no traces -------------------------------------------------------


def test_unpickling_predicting_and_showing_import_no_tensorflow(few, python, tmp_path):
    X, y = few
    model = make_model("ann", epochs=1).fit(X, y)
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(model))
    np.save(tmp_path / "rows.npy", X)
    expected = model.predict_proba(X)
    python(
        "import pickle, sys, numpy as np, pathlib\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "model = pickle.loads((folder / 'model.pickle').read_bytes())\n"
        "np.save(folder / 'p.npy', model.predict_proba(np.load(folder / 'rows.npy')))\n"
        "assert 'DigitANNClassifier' in model._repr_html_()\n"
        "assert 'DigitANNClassifier' in model[-1]._repr_html_()\n"
        "repr(model)\n"
        "loaded = {'tensorflow', 'keras', 'scikeras', 'matplotlib'} & set(sys.modules)\n"
        "assert not loaded, loaded\n",
        tmp_path,
    )
    assert np.array_equal(np.load(tmp_path / "p.npy"), expected)


@pytest.mark.slow
def test_verbose_0_prints_nothing_in_a_new_process(python):
    done = python(
        "import numpy as np\n"
        "from skdigits import DigitANNClassifier\n"
        "rng = np.random.default_rng(0)\n"
        "for width in range(2, 9):\n"
        "    X, y = rng.random((40, width)), np.arange(40) % 2\n"
        "    DigitANNClassifier(validation_fraction=0.2, dropout=0.1).fit(X, y).to_keras()\n"
    )
    assert done.stdout == ""
    assert done.stderr == ""


def test_fitting_changes_no_global_state(python):
    python(
        "import os, random, numpy as np\n"
        "from skdigits import DigitANNClassifier\n"
        "import keras, tensorflow as tf\n"
        "from tensorflow.python.framework.config import is_op_determinism_enabled\n"
        "def state():\n"
        "    np_state = np.random.get_state()\n"
        "    return (dict(os.environ), random.getstate(), np_state[1].tolist(), np_state[2:],\n"
        "            np.geterr(), is_op_determinism_enabled(), tf.executing_eagerly(),\n"
        "            keras.config.floatx(),\n"
        "            keras.layers.Dense(1, kernel_initializer='zeros').name)\n"
        "X, y = np.random.default_rng(0).random((60, 5)), np.arange(60) % 3\n"
        "before = state()\n"
        "for seed in (0, None):\n"
        "    model = DigitANNClassifier(dropout=0.2, validation_fraction=0.2, random_state=seed)\n"
        "    model.fit(X, y).partial_fit(X, y).to_keras()\n"
        "    model.predict(X)\n"
        "after = state()\n"
        "assert before[:-1] == after[:-1]\n"
        "assert (before[-1], after[-1]) == ('dense', 'dense_1'), 'Keras counted our layers'\n"
        "tf.random.uniform([2])  # fails where op determinism was switched on\n"
    )


@pytest.mark.slow
def test_fifty_fits_of_one_architecture_do_not_grow_memory(python):
    done = python(
        "import numpy as np, psutil\n"
        "from skdigits import DigitANNClassifier\n"
        "X, y = np.random.default_rng(0).random((300, 784)), np.arange(300) % 10\n"
        "for i in range(50):\n"
        "    DigitANNClassifier(learning_rate=0.001 + i / 1000, epochs=1).fit(X[i:], y[i:])\n"
        "    if i == 4:\n"
        "        fifth = psutil.Process().memory_info().rss\n"
        "print((psutil.Process().memory_info().rss - fifth) / 2**20)\n"
    )
    assert float(done.stdout) < 50


@pytest.mark.slow
def test_ten_thousand_predictions_do_not_grow_memory(python):
    done = python(
        "import numpy as np, psutil\n"
        "from skdigits import make_model\n"
        "X, y = np.random.default_rng(0).integers(256, size=(300, 784)), np.arange(300) % 10\n"
        "model = make_model('ann', epochs=1).fit(X, y)\n"
        "for i in range(10_000):\n"
        "    if i == 100:\n"
        "        before = psutil.Process().memory_info().rss\n"
        "    model.predict_proba(X[i % 300 : i % 300 + 1])\n"
        "print((psutil.Process().memory_info().rss - before) / 2**20)\n"
    )
    assert float(done.stdout) < 2


# --- Whatever the user's session is set to ----------------------------------------------------


@pytest.mark.parametrize("setting", ["floatx float64", "mixed_float16", "eager functions"])
def test_keras_settings_change_no_bit(few, setting):
    import keras
    import tensorflow as tf

    model = DigitANNClassifier(epochs=1, random_state=0)
    plain = clone(model).fit(*few)
    try:
        if setting == "floatx float64":
            keras.config.set_floatx("float64")
        elif setting == "mixed_float16":
            keras.config.set_dtype_policy("mixed_float16")
        else:
            tf.config.run_functions_eagerly(True)
        other = clone(model).fit(*few)
        theirs = other.to_keras()(few[0]).numpy()
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        tf.config.run_functions_eagerly(False)
    assert same_weights(plain, other)
    assert np.allclose(theirs, plain.predict_proba(few[0]), atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forking is POSIX")
def test_a_fit_in_a_forked_process_is_refused_and_prediction_is_not(python):
    done = python(
        "import os, warnings, numpy as np\n"
        "from skdigits import DigitANNClassifier\n"
        "X, y = np.eye(20), np.arange(20) % 2\n"
        "model = DigitANNClassifier(epochs=1).fit(X, y)\n"
        "warnings.simplefilter('ignore', DeprecationWarning)  # of forking with threads\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    model.predict(X)\n"
        "    try:\n"
        "        model.fit(X, y)\n"
        "    except RuntimeError as error:\n"
        "        print(error, flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
    )
    assert "before this process was forked" in done.stdout
