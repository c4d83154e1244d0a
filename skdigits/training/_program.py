"""One architecture's training and scoring as compiled programs, found again by later fits."""

import threading
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from skdigits._ground.pixels import WHITE
from skdigits._ground.runtime import without_tensorflow_log
from skdigits.training._cache import LRUCache
from skdigits.training._compile import in_float32, one_class_allowed
from skdigits.training._identity import network_key
from skdigits.training._layers import WeightedNormalization, as_trained
from skdigits.training._plan import State
from skdigits.training._rows import ALIGNMENT, ArrayRows, blocks

# Rows handed to the compiled program at once: 75 batches of 32.
_BLOCK_ROWS = 2400

# A compiled architecture keeps about 14 MB that TensorFlow never gives back, so dropping one from
# here frees its arrays only; the bound is on what stays ready.
_MAX_PROGRAMS = 16

# Layers that XLA computes fast on a processor, and in which no row of a batch sees another: their
# last batch may be padded to the shape of the others. Everything else runs with TensorFlow's own
# kernels (XLA's convolutions are 15 times slower) and batches as long as they are.
_FOR_XLA = frozenset(
    {
        "Activation",
        "Add",
        "Average",
        "Concatenate",
        "Dense",
        "Dropout",
        "ELU",
        "Flatten",
        "InputLayer",
        "LayerNormalization",
        "LeakyReLU",
        "Multiply",
        "ReLU",
        "Rescaling",
        "Reshape",
        "Softmax",
    }
)

_programs = LRUCache(_MAX_PROGRAMS)


class _Program:
    """One architecture's compiled training and scoring, with the variables they work on."""

    def __init__(self, model, network, batch_size):
        self.lock = threading.Lock()
        self.batch_size = batch_size
        self.steps = max(1, _BLOCK_ROWS // batch_size)
        self.xla = all(
            type(layer).__module__.startswith("keras.") and type(layer).__name__ in _FOR_XLA
            for layer in model.layers
        )
        self.network = in_float32(network)
        self.normalizations = [
            layer for layer in self.network.layers if isinstance(layer, WeightedNormalization)
        ]
        self.loss = type(model.loss).from_config(model.loss.get_config())
        self.one_hot = isinstance(self.loss, keras.losses.CategoricalCrossentropy)
        self.optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
        self.optimizer.build(self.network.trainable_variables)
        self.learning_rate = self.optimizer.learning_rate
        self.slots = [v for v in self.optimizer.variables if v is not self.learning_rate]
        self.fresh_slots = _values(self.slots)
        self.averages = []
        self.dropout_seeds = [
            v for v in self.network.variables if v.path.endswith("seed_generator_state")
        ]
        self.compiled = {}

    @contextmanager
    def at_work(self, state, plan, source, codes, rate):
        """Start from a state; one fit at a time has the variables.

        Parameters
        ----------
        state : State
            Where to start.
        plan : Plan
            Rows, order, schedule, validation and averages are read.
        source : RowSource
            The rows.
        codes : ndarray
            Their classes' numbers.
        rate : callable
            `rate()` returns the learning rate, asked before each epoch.

        Yields
        ------
        train : callable
            `train(number)` trains an epoch and returns its losses and accuracies, and the state.
        """

        def train(number):
            logs = self._epoch(number, rate(), source, codes, plan)
            return logs, self._state(plan)

        with self.lock:
            self._start(state, plan)
            yield train

    def _start(self, state, plan):
        _assign(self.network.weights, state.weights)
        _assign(self.slots, state.slots or self.fresh_slots)
        if plan.ema_decay:
            if not self.averages:
                self.averages = [tf.Variable(v) for v in self.network.weights]
            _assign(self.averages, state.averages or state.weights)

    def _state(self, plan):
        averages = _values(self.averages) if plan.ema_decay else []
        return State(_values(self.network.weights), _values(self.slots), averages)

    def _epoch(self, epoch, learning_rate, source, codes, plan):
        for layer, variable in enumerate(self.dropout_seeds):
            variable.assign([plan.dropout_seed(epoch, layer), 0])
        order = plan.rows[plan.shuffle(epoch, len(plan.rows))] if plan.shuffle else plan.rows
        augment = plan.augment and (lambda rows, start: plan.augment(rows, epoch, start))
        train = self._train_and_average if plan.ema_decay else self._train
        rates = self._rates(epoch - plan.first_epoch, learning_rate, plan)
        decay = np.float32(plan.ema_decay)
        sums = sum(
            self._run(train, block, block_rates, decay)
            for block, block_rates in zip(
                self._blocks(source, codes, plan.sample_weight, order, augment), rates, strict=True
            )
        )
        logs = dict(zip(("loss", "accuracy"), _means(sums), strict=True))
        if plan.validation is not None:
            X, *others = plan.validation
            scored = self._blocks(ArrayRows(X), *others)
            with self._averaged(plan):
                sums = sum(self._run(self._score_rows, block) for block in scored)
            logs.update(zip(("val_loss", "val_accuracy"), _means(sums), strict=True))
        return logs

    def _blocks(self, source, codes, weight, order, augment=None):
        shape = self.steps, self.batch_size
        return blocks(source, codes, weight, order, *shape, padded=self.xla, augment=augment)

    def _rates(self, number, learning_rate, plan):
        """Return the learning rate of each step of an epoch: an array of (blocks, steps)."""
        n_steps = -(-len(plan.rows) // self.batch_size)
        rates = np.full((-(-n_steps // self.steps), self.steps), learning_rate, dtype=np.float32)
        if plan.schedule:
            step = number * n_steps + np.arange(rates.size)
            rates *= plan.schedule(step / (plan.epochs * n_steps)).reshape(rates.shape)
        return rates

    @contextmanager
    def _averaged(self, plan):
        """Let the network have the averages of its weights meanwhile, where they are kept."""
        if not plan.ema_decay:
            yield
            return
        weights = _values(self.network.weights)
        _assign(self.network.weights, self.averages)
        try:
            yield
        finally:
            _assign(self.network.weights, weights)

    def _run(self, function, block, *others):
        """Call a block function, compiled in its first call with rows of this dtype."""
        # 255 is an argument, not a constant in the program: XLA makes a product with 1/255 of a
        # division by a constant, and the last bits would not be those of PixelScaler.
        rows, *rest = block
        values = [_tensor(rows), *(tf.constant(value) for value in (*rest, WHITE, *others))]
        key = function, block.rows.dtype
        if key not in self.compiled:
            with without_tensorflow_log():
                self.compiled[key] = self._compiled(function, values)
                return self.compiled[key](*values).numpy().astype(float)
        return self.compiled[key](*values).numpy().astype(float)

    def _compiled(self, function, values):
        """Compile a function for values of these shapes or, without XLA, of any number of rows."""
        shapes = [v.shape if self.xla or not v.shape else [None, *v.shape[1:]] for v in values]
        specs = [tf.TensorSpec(s, v.dtype) for s, v in zip(shapes, values, strict=True)]
        # The function with its shapes fixed: TensorFlow would count every new architecture as one
        # function traced again, and warn.
        program = tf.function(function, jit_compile=self.xla, autograph=False)
        with one_class_allowed(self.network):
            return program.get_concrete_function(*specs)

    def _train(self, x, y, weight, n_steps, white, rates, decay):
        batches = self._batches(x, y, weight, white)
        return _sum_over(n_steps, lambda step: self._learn(*batches(step), rates[step]))

    def _train_and_average(self, x, y, weight, n_steps, white, rates, decay):
        batches = self._batches(x, y, weight, white)

        def train(step):
            sums = self._learn(*batches(step), rates[step])
            # Of few steps so far, few are averaged: the start weights would linger.
            n = tf.cast(self.optimizer.iterations, tf.float32)
            share = 1 - tf.minimum(decay, n / (9 + n))
            for average, value in zip(self.averages, self.network.weights, strict=True):
                average.assign_add(share * (value - average))
            return sums

        return _sum_over(n_steps, train)

    def _score_rows(self, x, y, weight, n_steps, white):
        batches = self._batches(x, y, weight, white)
        return _sum_over(n_steps, lambda step: self._score(*batches(step), training=False)[1])

    def _batches(self, *block_and_white):
        """Return a function from a step's number to its batch: rows, labels and weights."""
        *block, white = block_and_white
        size = self.batch_size
        if self.xla:
            block = [tf.reshape(v, (self.steps, size, *v.shape[1:])) for v in block]

        def batch(step):
            rows = slice(step * size, (step + 1) * size)
            x, y, weight = (v[step] if self.xla else v[rows] for v in block)
            return (tf.cast(x, tf.float32) / white if x.dtype == tf.uint8 else x), y, weight

        return batch

    def _learn(self, x, y, weight, rate):
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            loss, sums = self._score(x, y, weight, training=True)
            loss += sum(self.network.losses)
        self.learning_rate.assign(rate)
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return sums

    def _score(self, x, y, weight, training):
        for layer in self.normalizations:
            layer.row_weight = weight
        predicted = self.network(x, training=training)
        target = tf.one_hot(y, predicted.shape[-1]) if self.one_hot else y
        loss = self.loss(target, predicted, sample_weight=weight)
        hit = tf.cast(tf.argmax(predicted, axis=1, output_type=tf.int32) == y, tf.float32)
        total = tf.reduce_sum(weight)
        return loss, tf.stack([loss * total, tf.reduce_sum(hit * weight), total])


def find_program(model, config, batch_size, weighted):
    """Return the program of this network, loss and optimizer, compiled in an earlier fit or new.

    What it depends on are data and parameters alone, never what happens to be compiled already. A
    network that its configuration does not tell is compiled anew in each fit.
    """
    if config is None:
        return _Program(model, model, batch_size)
    weighted &= any(isinstance(x, keras.layers.BatchNormalization) for x in model.layers)
    key = network_key(model, config, batch_size, *["weighted"] * weighted)
    return _programs.get(key, lambda: _Program(model, as_trained(model, weighted), batch_size))


def _tensor(rows):
    """Return rows as a tensor, without a copy where they are made for it; nobody changes them."""
    if rows.ctypes.data % ALIGNMENT:
        return tf.constant(rows)
    return tf.experimental.dlpack.from_dlpack(rows.__dlpack__())


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


def _means(sums):
    """Return the mean loss and accuracy of summed losses, hits and weights."""
    loss, correct, weight = sums.tolist()
    return loss / weight, correct / weight


# Keras' own ways to read and assign a variable take three and five times as long, which a fit of
# few rows feels in every epoch.


def _values(variables):
    """Return copies of what variables hold."""
    read = tf.raw_ops.ReadVariableOp
    return [read(resource=v.handle, dtype=v.dtype).numpy() for v in map(_inner, variables)]


def _assign(variables, values):
    for variable, value in zip(map(_inner, variables), values, strict=True):
        value = tf.convert_to_tensor(value, dtype=variable.dtype)
        if value.shape != variable.shape:
            raise ValueError(f"a variable of shape {variable.shape} cannot hold {value.shape}")
        tf.raw_ops.AssignVariableOp(resource=variable.handle, value=value)


def _inner(variable):
    """Return TensorFlow's variable in one of Keras."""
    return variable.value if isinstance(variable, keras.Variable) else variable
