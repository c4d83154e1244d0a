"""A dense network's weights as scikit-learn's own `MLPClassifier`."""

import numpy as np
import pandas as pd
from sklearn.neural_network import MLPClassifier

from skdigits._ground.pixels import WHITE

_ACTIVATIONS = {"linear": "identity", "relu": "relu", "sigmoid": "logistic", "tanh": "tanh"}


def mlp_classifier(network):
    """Give a fitted `MLPClassifier` with a fitted `DigitANNClassifier`'s weights.

    Parameters
    ----------
    network : DigitANNClassifier
        Fitted; not changed.

    Returns
    -------
    model : sklearn.neural_network.MLPClassifier
        It shares no array with the network.

    Raises
    ------
    ValueError
        If `MLPClassifier` has no such activation, or the predictions are means over shifts.
    """
    if network.test_time_shift:
        raise ValueError(
            f"scikit-learn's MLPClassifier cannot average over test_time_shift="
            f"{network.test_time_shift}; set_params(test_time_shift=0) first. to_keras() has it."
        )
    activation = network.architecture_["activation"]
    if activation not in _ACTIVATIONS:
        raise ValueError(
            f"scikit-learn's MLPClassifier has no activation {activation!r}; to_sklearn needs a "
            f"network fitted with one of {sorted(_ACTIVATIONS)}. to_keras() gives any."
        )
    sgd = {"solver": "sgd", "momentum": 0.0, "nesterovs_momentum": False}
    model = MLPClassifier(
        tuple(network.architecture_["hidden_layer_sizes"]),
        activation=_ACTIVATIONS[activation],
        learning_rate_init=network.learning_rate,
        max_iter=network.epochs,
        shuffle=network.shuffle,
        random_state=network.seed_,
        alpha=0.0,
        epsilon=1e-7,
        **(sgd if network.optimizer_state_["optimizer"] == "sgd" else {}),
    )
    # scikit-learn sets up all that a fitted model holds, also what later versions will want.
    names = getattr(network, "feature_names_in_", None)
    rows = np.zeros((3 * len(network.classes_), network.n_features_in_), dtype=np.float32)
    rows = rows if names is None else pd.DataFrame(rows, columns=names)
    model.partial_fit(rows, np.repeat(network.classes_, 3), classes=network.classes_)
    model.set_params(batch_size=network.batch_size)
    del model._optimizer  # it has seen those rows; `partial_fit` makes another

    model.coefs_ = [coef.copy() for coef in network.coefs_]
    model.intercepts_ = [intercept.copy() for intercept in network.intercepts_]
    if network.scale_:
        model.coefs_[0] /= WHITE
    if len(network.classes_) == 2:
        model.coefs_[-1] = np.diff(model.coefs_[-1], axis=1)
        model.intercepts_[-1] = np.diff(model.intercepts_[-1])
    model.loss_curve_ = list(network.loss_curve_)
    model.loss_ = model.loss_curve_[-1]
    model.best_loss_ = min(model.loss_curve_)
    model.n_iter_ = network.n_iter_
    return model
