"""The one door to SciKeras, which builds and compiles a network; nothing else names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scikeras.wrappers import KerasClassifier
from sklearn import config_context

from skdigits.training._compile import compile_options, in_float32
from skdigits.training._plan import Plan


def compiled_network(network: Callable[[dict], Any], n_features: int, plan: Plan) -> Any:
    """Build a network and compile it, through SciKeras.

    Parameters
    ----------
    network : callable
        `network(meta)` returns a `keras.Model` that is not compiled.
    n_features : int
        Number of features of a row.
    plan : Plan
        `n_classes`, `loss`, `label_smoothing`, `optimizer`, `optimizer_params` and
        `learning_rate` are read.

    Returns
    -------
    model : keras.Model
        Compiled, with its start weights.
    """

    def compiled(meta, compile_kwargs):
        model = in_float32(network(meta))
        model.compile(loss=compile_kwargs["loss"], optimizer=compile_kwargs["optimizer"])
        return model

    options = compile_options(
        plan.loss, plan.label_smoothing, plan.optimizer, plan.optimizer_params, plan.learning_rate
    )
    wrapper = KerasClassifier(model=compiled, **options)
    # SciKeras learns shapes and classes from rows; a row of each class says both, and the rows
    # themselves need no way through here. Its transformers obey a global `set_output`.
    rows = np.zeros((plan.n_classes, n_features), dtype=np.float32)
    with config_context(transform_output="default", assume_finite=True):
        wrapper.initialize(rows, np.arange(plan.n_classes))
    return wrapper.model_
