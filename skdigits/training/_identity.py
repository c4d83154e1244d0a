"""What a network is, told by its content: the key under which a program is found again."""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np

from skdigits._ground.runtime import keras_seed

# Keras' own parts whose configuration does not tell what they compute, or names files.
_UNTOLD = frozenset(
    {"Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper", "TextVectorization"}
    | {"StringLookup", "IntegerLookup"}
)
# Places in a configuration that hold the names of layers, which Keras counts over a process.
_NAMES = frozenset({"name", "keras_history", "input_layers", "output_layers"})


class UntoldError(Exception):
    """Part of a network is not told by its configuration."""


def configuration(model: Any) -> Any:
    """Return the configuration of a model, where it tells all that the model computes.

    Parameters
    ----------
    model : keras.Model
        The model.

    Returns
    -------
    config : dict or None
        Plain values; None where a part is a function, a class of the user's own or a constant,
        which are not told by their names.
    """
    try:
        return _plain(model.get_config())
    except Exception:  # a layer's own `get_config` may raise whatever it likes
        return None


def network_key(model: Any, config: dict, *others: Any) -> str:
    """Return a hash of a compiled network's content, without names, seeds and learning rate.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    config : dict
        Its `configuration`.
    *others : object
        What else the key depends on.

    Returns
    -------
    key : str
        The same for networks that compute the same.
    """
    names: dict[str, str] = {}
    parts = [
        [type(part).__name__, _anonymous(known, names)]
        for part, known in (
            (model, config),
            (model.loss, _plain(model.loss.get_config())),
            (model.optimizer, _plain(model.optimizer.get_config())),
        )
    ]
    return joblib.hash([parts, *others])


def same_network(config: dict, other: dict | None) -> bool:
    """Return whether two configurations are the same but for names and seeds."""
    return other is not None and _anonymous(config, {}) == _anonymous(other, {})


def rebuilt(config: dict) -> Any:
    """Build a model from its configuration, with start weights that do not matter.

    Parameters
    ----------
    config : dict
        What `configuration` returned. It is checked again, since it may come from a file: only
        layers of Keras' own are made, and no code in it is run.

    Returns
    -------
    model : keras.Model
        Not compiled.
    """
    import keras

    kind = keras.Sequential if "build_input_shape" in config else keras.Model
    with keras_seed(0):
        return kind.from_config(_plain(config))


def _plain(value):
    """Copy plain values; raise UntoldError at anything that is not told by itself."""
    if isinstance(value, dict):
        _check(value)
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise UntoldError(repr(value))


def _check(config):
    kind = config.get("class_name")
    if kind is None or kind == "__keras_tensor__":
        return
    module = config.get("module")
    if kind in _UNTOLD or not isinstance(module, str) or module.split(".")[0] != "keras":
        raise UntoldError(f"{module}.{kind}")


def _anonymous(value, names, at=None):
    """Copy a configuration with layers' names by the order in which they come."""
    if isinstance(value, dict):
        return {
            key: _anonymous(item, names, key)
            for key, item in value.items()
            if key not in ("seed", "learning_rate")
        }
    if isinstance(value, list):
        return [_anonymous(item, names, at) for item in value]
    if isinstance(value, str) and at in _NAMES:
        return names.setdefault(value, f"name {len(names)}")
    return value
