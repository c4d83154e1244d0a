"""Metadata requests (`set_fit_request`) of a model, taken out of it and put back."""

from __future__ import annotations

from typing import Any

from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.utils._metadata_requests import SIMPLE_METHODS

# Where scikit-learn keeps them; they refer to the estimator that has them, in a circle.
_REQUESTS = "_metadata_request"


def without_requests(model: Any) -> tuple[Any, list[dict[str, Any]]]:
    """Return a model without its requests, and what they were.

    Parameters
    ----------
    model : estimator
        It stays as it is; what holds no requests is shared with what is returned.

    Returns
    -------
    model : estimator
        The same one where there are no requests.
    requests : list of dict
        Plain values: `path` leads from the model to an estimator, `request` is what was set.
    """
    requests: list[dict[str, Any]] = []
    copies: dict[int, Any] = {}

    def plain(value, path):
        if id(value) in copies:
            return copies[id(value)]
        if not isinstance(value, (BaseEstimator, list, tuple, dict)):
            return value
        copies[id(value)] = value  # of a circle, its start
        parts = _parts(value)
        new = {
            key: plain(part, [*path, key])
            for key, part in parts.items()
            if not (isinstance(value, BaseEstimator) and key == _REQUESTS)
        }
        if isinstance(value, BaseEstimator) and _REQUESTS in parts:
            requests.append({"path": path, "request": _told(parts[_REQUESTS])})
        changed = new.keys() != parts.keys() or any(new[k] is not parts[k] for k in new)
        copies[id(value)] = _made(value, new) if changed else value
        return copies[id(value)]

    return plain(model, []), requests


def put_back(model: Any, requests: list[dict[str, Any]]) -> None:
    """Set requests that `without_requests` returned.

    Parameters
    ----------
    model : estimator
        As it was returned, perhaps after having been saved and loaded.
    requests : list of dict
        What to set.
    """
    with config_context(enable_metadata_routing=True):
        for entry in requests:
            estimator = model
            for key in entry["path"]:
                estimator = _parts(estimator)[key]
            for method, request in entry["request"].items():
                if method not in SIMPLE_METHODS:
                    raise ValueError(f"there are no requests of {method!r}")
                getattr(estimator, f"set_{method}_request")(**request)


def _parts(value):
    if isinstance(value, (list, tuple)):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else vars(value)


def _made(like, parts):
    """Return a copy with other parts."""
    if isinstance(like, BaseEstimator):
        made = object.__new__(type(like))
        vars(made).update(parts)
        return made
    if isinstance(like, dict):
        made = like.copy()  # a Bunch stays one
        made.update(parts)
        return made
    values = list(parts.values())
    if isinstance(like, list):
        return values
    return type(like)(*values) if hasattr(like, "_fields") else tuple(values)


def _told(request):
    return {
        method: dict(getattr(request, method).requests)
        for method in SIMPLE_METHODS
        if getattr(request, method).requests
    }
