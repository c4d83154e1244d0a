"""joblib's workers end soon after the process that they work for, however that ended."""

import multiprocessing
import os
import threading
import time
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import wait

_SECONDS = 1.0


@cache
def end_with_parent() -> None:
    """Let this process end with its parent, if it is one of joblib's workers.

    A worker learns from nobody that its parent was killed: loky's would fit on to the end, and
    then wait for work for five minutes. So a thread watches, from the first call on.
    """
    parent = multiprocessing.parent_process()
    if parent is None or "loky" not in type(multiprocessing.current_process()).__module__:
        return
    if not _has_sentinel(parent) and os.getppid() not in (parent.pid, 1):
        return  # a launcher stands between, whose end says nothing of the parent's
    threading.Thread(target=_watch, args=(parent,), name="end-with-parent", daemon=True).start()


def _has_sentinel(parent) -> bool:
    return getattr(parent, "_sentinel", None) is not None  # loky has one on Windows only


def _watch(parent) -> None:
    if _has_sentinel(parent):
        wait([parent.sentinel])
    else:
        while os.getppid() == parent.pid:
            time.sleep(_SECONDS)
    os._exit(1)


@contextmanager
def watched_workers():
    """Let workers that joblib starts inside the block watch their parent from the start on."""
    from joblib import parallel_config

    with parallel_config("loky", initializer=end_with_parent):
        yield
