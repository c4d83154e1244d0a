"""Networks of the user's own, and the convolutional one."""

import random

import keras
import numpy as np
import pytest

from skdigits import DigitCNNClassifier, DigitNetworkClassifier


def dense(meta, units=8):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


def softmax_of_its_own(meta):
    rows = keras.Input((meta["n_features_in_"],))
    logits = keras.layers.Dense(meta["n_classes_"])(rows)
    return keras.Model(rows, keras.layers.Softmax()(logits))


def sees_images(meta):
    height, width = meta["image_shape"]
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Reshape((height, width, 1)),
            keras.layers.AveragePooling2D(4),
            keras.layers.Flatten(),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


@pytest.mark.parametrize("network", [softmax_of_its_own, sees_images])
def test_networks_of_several_kinds_learn(network, digits):
    X, X_test, y, y_test = digits
    model = DigitNetworkClassifier(network, epochs=10, learning_rate=0.01, random_state=0)
    assert model.fit(X, y).score(X_test, y_test) > 0.8


def test_network_params_reach_the_function_and_are_kept(few):
    model = DigitNetworkClassifier(dense, network_params={"units": 3}, epochs=1).fit(*few)
    assert model.weights_[0].shape == (784, 3)
    model.set_params(network_params={"units": 5})
    assert model.predict(few[0]).shape == (len(few[0]),)


def test_seeds_that_the_function_leaves_out_follow_from_random_state(few):
    random.seed(1)
    state = random.getstate()
    first, again, other = (
        DigitNetworkClassifier(dense, epochs=1, random_state=seed).fit(*few) for seed in (0, 0, 1)
    )
    assert random.getstate() == state
    assert np.array_equal(first.weights_[0], again.weights_[0])
    assert not np.array_equal(first.weights_[0], other.weights_[0])


def test_a_function_defined_again_under_its_name_is_another_network(few):
    def made(activation):
        def network(meta):
            layers = [keras.Input((784,)), keras.layers.Dense(8, activation=activation)]
            classes = keras.layers.Dense(10, activation="softmax")
            return keras.Sequential([*layers, classes])

        return DigitNetworkClassifier(network, epochs=1, random_state=0).fit(*few)

    for model in (made("relu"), made("tanh")):
        expected = model.to_keras().predict(few[0], verbose=0)
        assert np.allclose(model.predict_proba(few[0]), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (lambda meta: "no", "must give a functional or sequential keras.Model, got 'no'"),
        (
            lambda meta: keras.Sequential([keras.Input((784,)), keras.layers.Dense(3)]),
            r"must have the output shape \(None, 10\), got \(None, 3\)",
        ),
        (
            lambda meta: keras.Sequential([keras.Input((5,)), keras.layers.Dense(10)]),
            r"must have the input shape \(None, 784\), got \(None, 5\)",
        ),
        (
            lambda meta: keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)]),
            r"must end in class probabilities: its last layer .* activation='softmax'",
        ),
    ],
    ids=["no model", "output", "input", "no softmax"],
)
def test_what_is_no_network_is_refused_before_training(few, network, message):
    model = DigitNetworkClassifier(network, epochs=1)
    with pytest.raises(ValueError, match=message):
        model.fit(*few)
    assert not hasattr(model, "classes_")


def test_the_default_cnn_is_small(few):
    model = DigitCNNClassifier(epochs=1).fit(*few)
    assert sum(array.size for array in model.weights_) <= 100_000
    assert model.architecture_["image_shape"] == [28, 28]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"conv_layers": ()}, "conv_layers takes"),
        ({"conv_layers": ((8, 3),)}, "conv_layers takes"),
        ({"conv_layers": ((8, 3, 0),)}, "conv_layers takes"),
        ({"image_shape": (20, 20)}, r"image_shape=\(20, 20\) does not fit rows of 784"),
        ({"hidden_layer_sizes": (0,)}, "hidden_layer_sizes takes whole numbers"),
    ],
)
def test_layers_that_cannot_be_are_refused(few, options, message):
    with pytest.raises(ValueError, match=message):
        DigitCNNClassifier(**options).fit(*few)


def test_rows_that_are_no_images_are_refused_with_what_to_do(few):
    with pytest.raises(ValueError, match=r"783 features are no square images.*pass image_shape="):
        DigitCNNClassifier().fit(few[0][:, :783], few[1])


def test_rows_need_not_be_square(few):
    X, y = few
    model = DigitCNNClassifier(((4, 3, 2),), image_shape=(14, 56), epochs=1).fit(X, y)
    assert model.predict(X).shape == y.shape
