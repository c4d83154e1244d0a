"""One architecture's training and scoring as compiled programs, found again by later fits."""

import json
import threading
from collections import OrderedDict

import keras
import numpy as np
import tensorflow as tf

from skdigits.pixels import WHITE
from skdigits.runtime import without_tensorflow_log
from skdigits.training._blocks import blocks
from skdigits.training._dense import with_steady_products
from skdigits.training._plan import State

# Rows handed to the compiled program at once: 75 batches of 32.
_BLOCK_ROWS = 2400

# A compiled architecture keeps about 14 MB that TensorFlow never gives back, so dropping one from
# here frees its arrays only; the bound is on what stays ready.
_MAX_PROGRAMS = 16

_programs = OrderedDict()
_programs_lock = threading.Lock()


class _Program:
    """One architecture's compiled training and scoring, with the variables they work on."""

    def __init__(self, model, batch_size):
        self.lock = threading.Lock()
        self.batch_size = batch_size
        self.steps = max(1, _BLOCK_ROWS // batch_size)
        self.network = in_float32(with_steady_products(model))
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
        order = plan.rows[plan.shuffle(epoch, len(plan.rows))] if plan.shuffle else plan.rows
        loss, accuracy = self._means(self._train_block, x, y, plan.sample_weight, order)
        logs = {"loss": loss, "accuracy": accuracy}
        if plan.validation is not None:
            scores = self._means(self._score_block, x, y, plan.sample_weight, plan.validation)
            logs["val_loss"], logs["val_accuracy"] = scores
        return logs

    def _means(self, function, x, y, sample_weight, order):
        """Run a block function over rows in an order; give the weighted mean loss and accuracy."""
        sums = np.zeros(3)
        for block in blocks(x, y, sample_weight, order, self.steps, self.batch_size):
            # 255 is an argument, not a constant in the program: XLA makes a product with 1/255 of
            # a division by a constant, and the last bits would not be those of PixelScaler.
            sums += self._run(function, [tf.constant(value) for value in (*block, WHITE)]).numpy()
        loss, correct, weight = sums.tolist()
        return loss / weight, correct / weight

    def _run(self, function, block):
        """Call a block function, compiled in its first call with rows of this dtype."""
        key = function, block[0].dtype
        if key in self.compiled:
            return self.compiled[key](*block)
        with without_tensorflow_log():
            # The function with its shapes fixed: TensorFlow would count every new architecture
            # as one function traced again, and warn.
            program = tf.function(
                function, jit_compile=True, autograph=False
            ).get_concrete_function(*block)
            self.compiled[key] = program
            return program(*block)

    def _train_block(self, x, y, weight, n_steps, white):
        variables = self.network.trainable_variables

        def train(step):
            with tf.GradientTape() as tape:
                rows = _scaled(x[step], white)
                loss, sums = self._score(rows, y[step], weight[step], training=True)
                loss += sum(self.network.losses)
            self.optimizer.apply(tape.gradient(loss, variables), variables)
            return sums

        return _sum_over(n_steps, train)

    def _score_block(self, x, y, weight, n_steps, white):
        def score(step):
            rows = _scaled(x[step], white)
            return self._score(rows, y[step], weight[step], training=False)[1]

        return _sum_over(n_steps, score)

    def _score(self, x, y, weight, training):
        predicted = self.network(x, training=training)
        target = tf.one_hot(y, predicted.shape[-1]) if self.one_hot else y
        loss = self.loss(target, predicted, sample_weight=weight)
        hit = tf.cast(tf.argmax(predicted, axis=1, output_type=tf.int32) == y, tf.float32)
        total = tf.reduce_sum(weight)
        return loss, tf.stack([loss * total, tf.reduce_sum(hit * weight), total])


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


def find_program(model, batch_size):
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


def _sum_over(n_steps, sums):
    """Add up `sums(step)` in a compiled loop."""
    # It counts for itself: XLA takes the end of a `tf.range` as a constant, and would compile
    # anew for every number of steps.
    _, total = tf.while_loop(
        lambda step, total: step < n_steps,
        lambda step, total: (step + 1, total + sums(step)),
        (tf.constant(0), tf.zeros(3)),
    )
    return total


def _scaled(rows, white):
    return tf.cast(rows, tf.float32) / white if rows.dtype == tf.uint8 else rows


def _values(variables):
    return [v.numpy().copy() for v in variables]


def _assign(variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
