"""Our compiled epochs against Keras' own fit, step by step."""

from functools import partial
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from skdigits import DigitANNClassifier, DigitCNNClassifier, training
from skdigits.networks import conv_network, dense_network
from skdigits.training import OPTIMIZERS, Plan, Scored
from skdigits.training._compile import compile_options
from skdigits.training._layers import as_trained
from skdigits.training._program import _programs
from skdigits.training._rows import ArrayRows, blocks

META = {"n_features_in_": 20, "n_classes_": 3}
WORDS = {
    "loss": "sparse_categorical_crossentropy",
    "label_smoothing": 0.0,
    "optimizer": "adam",
    "optimizer_params": {},
    "learning_rate": 0.01,
}


def network():
    return partial(dense_network, hidden_layer_sizes=(8,), activation="tanh", dropout=0, seed=1)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_epochs_are_those_of_keras(optimizer, loss):
    rng = np.random.default_rng(0)
    # 75 rows in batches of 32: the last one is partial. The weights are not all the same.
    X = rng.random((75, 20), dtype=np.float32)
    y = (X @ rng.normal(size=(20, 3))).argmax(axis=1)
    weight = rng.uniform(0.5, 2, 75).astype(np.float32)
    smoothing = 0.1 if loss == "categorical_crossentropy" else 0.0
    words = {
        "loss": loss,
        "label_smoothing": smoothing,
        "optimizer": optimizer,
        "optimizer_params": {},
        "learning_rate": 0.01,
    }
    theirs = network()(META)
    theirs.compile(**compile_options(**words))
    orders = [np.arange(75), np.arange(75)[::-1], rng.permutation(75)]
    plan = Plan(
        **words,
        n_classes=3,
        epochs=3,
        first_epoch=0,
        batch_size=32,
        rows=np.arange(75),
        shuffle=lambda epoch, n_rows: orders[epoch],
        dropout_seed=None,
        sample_weight=weight,
    )
    start = theirs.get_weights()
    ours = training.fit(network(), X, y, plan).state.weights
    target = np.eye(3, dtype=np.float32)[y] if smoothing else y
    for order in orders:
        theirs.fit(
            X[order],
            target[order],
            sample_weight=weight[order],
            batch_size=32,
            shuffle=False,
            verbose=0,
        )
    moved = max(np.abs(a - b).max() for a, b in zip(start, theirs.get_weights(), strict=True))
    apart = max(np.abs(a - b).max() for a, b in zip(ours, theirs.get_weights(), strict=True))
    assert moved > 1e-6
    assert apart < 1e-5 * max(1, moved)


def test_dropout_validation_and_what_is_told_of_an_epoch_are_those_of_keras():
    rng = np.random.default_rng(0)
    # Whole batches: dropout draws for a batch, and ours are padded to 32 rows.
    X = rng.random((96, 20), dtype=np.float32)
    y = (X @ rng.normal(size=(20, 3))).argmax(axis=1)
    train, held_out = np.arange(64)[::-1], np.arange(64, 96)
    built = partial(
        dense_network, hidden_layer_sizes=(8, 8), activation="relu", dropout=0.4, seed=1
    )
    theirs = built(META)
    # XLA draws other random bits than TensorFlow's own kernels.
    theirs.compile(**compile_options(**WORDS), metrics=["accuracy"], jit_compile=True)
    began, told, told_by_keras = [], [], []
    plan = Plan(
        **WORDS,
        n_classes=3,
        epochs=3,
        first_epoch=0,
        batch_size=32,
        shuffle=None,
        dropout_seed=lambda epoch, layer: 100 * epoch + layer,
        rows=train,
        validation=Scored(X, y, None, held_out),
        observers=[SimpleNamespace(begin=began.append, end=lambda epoch: told.append(epoch[:2]))],
    )
    ours = training.fit(built, X, y, plan).state.weights

    layers = [layer for layer in theirs.layers if isinstance(layer, keras.layers.Dropout)]

    class Seeds(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            for i, layer in enumerate(layers):
                layer.seed_generator.state.assign([100 * epoch + i, 0])

        def on_epoch_end(self, epoch, logs=None):
            told_by_keras.append((epoch, dict(logs)))

    theirs.fit(
        X[train],
        y[train],
        validation_data=(X[held_out], y[held_out]),
        batch_size=32,
        epochs=3,
        shuffle=False,
        verbose=0,
        callbacks=[Seeds()],
    )
    assert len(layers) == 2
    assert began == [0, 1, 2]
    for a, b in zip(ours, theirs.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-5)
    for (epoch, logs), (epoch_there, logs_there) in zip(told, told_by_keras, strict=True):
        assert epoch == epoch_there
        assert logs == pytest.approx(logs_there, rel=1e-4)


@pytest.mark.parametrize("depth", [20, 784, 787], ids=["whole", "equal pieces", "uneven pieces"])
@pytest.mark.parametrize("n_rows", [1, 32, 100])
def test_products_in_pieces_are_products(depth, n_rows):
    rng = np.random.default_rng(0)
    plain = keras.Sequential([keras.Input((depth,)), keras.layers.Dense(200, activation="tanh")])
    steady = as_trained(plain, weighted=False)
    steady.set_weights(plain.get_weights())
    x = tf.constant(rng.normal(size=(n_rows, depth)).astype(np.float32))

    @tf.function(jit_compile=True, autograph=False)
    def outputs_and_gradients(model):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = model(x)
            loss = tf.reduce_sum(outputs**2)
        return [outputs, *tape.gradient(loss, [x, *model.trainable_variables])]

    pairs = zip(outputs_and_gradients(steady), outputs_and_gradients(plain), strict=True)
    for ours, theirs in pairs:
        scale = np.abs(theirs).max()
        assert np.abs(ours - theirs).max() < 1e-5 * scale


def test_history_is_the_weighted_mean_over_the_epoch():
    # With a learning rate of nearly nothing the network stays as it was, and an epoch's loss and
    # accuracy are those of the start network on all rows.
    rng = np.random.default_rng(0)
    X = rng.random((50, 20), dtype=np.float32)
    y = np.arange(50) % 3
    weight = rng.uniform(0.5, 2, 50)
    model = DigitANNClassifier((8,), learning_rate=1e-12, epochs=1, random_state=0)
    model.fit(X, y, sample_weight=weight)
    expected = -(weight * np.log(model.predict_proba(X)[np.arange(50), y])).sum() / weight.sum()
    assert model.history_["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert model.history_["accuracy"][0] == pytest.approx(model.score(X, y, weight), rel=1e-5)


def test_a_network_of_another_shape_of_code_trains_too():
    # Any keras.Model: here one with two ways through it.
    def network(meta):
        pixels = keras.Input((meta["n_features_in_"],), name="pixels")
        one = keras.layers.Dense(8, activation="relu", name="one")(pixels)
        two = keras.layers.Dense(8, name="two")(pixels)
        both = keras.layers.Add(name="both")([one, two])
        out = keras.layers.Dense(meta["n_classes_"], activation="softmax", name="out")(both)
        return keras.Model(pixels, out, name="two_ways")

    rng = np.random.default_rng(0)
    X = rng.random((200, 20), dtype=np.float32)
    y = (X @ rng.normal(size=(20, 3))).argmax(axis=1)
    plan = Plan(
        **WORDS,
        n_classes=3,
        epochs=20,
        first_epoch=0,
        batch_size=32,
        rows=np.arange(200),
        shuffle=None,
        dropout_seed=None,
    )
    outcome = training.fit(network, X, y, plan)
    model = network(META)
    model.set_weights(outcome.state.weights)
    assert outcome.history["accuracy"][-1] > 0.9
    assert (model.predict(X, verbose=0).argmax(axis=1) == y).mean() > 0.9


@pytest.mark.parametrize("batch_norm", [True, False])
def test_convolutions_and_batch_norm_are_those_of_keras(batch_norm):
    rng = np.random.default_rng(0)
    # 75 images in batches of 32: the last batch is shorter, which batch normalization sees.
    X = rng.random((75, 64), dtype=np.float32)
    y = (X @ rng.normal(size=(64, 3))).argmax(axis=1)
    weight = rng.uniform(0.5, 2, 75).astype(np.float32)
    meta = {"n_features_in_": 64, "n_classes_": 3}
    built = partial(
        conv_network,
        image_shape=(8, 8),
        conv_layers=[[4, 3, 1], [6, 3, 2]],
        hidden_layer_sizes=[5],
        activation="relu",
        batch_norm=batch_norm,
        dropout=0,
        seed=1,
    )
    theirs = built(meta)
    theirs.compile(**compile_options(**WORDS), jit_compile=False, metrics=["accuracy"])
    plan = Plan(
        **WORDS,
        n_classes=3,
        epochs=3,
        first_epoch=0,
        batch_size=32,
        rows=np.arange(60),
        shuffle=None,
        dropout_seed=None,
        # Keras lets all rows count alike in batch normalization, and this package does not.
        sample_weight=None if batch_norm else weight,
        validation=Scored(X, y, weight, np.arange(60, 75)),
    )
    start = theirs.get_weights()
    outcome = training.fit(built, X, y, plan)
    ours, history = outcome.state.weights, outcome.history
    told = theirs.fit(
        X[:60],
        y[:60],
        sample_weight=None if batch_norm else weight[:60],
        validation_data=(X[60:], y[60:], weight[60:]),
        batch_size=32,
        shuffle=False,
        epochs=3,
        verbose=0,
    ).history
    moved = [np.abs(a - b).max() for a, b in zip(start, theirs.get_weights(), strict=True)]
    apart = [np.abs(a - b).max() for a, b in zip(ours, theirs.get_weights(), strict=True)]
    assert min(moved) > 1e-3  # the moving means and variances too
    assert max(apart) < 1e-5
    assert history["val_loss"] == pytest.approx(told["val_loss"], rel=1e-4)


def test_averages_are_exponential_from_the_first_step_on(few):
    options = {"batch_size": 1000, "learning_rate": 0.1, "optimizer": "sgd", "random_state": 0}

    def fitted(epochs):
        return DigitANNClassifier((8,), ema_decay=0.3, epochs=epochs, **options).fit(*few)

    model = fitted(5)
    start = DigitANNClassifier((8,), **{**options, "learning_rate": 1e-30}, epochs=1).fit(*few)
    average = start.coefs_[0]
    for step in range(1, 6):
        # As long as fewer steps are done than would be averaged: less of what was before.
        decay = min(0.3, step / (9 + step))
        average = decay * average + (1 - decay) * fitted(step).optimizer_state_["weights"][0]
    assert np.abs(average - start.coefs_[0]).max() > 0.01
    assert np.allclose(model.coefs_[0], average, atol=1e-6)


def test_blocks_made_ahead_are_the_same_and_errors_come_through():
    x, y = np.arange(20, dtype=np.float32).reshape(10, 2), np.arange(10, dtype=np.int32)

    def rows(augment):
        made = blocks(
            ArrayRows(x), y, None, np.arange(10)[::-1], 2, 2, padded=False, augment=augment
        )
        return [(block.rows.tolist(), block.labels.tolist(), int(block.n_steps)) for block in made]

    assert rows(lambda rows, start: rows) == rows(None)
    assert [n for _, _, n in rows(None)] == [2, 2, 1]

    def fails(rows, start):
        if start == 8:
            raise MemoryError("no room")
        return rows

    with pytest.raises(MemoryError, match="no room"):
        rows(fails)


def test_a_network_of_convolutions_is_found_again_by_later_fits(few):
    options = {"conv_layers": ((4, 3, 2),), "epochs": 1}
    DigitCNNClassifier(**options).fit(*few)
    before = len(_programs)
    DigitCNNClassifier(**options, learning_rate=0.1).fit(*few)
    assert len(_programs) == before
