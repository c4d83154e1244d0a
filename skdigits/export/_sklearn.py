"""A dense network and its head as scikit-learn's own `MLPClassifier`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.neural_network import MLPClassifier

from skdigits._ground.pixels import WHITE
from skdigits.errors import ExportError
from skdigits.head import Head, Pixels, Temperature

_ACTIVATIONS = {"linear": "identity", "relu": "relu", "sigmoid": "logistic", "tanh": "tanh"}


def mlp_classifier(network: Any, head: Head) -> MLPClassifier:
    """Return a fitted `MLPClassifier` that predicts what a dense classifier does.

    Parameters
    ----------
    network : DigitANNClassifier
        Fitted; not changed.
    head : Head
        What stands around its layers.

    Returns
    -------
    model : sklearn.neural_network.MLPClassifier
        It shares no array with the network.

    Raises
    ------
    ExportError
        If `MLPClassifier` has no such activation, or the predictions are means over shifts.
    """
    activation = network.architecture_["activation"]
    if activation not in _ACTIVATIONS:
        raise ExportError(
            f"scikit-learn's MLPClassifier has no activation {activation!r}; to_sklearn needs a "
            f"network fitted with one of {sorted(_ACTIVATIONS)}. to_keras() gives any."
        )
    layers = [coef.copy() for coef in network.coefs_], [b.copy() for b in network.intercepts_]
    coefs, intercepts = head.put_around(layers, _WAYS, "scikit-learn's MLPClassifier")
    if len(network.classes_) == 2:
        coefs[-1] = np.diff(coefs[-1], axis=1)
        intercepts[-1] = np.diff(intercepts[-1])
    model = _fitted_to_nothing(network, _ACTIVATIONS[activation])
    model.coefs_, model.intercepts_ = coefs, intercepts
    model.loss_curve_ = list(network.loss_curve_)
    model.loss_ = model.loss_curve_[-1]
    model.best_loss_ = min(model.loss_curve_)
    model.n_iter_ = network.n_iter_
    return model


def _on_pixels(layers, _):
    coefs, intercepts = layers
    return [coefs[0] / WHITE, *coefs[1:]], intercepts


def _over_temperature(layers, step):
    coefs, intercepts = layers
    value = np.float32(step.value)
    return [*coefs[:-1], coefs[-1] / value], [*intercepts[:-1], intercepts[-1] / value]


# Means over shifted copies are no layer of a dense network.
_WAYS = {Pixels: _on_pixels, Temperature: _over_temperature}


def _fitted_to_nothing(network, activation):
    """Return an `MLPClassifier` with all that a fitted one holds, of arbitrary weights."""
    trained = network.optimizer_state_
    params = trained.get("optimizer_params", {})
    sgd = {
        "solver": "sgd",
        "momentum": params.get("momentum", 0.0),
        "nesterovs_momentum": params.get("nesterov", False),
    }
    model = MLPClassifier(
        tuple(network.architecture_["hidden_layer_sizes"]),
        activation=activation,
        learning_rate_init=network.learning_rate,
        max_iter=network.epochs,
        shuffle=network.shuffle,
        random_state=network.seed_,
        alpha=0.0,
        epsilon=1e-7,
        **(sgd if trained["optimizer"] == "sgd" else {}),
    )
    # scikit-learn sets up all that a fitted model holds, also what later versions will want.
    names = getattr(network, "feature_names_in_", None)
    rows = np.zeros((3 * len(network.classes_), network.n_features_in_), dtype=np.float32)
    rows = rows if names is None else pd.DataFrame(rows, columns=names)
    model.partial_fit(rows, np.repeat(network.classes_, 3), classes=network.classes_)
    model.set_params(batch_size=network.batch_size)
    del model._optimizer  # it has seen those rows; `partial_fit` makes another
    return model
