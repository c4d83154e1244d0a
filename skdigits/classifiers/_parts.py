"""Parameters of an estimator's parts, `optimizer__momentum`, kept in a dict for each part."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Self


class ParamsOfParts:
    """Lets `part__name` be a parameter: an entry of the dict that holds those of the part."""

    # The part, and the parameter that is its dict.
    _parts = {"optimizer": "optimizer_params"}  # noqa: RUF012

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters of this estimator.

        Parameters
        ----------
        deep : bool, default=True
            Whether to return `optimizer__momentum` too, for each entry of `optimizer_params`.

        Returns
        -------
        params : dict
            Values by the parameters' names.
        """
        params = super().get_params(deep=deep)  # type: ignore[misc]
        for part, of_part in self._parts.items() if deep else ():
            entries = params[of_part]
            if isinstance(entries, dict):
                params |= {f"{part}__{name}": value for name, value in entries.items()}
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters of this estimator.

        Parameters
        ----------
        **params : dict
            Values by the parameters' names; `optimizer__momentum` sets one entry of
            `optimizer_params` and leaves the others.

        Returns
        -------
        self : object
            This estimator.
        """
        own, entries = self._split_params(params)
        super().set_params(**own)  # type: ignore[misc]
        for of_part, new in entries.items():
            setattr(self, of_part, {**(getattr(self, of_part) or {}), **new})
        return self

    def _split_params(self, params):
        """Return parameters of this estimator, and the entries that go into each dict."""
        own, entries = {}, {}
        for name, value in params.items():
            part, divider, entry = name.partition("__")
            if divider and part in self._parts:
                entries.setdefault(self._parts[part], {})[entry] = value
            else:
                own[name] = value
        return own, entries


def with_params_of_parts(init: Callable) -> Callable:
    """Let a constructor take `part__name` too; its signature stays."""

    @functools.wraps(init)
    def constructor(self, *args, **kwargs):
        own, entries = self._split_params(kwargs)
        for of_part, new in entries.items():
            own[of_part] = {**(own.get(of_part) or {}), **new}
        init(self, *args, **own)

    return constructor
