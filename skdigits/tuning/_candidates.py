"""The candidates of a search."""

from collections.abc import Mapping
from typing import Any


def candidate_name(params: Mapping[str, Any]) -> str:
    """Return a candidate's parameters as text, without the names of the steps."""
    return ", ".join(f"{name.rpartition('__')[2]}={value}" for name, value in params.items())
