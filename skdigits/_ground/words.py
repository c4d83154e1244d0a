"""Many things in few words."""

from collections.abc import Collection
from typing import Any

_SHOWN = 12


def shortened(things: Collection[Any], shown: int = _SHOWN) -> str:
    """Join things with commas; of more than a line's worth, the first ones and how many more."""
    words = [str(thing) for thing, _ in zip(things, range(shown), strict=False)]
    words = [word if len(word) <= 40 else f"{word[:37]}..." for word in words]
    more = len(things) - len(words)
    return ", ".join(words) + (f", ... ({more:,} more)" if more > 0 else "")
