import pytest
from sklearn.base import is_classifier

from skdigits import PixelScaler, make_model


@pytest.mark.parametrize("name", ["ann", "svm", "logreg"])
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


def test_unknown_names_and_parameters_are_refused():
    with pytest.raises(ValueError, match="no model 'forest'; known are ann, svm, logreg"):
        make_model("forest")
    with pytest.raises(ValueError, match="Invalid parameter 'depth'"):
        make_model("ann", depth=3)
