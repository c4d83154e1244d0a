"""A cache of the things used last."""

import threading
from collections import OrderedDict


class LRUCache:
    """Things by key, the last ones used; safe in several threads.

    Parameters
    ----------
    limit : int
        How many are kept.
    """

    def __init__(self, limit):
        self._limit = limit
        self._things = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self):
        return len(self._things)

    def get(self, key, make):
        """Return the thing of this key, made by `make()` where there is none."""
        with self._lock:
            if key not in self._things:
                self._things[key] = make()
                if len(self._things) > self._limit:
                    self._things.popitem(last=False)
            self._things.move_to_end(key)
            return self._things[key]
