"""Every code of `diagnose` is raised by a model made sick in that way."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from skdigits import (
    CachedEstimator,
    DigitANNClassifier,
    Finding,
    PixelScaler,
    diagnose,
    load_mnist,
    load_sample_digits,
    make_model,
)
from skdigits.errors import ParameterError, PixelRangeWarning


def codes(findings):
    return [finding.code for finding in findings]


def one(findings, code):
    (finding,) = (finding for finding in findings if finding.code == code)
    return finding


@pytest.fixture(scope="module")
def healthy(digits):
    X, _, y, _ = digits
    return make_model("ann", epochs=60, random_state=0).fit(X * 255, y)


def test_a_healthy_model_has_no_findings(healthy, digits):
    X, X_test, y, y_test = digits
    assert diagnose(healthy, X * 255, y) == []
    assert diagnose(healthy, X * 255, y, X_test * 255, y_test) == []


def test_unscaled_input(digits):
    X, _, y, _ = digits
    pixels = np.rint(X * 255)
    with pytest.warns(UserWarning, match="pixels of 0-255 that were not scaled"):
        model = DigitANNClassifier(random_state=0).fit(pixels, y)
    found = one(diagnose(model, pixels, y), "unscaled-input")
    assert found.value == 255
    assert "PixelScaler" in str(found)
    scaling = DigitANNClassifier(scale="pixels", random_state=0).fit(pixels, y)
    assert "unscaled-input" not in codes(diagnose(scaling, pixels, y))


def test_pixels_of_another_range_than_the_model_scales_by():
    X, y = load_sample_digits(return_X_y=True)
    model = make_model("logreg").fit(X, y)
    assert "pixel-range" not in codes(diagnose(model, X, y))
    with pytest.warns(PixelRangeWarning):
        found = one(diagnose(model, X, y, X / 255, y), "pixel-range")
    assert found.value == 1
    assert "X_test has values from 0 to 1, as 0-1 has, and is scaled as pixels of 0-255" in str(
        found
    )
    with pytest.warns(PixelRangeWarning, match="cannot be told"):
        model.fit(np.rint(X / 2.55), y)
    assert one(diagnose(model, np.rint(X / 2.55), y), "pixel-range").value == 100
    model.set_params(scale__pixel_range=(0, 100)).fit(np.rint(X / 2.55), y)
    assert "pixel-range" not in codes(diagnose(model, np.rint(X / 2.55), y))


@pytest.mark.parametrize("name", ["ann", "cnn"])
def test_dead_units(name, digits):
    X, _, y, _ = digits
    options = {"learning_rate": 1.0} if name == "ann" else {"batch_norm": False, "dropout": 0.0}
    model = make_model(name, epochs=1, random_state=0, **options).fit(X[:200] * 255, y[:200])
    if name == "cnn":
        # Biases below anything a kernel gives: a third of the last layer's filters are dead.
        biases = model["cnn"].weights_[7]
        biases[: len(biases) // 3] = -1e3
    found = one(diagnose(model, X * 255, y), "dead-units")
    if name == "ann":
        hidden = X @ model["ann"].coefs_[0] + model["ann"].intercepts_[0]
        assert found.value == pytest.approx((hidden <= 0).all(axis=0).mean(), abs=0.02)
        assert "128 ReLU units of hidden_1" in found.message
    else:
        assert found.value >= 21 / 64
        assert "64 ReLU units of active_4" in found.message


def test_loss_still_falling(digits):
    X, _, y, _ = digits
    model = make_model("ann", epochs=3, random_state=0).fit(X * 255, y)
    losses = model["ann"].loss_curve_
    found = one(diagnose(model, X * 255, y), "loss-still-falling")
    assert found.value == pytest.approx(losses[1] - losses[2])
    assert "more epochs" in found.message


def test_overfitting_on_test_rows_and_on_validation_rows(digits):
    X, X_test, y, y_test = digits
    X, X_test = X * 255, X_test * 255
    model = make_model("ann", epochs=60, random_state=0).fit(X[:100], y[:100])
    found = one(diagnose(model, X[:100], y[:100], X_test, y_test), "overfitting")
    assert found.value == pytest.approx(1 - model.score(X_test, y_test))
    model = make_model("ann", epochs=60, validation_fraction=0.5, random_state=0)
    model.fit(X[:200], y[:200])
    history = model["ann"].history_
    found = one(diagnose(model, X[:200], y[:200]), "overfitting")
    assert found.value == pytest.approx(history["accuracy"][-1] - history["val_accuracy"][-1])


def test_a_class_never_predicted(digits):
    X, _, y, _ = digits
    model = make_model("ann", epochs=10, class_weight={3: 0, 8: 0}, random_state=0)
    found = one(diagnose(model.fit(X * 255, y), X * 255, y), "class-never-predicted")
    assert found.value == 2
    assert found.message.startswith("3, 8 is in y")


def test_duplicate_rows(healthy, digits):
    X, X_test, y, y_test = digits
    mixed, labels = np.vstack([X_test, X[:7]]) * 255, np.append(y_test, y[:7])
    found = one(diagnose(healthy, X * 255, y, mixed, labels), "duplicate-rows")
    assert found.value == 7
    frames = [pd.DataFrame(rows) for rows in (X * 255, mixed)]
    assert one(diagnose(healthy, frames[0], y, frames[1], labels), "duplicate-rows").value == 7


def test_rows_that_differ_in_their_fractions_are_no_duplicates(healthy, digits):
    X, _, y, _ = digits
    pixels = np.rint(X * 255).astype(np.uint8)
    near = pixels[:50] + 0.4
    assert "duplicate-rows" not in codes(diagnose(healthy, pixels, y, near, y[:50]))
    same = pixels[:50].astype(float)
    assert one(diagnose(healthy, pixels, y, same, y[:50]), "duplicate-rows").value == 50


def test_a_network_is_found_in_searches_and_cached_estimators(digits):
    X, _, y, _ = digits
    model = make_model("ann", epochs=2, random_state=0)
    cached = CachedEstimator(model).fit(X * 255, y)
    search = GridSearchCV(cached, {"estimator__ann__batch_size": [32]}, cv=2).fit(X * 255, y)
    for found in (cached, search):
        assert codes(diagnose(found, X * 255, y)) == ["loss-still-falling"]


def test_rows_that_only_training_sees_are_no_part_of_a_diagnosis(digits):
    from imblearn.over_sampling import RandomOverSampler
    from imblearn.pipeline import make_pipeline as sampling_pipeline

    X, _, y, _ = digits
    X = np.rint(255 * X)
    network = DigitANNClassifier(epochs=2, random_state=0)
    model = sampling_pipeline(PixelScaler(), RandomOverSampler(random_state=0), network)
    codes = [finding.code for finding in diagnose(model.fit(X[:300], y[:300]), X[:300], y[:300])]
    assert codes == ["loss-still-falling"]


def test_names_of_columns_are_no_reason_to_warn(digits):
    X, _, y, _ = digits
    X = np.rint(255 * X)
    frame = pd.DataFrame(X[:300], columns=[f"pixel{i}" for i in range(784)])
    model = DigitANNClassifier(scale="pixels", epochs=2, random_state=0).fit(frame, y[:300])
    codes = [finding.code for finding in diagnose(model, frame, y[:300])]
    assert codes == ["loss-still-falling"]


def test_other_classifiers_are_looked_at_from_outside(digits):
    X, X_test, y, y_test = digits
    model = LogisticRegression(max_iter=1000).fit(X[:100], y[:100])
    findings = diagnose(
        model, X[:100], y[:100], np.vstack([X_test, X[:1]]), np.append(y_test, y[0])
    )
    assert codes(findings) == ["overfitting", "duplicate-rows"]
    sparse = diagnose(model, csr_array(X[:100]), y[:100], csr_array(X[:3]), y[:3])
    assert codes(sparse) == ["duplicate-rows"]


def test_half_of_the_test_rows_is_refused(healthy, digits):
    X, X_test, y, _ = digits
    with pytest.raises(ParameterError, match="go together"):
        diagnose(healthy, X, y, X_test)


def test_nothing_is_found_in_a_healthy_network_on_mnist(mnist_folder):
    X, y = load_mnist(data_home=mnist_folder, subset="train", return_X_y=True)
    X_test, y_test = load_mnist(data_home=mnist_folder, subset="test", return_X_y=True)
    model = make_model("ann", random_state=0).fit(X, y)
    assert isinstance(model[0], PixelScaler)
    assert diagnose(model, X, y, X_test, y_test) == []


def test_a_finding_is_pickled_by_its_public_path():
    finding = Finding("dead-units", 0.5, "half of them")
    content = pickle.dumps(finding)
    assert pickle.loads(content) == finding
    assert b"skdigits.diagnosis" not in content
    assert pickle.loads(pickle.dumps(diagnose)) is diagnose
    assert diagnose.__module__ == "skdigits"
