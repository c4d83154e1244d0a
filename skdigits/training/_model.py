"""A Keras model whose `fit` is ours, and how it is built and compiled."""

from dataclasses import replace

import keras
import numpy as np

from skdigits.training._callbacks import KerasCallbacks
from skdigits.training._plan import State
from skdigits.training._predict import before_softmax
from skdigits.training._program import find_program, in_float32

_LOSSES = {
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
}


class TrainableModel(keras.Model):
    """A Keras model whose `fit` runs compiled programs that later fits find again."""

    def fit(self, x, y, *, plan, **_):
        """Train as `plan` says, and leave what came of it in the model and its `state`.

        Parameters
        ----------
        x : ndarray of shape (n_samples, n_features), float32 or uint8
            The rows; those of uint8 are pixels, and divided by 255 in the program.
        y : ndarray of shape (n_samples,), (n_samples, 1) or, one-hot, (n_samples, n_classes)
            The classes' numbers, as SciKeras encodes them.
        plan : Plan
            Everything else.
        **_ : dict
            SciKeras' own arguments of `keras.Model.fit`; the plan says the same, once.

        Returns
        -------
        history : keras.callbacks.History
            `history.history` maps `loss`, `accuracy` and, with validation rows, `val_loss` and
            `val_accuracy` to a list with one value an epoch.
        """
        one_hot = y.ndim == 2 and y.shape[1] > 1
        labels = (y.argmax(axis=1) if one_hot else y.reshape(-1)).astype(np.int32)
        state = plan.state or State(self.get_weights())
        self.set_weights(state.predicting)
        callbacks, observers = None, plan.observers
        if plan.callbacks:
            callbacks = KerasCallbacks(plan.callbacks, self, plan.first_epoch + plan.epochs)
            observers = (*observers, callbacks)
        program = find_program(self, _padded_batch(plan.batch_size, len(plan.rows)))
        epochs, self.state, self.interrupted = program.run(
            state,
            lambda: float(self.optimizer.learning_rate),
            x,
            labels,
            replace(plan, observers=observers),
        )
        if callbacks:
            self.state = _predicting(self.state, callbacks.finish(self.state.predicting))
        self.set_weights(self.state.predicting)
        result = keras.callbacks.History()
        result.history = {name: [e.logs[name] for e in epochs] for name in epochs[0].logs}
        return result


def _predicting(state, weights):
    """Give a state that predicts with these weights."""
    if weights is state.predicting:
        return state
    return replace(state, **{"averages" if state.averages else "weights": weights})


def trainable(meta, network):
    """Build a network so that its `fit` is `TrainableModel.fit`.

    Parameters
    ----------
    meta : dict
        What SciKeras knows of the data.
    network : callable
        `network(meta)` gives a `keras.Model` that is not compiled.

    Returns
    -------
    model : TrainableModel
        The same layers, not compiled.
    """
    built = network(meta)
    return in_float32(TrainableModel(inputs=built.inputs, outputs=built.outputs, name=built.name))


def on_pixels(model):
    """Put the division of pixels by 255 before a model.

    Parameters
    ----------
    model : keras.Model
        It takes rows scaled to 0-1.

    Returns
    -------
    model : keras.Model
        It takes rows of pixels, 0-255, and shares the other's layers.
    """
    pixels = keras.Input(model.input_shape[1:], name="pixels", dtype="float32")
    scaled = keras.layers.Rescaling(1 / 255, name="scale", dtype="float32")(pixels)
    return in_float32(keras.Model(pixels, model(scaled), name=f"{model.name}_on_pixels"))


def with_temperature(model, temperature):
    """Divide a model's logits by a temperature.

    Parameters
    ----------
    model : keras.Model
        It ends in a softmax.
    temperature : float
        What the logits are divided by.

    Returns
    -------
    model : keras.Model
        A new one, with weights of its own.
    """
    logits = _logits_model(model)
    scaled = keras.layers.Rescaling(1 / temperature, name="temperature", dtype="float32")
    outputs = _softmax(scaled(logits.outputs[0]))
    return in_float32(keras.Model(logits.inputs, outputs, name=model.name))


def over_shifts(model, image_shape, shift):
    """Average a model's logits over shifted copies of each image.

    Parameters
    ----------
    model : keras.Model
        It takes images as rows, and ends in a softmax.
    image_shape : tuple of two int
        Height and width of a row.
    shift : int
        Copies are shifted by up to so many pixels along each axis, and 0 comes in.

    Returns
    -------
    model : keras.Model
        A new one, with weights of its own.
    """
    logits, own = _logits_model(model), keras.layers
    rows = keras.Input(model.input_shape[1:], name="image", dtype="float32")
    images = own.Reshape((*image_shape, 1), name="unshifted", dtype="float32")(rows)
    padded = own.ZeroPadding2D(shift, name="margin", dtype="float32")(images)
    found = []
    for down, right in np.ndindex(2 * shift + 1, 2 * shift + 1):
        cropping, name = ((down, 2 * shift - down), (right, 2 * shift - right)), f"{down}_{right}"
        copy = own.Cropping2D(cropping, name=f"shifted_{name}", dtype="float32")(padded)
        found.append(logits(own.Reshape(rows.shape[1:], name=f"row_{name}", dtype="float32")(copy)))
    mean = own.Average(name="mean", dtype="float32")(found)
    return in_float32(keras.Model(rows, _softmax(mean), name=f"{model.name}_over_shifts"))


def _logits_model(model):
    """Give a copy of a model, without the softmax at its end."""
    logits = before_softmax(model)
    logits.set_weights(model.get_weights())
    return logits


def _softmax(logits):
    return keras.layers.Softmax(name="probabilities", dtype="float32")(logits)


def compile_options(estimator):
    """Give what `keras.Model.compile` takes for an estimator's loss and optimizer.

    Parameters
    ----------
    estimator : object
        `loss`, `label_smoothing`, `optimizer` and `learning_rate` are read.

    Returns
    -------
    options : dict
        A new `loss` and a new `optimizer`. The loss divides by the sum of the weights, which is
        what makes a row of weight 2 count as twice there.
    """
    loss_options = {"reduction": "mean_with_sample_weight", "dtype": "float32"}
    if estimator.label_smoothing:
        loss_options["label_smoothing"] = estimator.label_smoothing
    optimizer = {
        "class_name": estimator.optimizer,
        # A name of its own: Keras would count names otherwise, and no two keys would agree.
        "config": {"learning_rate": float(estimator.learning_rate), "name": "optimizer"},
    }
    return {
        "loss": _LOSSES[estimator.loss](**loss_options),
        "optimizer": keras.optimizers.get(optimizer),
    }


def _padded_batch(batch_size, n_rows):
    """Give the batch's fixed shape: fewer rows than a batch are padded to a power of two only."""
    return min(batch_size, 1 << (n_rows - 1).bit_length())
