"""`fit`: a network, rows, their classes' numbers and a plan become an outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from skdigits._ground.runtime import start_tensorflow
from skdigits.errors import ParameterError
from skdigits.training._forward import keep_untold
from skdigits.training._identity import configuration, same_network
from skdigits.training._loop import run
from skdigits.training._plan import Outcome, Plan, State
from skdigits.training._rows import ArrayRows


def fit(network: Callable[[dict], Any], X: np.ndarray, codes: np.ndarray, plan: Plan) -> Outcome:
    """Train a network.

    Parameters
    ----------
    network : callable
        `network(meta)` returns a `keras.Model` that is not compiled; `meta` has `n_features_in_`
        and `n_classes_`.
    X : ndarray of shape (n_samples, n_features), float32 or uint8
        The rows; those of uint8 are pixels, and divided by 255 in the program.
    codes : ndarray of shape (n_samples,), int
        The classes' numbers.
    plan : Plan
        Everything else.

    Returns
    -------
    outcome : Outcome
        The state, the history, and why training ended.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C is pressed in the first epoch; later it ends training, and the outcome says so.
    """
    start_tensorflow()
    from skdigits.training._program import find_program
    from skdigits.training._scikeras import compiled_network

    source = ArrayRows(X)
    model = compiled_network(network, source.n_features, plan)
    state = plan.state or State(model.get_weights())
    config = configuration(model)
    _refuse_another(model, config, plan)
    batch = _padded_batch(plan.batch_size, len(plan.rows))
    program = find_program(model, config, batch, weighted=_differ(plan))
    callbacks = None
    if plan.callbacks:
        from skdigits.training._callbacks import KerasCallbacks

        model.set_weights(state.predicting)
        callbacks = KerasCallbacks(plan.callbacks, model, plan.first_epoch + plan.epochs)
        plan = replace(plan, observers=(*plan.observers, callbacks))

    def rate():  # asked before each epoch: callbacks may have set another
        return float(model.optimizer.learning_rate)

    with program.at_work(state, plan, source, codes, rate) as train:
        outcome = run(train, plan)
    if callbacks:
        outcome = _predicting(outcome, callbacks.finish(outcome.state.predicting))
    return replace(outcome, network=config, untold=None if config else keep_untold(model))


def _refuse_another(model, config, plan):
    """Raise where training is to go on with another network than it was."""
    if plan.state is None:
        return
    was = [array.shape for array in plan.state.weights]
    now = [tuple(variable.shape) for variable in model.weights]
    if was != now or (plan.network is not None and not same_network(plan.network, config)):
        raise ParameterError(
            "Training cannot go on with another network: the function builds other layers than "
            f"those that were trained (weights of {was}, got {now}); put it back as it was, or fit "
            "with warm_start=False."
        )


def _predicting(outcome, weights):
    """Return an outcome that predicts with these weights."""
    state = outcome.state
    if weights is state.predicting:
        return outcome
    return replace(
        outcome, state=replace(state, **{"averages" if state.averages else "weights": weights})
    )


def _differ(plan):
    """Return whether some of the rows to train on weigh more than others."""
    weight = plan.sample_weight
    return weight is not None and bool(np.ptp(weight[plan.rows]))


def _padded_batch(batch_size, n_rows):
    """Return the batch's fixed shape: less than a batch is padded to a power of two only."""
    return min(batch_size, 1 << (n_rows - 1).bit_length())
