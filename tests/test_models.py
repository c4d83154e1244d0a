import json
import pickle
from pathlib import Path

import pytest
from sklearn.base import is_classifier

from skdigits import Augmentation, PixelScaler, make_model
from skdigits.errors import ParameterError


@pytest.mark.parametrize("name", ["ann", "cnn", "svm", "logreg"])
def test_models_learn_the_sample_digits(name, digits):
    X, X_test, y, y_test = digits
    model = make_model(name, random_state=0)
    assert list(model.named_steps) == ["scale", name]
    assert isinstance(model["scale"], PixelScaler)
    assert is_classifier(model)
    assert model.fit(X * 255, y).score(X_test * 255, y_test) > 0.9


def test_the_svm_has_no_probabilities():
    assert not hasattr(make_model("svm"), "predict_proba")


def test_parameters_reach_the_classifier_and_models_share_nothing():
    model = make_model("ann", epochs=7)
    assert model["ann"].epochs == 7
    assert make_model("ann")["ann"].epochs == 5


@pytest.mark.parametrize("name", ["ann", "cnn"])
def test_the_best_are_the_same_networks_with_other_settings(name, digits):
    X, X_test, y, y_test = digits
    model, best = make_model(name), make_model(f"{name}-best", epochs=3, random_state=0)
    assert list(best.named_steps) == ["scale", name]
    assert type(best[name]) is type(model[name])
    assert make_model(f"{name}-best")[name].epochs > model[name].epochs
    assert best.fit(X * 255, y).score(X_test * 255, y_test) > 0.85
    if name == "cnn":
        assert sum(array.size for array in best["cnn"].weights_) <= 100_000


def test_the_best_are_what_was_chosen_without_the_test_images():
    path = Path(__file__).parent.parent / "docs" / "results" / "recipes.json"
    for name, params in json.loads(path.read_text())["chosen"].items():
        model = make_model(name)[-1]
        params["augment"] = Augmentation(**params["augment"])
        if "conv_layers" in params:
            params["conv_layers"] = tuple(map(tuple, params["conv_layers"]))
        assert repr(model) == repr(type(model)(**params))


def test_unknown_names_and_parameters_are_refused():
    with pytest.raises(
        ParameterError,
        match="no model 'forest'; known are ann, ann-best, cnn, cnn-best, svm, logreg",
    ):
        make_model("forest")
    with pytest.raises(ValueError, match="Invalid parameter 'depth'"):
        make_model("ann", depth=3)


def test_make_model_is_pickled_by_its_public_path():
    assert make_model.__module__ == "skdigits"
    assert pickle.loads(pickle.dumps(make_model)) is make_model
