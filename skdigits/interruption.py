"""Whether Ctrl-C ends one fit, which keeps its epochs, or everything that is going on."""

from contextlib import contextmanager
from contextvars import ContextVar

_all = ContextVar("_all", default=False)


def ends_all():
    """Tell whether an interrupted fit is to raise KeyboardInterrupt."""
    return _all.get()


@contextmanager
def ending_all():
    """Let an interruption end everything meanwhile: half a fit would be taken for a whole one."""
    token = _all.set(True)
    try:
        yield
    finally:
        _all.reset(token)
