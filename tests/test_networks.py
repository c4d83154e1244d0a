"""Networks of the user's own, and the convolutional one."""

import pickle
import random
from dataclasses import dataclass

import keras
import numpy as np
import pytest

from skdigits import DigitCNNClassifier, DigitNetworkClassifier
from skdigits.errors import ModelFileError, ParameterError


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


# --- What predicts is what was trained ------------------------------------------------------------

WIDE = "relu"


def by_a_constant(meta):
    from keras import Input, Sequential, layers

    rows = Input((meta["n_features_in_"],))
    hidden = layers.Dense(16, activation=WIDE)
    return Sequential([rows, hidden, layers.Dense(meta["n_classes_"], activation="softmax")])


def learned(model, X, y):
    return model.to_keras().evaluate(X, y, verbose=0)[1]


def test_a_constant_that_the_function_reads_makes_another_network(few, monkeypatch):
    fitted = []
    for activation in ("relu", "tanh", "exponential"):
        monkeypatch.setattr(f"{__name__}.WIDE", activation)
        model = DigitNetworkClassifier(by_a_constant, epochs=8, learning_rate=0.005, random_state=0)
        fitted.append(model.fit(*few))
        assert model.score(*few) == pytest.approx(learned(model, *few))
    p = [model.predict_proba(few[0]) for model in fitted]
    assert not np.allclose(p[0], p[1], atol=1e-2)
    # And each keeps what it is, whatever has become of the function.
    assert np.allclose(fitted[0].to_keras().predict(few[0], verbose=0), p[0], atol=1e-6)
    again = pickle.loads(pickle.dumps(fitted[0]))
    assert np.array_equal(again.predict_proba(few[0]), p[0])


def normalizing(meta, mean, variance):
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((meta["n_features_in_"],)),
            layers.Normalization(mean=mean, variance=variance),
            layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


def test_large_arrays_among_the_parameters_tell_networks_apart():
    rng = np.random.default_rng(0)
    X = rng.random((200, 1200), dtype=np.float32)
    y = (X[:, :600].sum(axis=1) > 300).astype(int)
    model, other = (
        DigitNetworkClassifier(
            normalizing,
            network_params={"mean": np.linspace(0, mean, 1200), "variance": np.full(1200, 0.5)},
            epochs=2,
            random_state=0,
        ).fit(X, y)
        for mean in (0.1, 3.0)
    )
    for one in (model, other):
        assert one.score(X, y) == pytest.approx(learned(one, X, y))
    # An equal copy of the arrays is the same network, for going on too.
    model.set_params(
        warm_start=True,
        network_params={"mean": np.linspace(0, 0.1, 1200), "variance": np.full(1200, 0.5)},
    )
    assert model.fit(X, y).n_iter_ == 4


FACTOR = 1.0


def scaled_tanh(x):
    from keras import ops

    return ops.tanh(FACTOR * x)


def with_a_function(meta):
    from keras import Input, Sequential, layers

    rows = Input((meta["n_features_in_"],))
    hidden = layers.Dense(16, activation=scaled_tanh)
    return Sequential([rows, hidden, layers.Dense(meta["n_classes_"], activation="softmax")])


def test_a_plain_function_as_activation_trains_and_predicts_what_it_was(few, monkeypatch):
    options = {"epochs": 8, "learning_rate": 0.01, "random_state": 0}
    model = DigitNetworkClassifier(with_a_function, **options).fit(*few)
    before = model.predict_proba(few[0])
    assert model.score(*few) == pytest.approx(learned(model, *few))
    monkeypatch.setattr(f"{__name__}.FACTOR", 9.0)
    other = DigitNetworkClassifier(with_a_function, **options).fit(*few)
    assert other.score(*few) == pytest.approx(learned(other, *few))
    assert not np.allclose(other.predict_proba(few[0]), before, atol=1e-2)
    assert np.array_equal(model.predict_proba(few[0]), before)
    # In another process only the function is there, and it is no longer what was trained.
    elsewhere = pickle.loads(pickle.dumps(model))
    with pytest.raises(ModelFileError, match=r"with_a_function builds another network"):
        elsewhere.predict(few[0])
    monkeypatch.setattr(f"{__name__}.FACTOR", 1.0)
    assert np.allclose(elsewhere.predict_proba(few[0]), before, atol=1e-6)


def test_layers_that_are_named_after_activations_are_told_apart(few):
    def named(activation):
        def network(meta):
            from keras import Input, Sequential, layers

            return Sequential(
                [
                    Input((meta["n_features_in_"],)),
                    layers.Dense(16, activation=activation, name=activation),
                    layers.Dense(meta["n_classes_"], activation="softmax"),
                ]
            )

        return DigitNetworkClassifier(network, epochs=4, learning_rate=0.01, random_state=0)

    relu, tanh = named("relu").fit(*few), named("tanh").fit(*few)
    assert relu.loss_curve_ != tanh.loss_curve_
    assert tanh.score(*few) == pytest.approx(learned(tanh, *few))


def test_going_on_with_a_function_that_builds_another_network_is_refused(few, monkeypatch):
    model = DigitNetworkClassifier(by_a_constant, epochs=1, warm_start=True).fit(*few)
    monkeypatch.setattr(f"{__name__}.WIDE", "tanh")
    with pytest.raises(ParameterError, match="cannot go on with another network"):
        model.fit(*few)


@dataclass
class Builder:
    """Callable, and not hashable."""

    units: int

    def __call__(self, meta):
        from keras import Input, Sequential, layers

        rows = Input((meta["n_features_in_"],))
        hidden = layers.Dense(self.units, activation="relu")
        return Sequential([rows, hidden, layers.Dense(meta["n_classes_"], activation="softmax")])


def test_any_callable_makes_a_network(few):
    model = DigitNetworkClassifier(Builder(16), epochs=3, learning_rate=0.01, random_state=0)
    assert model.fit(*few).score(*few) == pytest.approx(learned(model, *few))
