"""How a Keras network is fitted: epochs as a few calls of one compiled program."""

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from skdigits.runtime import without_tensorflow_log

# Rows handed to the compiled program at once: 75 batches of 32.
_BLOCK_ROWS = 2400

# A compiled architecture keeps about 14 MB that TensorFlow never gives back, so dropping one from
# here frees its arrays only; the bound is on what stays ready.
_MAX_PROGRAMS = 16

_LOSSES = {
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
}

_programs = OrderedDict()
_programs_lock = threading.Lock()


@dataclass(frozen=True)
class State:
    """Where training stands, as plain arrays.

    Parameters
    ----------
    weights : list of ndarray
        The network's weights, in Keras' order.
    slots : list of ndarray
        The optimizer's variables (its step count first), without the learning rate; empty for a
        start from scratch.
    """

    weights: list
    slots: list = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What `TrainableModel.fit` is to do beyond SciKeras' own words.

    Parameters
    ----------
    epochs : int
        Epochs to train now.
    first_epoch : int
        Epochs already done: random streams go on from there.
    batch_size : int
        Rows a step.
    shuffle : callable or None
        `shuffle(epoch, n_rows)` gives the order of the rows in that epoch; None keeps the order.
    dropout_seed : callable
        `dropout_seed(epoch, layer)` gives the seed of a layer's dropout in that epoch.
    sample_weight : ndarray of shape (n_samples,), float32, or None
        Weight of each row.
    validation : tuple (X, y, sample_weight) or None
        Rows that are scored after each epoch.
    state : State or None
        Where to start; None starts from the network's own weights.
    on_epoch : callable or None
        `on_epoch(epoch, logs)` is called after each epoch.
    """

    epochs: int
    first_epoch: int
    batch_size: int
    shuffle: object
    dropout_seed: object
    sample_weight: object = None
    validation: tuple | None = None
    state: State | None = None
    on_epoch: object = None


class TrainableModel(keras.Model):
    """A Keras model whose `fit` runs compiled programs that later fits find again."""

    def fit(self, x, y, *, plan, **_):
        """Train as `plan` says, and leave the result in `state` and in the model's weights.

        Parameters
        ----------
        x : ndarray of shape (n_samples, n_features), float32
            The rows.
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
        program = _find_program(self, _padded_batch(plan.batch_size, len(x)))
        self.state, history = program.run(
            state, float(self.optimizer.learning_rate), x, labels, plan
        )
        self.set_weights(self.state.weights)
        result = keras.callbacks.History()
        result.history = history
        return result


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


def in_float32(model):
    """Make a model compute in float32, whatever dtype the user's Keras is set to.

    Parameters
    ----------
    model : keras.Model
        Its layers have dtypes of their own.

    Returns
    -------
    model : keras.Model
        The same one.
    """
    model.dtype_policy = "float32"
    return model


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


class _Program:
    """One architecture's compiled training and scoring, with the variables they work on."""

    def __init__(self, model, batch_size):
        self.lock = threading.Lock()
        self.batch_size = batch_size
        self.steps = max(1, _BLOCK_ROWS // batch_size)
        self.network = in_float32(keras.models.clone_model(model))
        self.loss = type(model.loss).from_config(model.loss.get_config())
        self.one_hot = isinstance(self.loss, keras.losses.CategoricalCrossentropy)
        self.optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
        self.optimizer.build(self.network.trainable_variables)
        self.learning_rate = self.optimizer.learning_rate
        self.slots = [v for v in self.optimizer.variables if v is not self.learning_rate]
        self.fresh_slots = _values(self.slots)
        self.dropout_seeds = [
            v for v in self.network.variables if v.path.endswith("seed_generator_state")
        ]
        self.compiled = {}

    def run(self, state, learning_rate, x, y, plan):
        """Train from `state`; give the new state and the history."""
        history = {}
        with self.lock:
            _assign(self.network.weights, state.weights)
            _assign(self.slots, state.slots or self.fresh_slots)
            self.learning_rate.assign(learning_rate)
            for epoch in range(plan.first_epoch, plan.first_epoch + plan.epochs):
                logs = self._epoch(epoch, x, y, plan)
                for name, value in logs.items():
                    history.setdefault(name, []).append(value)
                if plan.on_epoch:
                    plan.on_epoch(epoch, logs)
            return State(_values(self.network.weights), _values(self.slots)), history

    def _epoch(self, epoch, x, y, plan):
        for layer, variable in enumerate(self.dropout_seeds):
            variable.assign([plan.dropout_seed(epoch, layer), 0])
        order = plan.shuffle(epoch, len(x)) if plan.shuffle else np.arange(len(x))
        loss, accuracy = self._means(self._train_block, x, y, plan.sample_weight, order)
        logs = {"loss": loss, "accuracy": accuracy}
        if plan.validation is not None:
            rows, labels, weight = plan.validation
            scores = self._means(self._score_block, rows, labels, weight, np.arange(len(rows)))
            logs["val_loss"], logs["val_accuracy"] = scores
        return logs

    def _means(self, function, x, y, sample_weight, order):
        """Run a block function over all rows; give the weighted mean loss and accuracy."""
        sums = np.zeros(3)
        for block in self._blocks(x, y, sample_weight, order):
            sums += self._run(function, block).numpy()
        loss, correct, weight = sums.tolist()
        return loss / weight, correct / weight

    def _run(self, function, block):
        """Call a block function, compiled in its first call."""
        if function in self.compiled:
            return self.compiled[function](*block)
        with without_tensorflow_log():
            # The function with its shapes fixed: TensorFlow would count every new architecture
            # as one function traced again, and warn.
            program = tf.function(function, jit_compile=True).get_concrete_function(*block)
            self.compiled[function] = program
            return program(*block)

    def _blocks(self, x, y, sample_weight, order):
        """Yield rows in order, in blocks of one fixed shape: the rest of the last one weighs 0."""
        n_rows = self.steps * self.batch_size
        for start in range(0, len(order), n_rows):
            index = order[start : start + n_rows]
            n = len(index)
            rows = np.empty((n_rows, x.shape[1]), dtype=np.float32)
            np.take(x, index, axis=0, out=rows[:n], mode="clip")
            rows[n:] = 0
            labels = np.zeros(n_rows, dtype=np.int32)
            labels[:n] = y[index]
            weight = np.zeros(n_rows, dtype=np.float32)
            weight[:n] = 1 if sample_weight is None else sample_weight[index]
            shape = (self.steps, self.batch_size)
            yield (
                tf.constant(rows.reshape(*shape, -1)),
                tf.constant(labels.reshape(shape)),
                tf.constant(weight.reshape(shape)),
                tf.constant(-(-n // self.batch_size)),
            )

    # The loops count for themselves: XLA takes the end of a `tf.range` as a constant, and would
    # compile anew for every number of steps.

    def _train_block(self, x, y, weight, n_steps):
        sums = tf.zeros(3)
        variables = self.network.trainable_variables
        step = 0
        while step < n_steps:
            with tf.GradientTape() as tape:
                loss, step_sums = self._score(x[step], y[step], weight[step], training=True)
                loss += sum(self.network.losses)
            gradients = tape.gradient(loss, variables)
            self.optimizer.apply(gradients, variables)
            sums += step_sums
            step += 1
        return sums

    def _score_block(self, x, y, weight, n_steps):
        sums = tf.zeros(3)
        step = 0
        while step < n_steps:
            sums += self._score(x[step], y[step], weight[step], training=False)[1]
            step += 1
        return sums

    def _score(self, x, y, weight, training):
        predicted = self.network(x, training=training)
        target = tf.one_hot(y, predicted.shape[-1]) if self.one_hot else y
        loss = self.loss(target, predicted, sample_weight=weight)
        hit = tf.cast(tf.argmax(predicted, axis=1, output_type=tf.int32) == y, tf.float32)
        total = tf.reduce_sum(weight)
        return loss, tf.stack([loss * total, tf.reduce_sum(hit * weight), total])


def _find_program(model, batch_size):
    """Get the program of this architecture, loss and optimizer, compiled in an earlier fit or new.

    What it depends on are data and parameters alone, never what happens to be compiled already.
    """
    key = _key(model, batch_size)
    with _programs_lock:
        if key not in _programs:
            _programs[key] = _Program(model, batch_size)
            if len(_programs) > _MAX_PROGRAMS:
                _programs.popitem(last=False)
        _programs.move_to_end(key)
        return _programs[key]


def _key(model, batch_size):
    names = {layer.name: f"layer {i}" for i, layer in enumerate([model, *model.layers])}

    def plain(config):
        if isinstance(config, dict):
            skipped = ("seed", "learning_rate")
            return {k: plain(v) for k, v in config.items() if k not in skipped}
        if isinstance(config, (list, tuple)):
            return [plain(v) for v in config]
        return names.get(config, config) if isinstance(config, str) else config

    configs = [
        [type(part).__name__, plain(part.get_config())]
        for part in (model, model.loss, model.optimizer)
    ]
    return json.dumps([configs, batch_size], sort_keys=True, default=repr)


def _padded_batch(batch_size, n_rows):
    """Give the batch's fixed shape: fewer rows than a batch are padded to a power of two only."""
    return min(batch_size, 1 << (n_rows - 1).bit_length())


def _values(variables):
    return [v.numpy().copy() for v in variables]


def _assign(variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
