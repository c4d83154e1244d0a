"""A hash of what a value holds, by which things are found again or told apart."""

from __future__ import annotations

from typing import Any

import joblib


def content_hash(value: Any) -> str:
    """Return a hash of a value's content.

    Parameters
    ----------
    value : object
        Anything; arrays count by their values, what pickle takes by name only (lambdas, functions
        in a notebook) by its code and what it refers to.

    Returns
    -------
    hash : str
        The same for equal contents.
    """
    try:
        return joblib.hash(value)
    except Exception:  # pickle raises whatever its parts raise
        import cloudpickle

        return joblib.hash(cloudpickle.dumps(value))
