"""TensorFlow is started here, once and quietly, and Keras kept from global state."""

import os
import random
import re
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from functools import cache

from skdigits._ground.workers import end_with_parent

# TensorFlow's C++ side writes its log lines straight to file descriptor 2, and some of them even
# with TF_CPP_MIN_LOG_LEVEL=3. These are the shapes of its lines, before and after its logging has
# started, and the two lines that announce or continue them.
_TENSORFLOW_LOG_LINE = re.compile(
    rb"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] "
    rb"|[IWEF]\d{4} \d\d:\d\d:\d+\.\d+ +\d+ [\w.]+:\d+\] "
    rb"|WARNING: All log messages before absl::InitializeLog"
    rb"|To enable the following instructions:)"
)

_stderr_lock = threading.RLock()
_random_lock = threading.RLock()
_depth = 0


@contextmanager
def without_tensorflow_log():
    """Keep TensorFlow's log lines off stderr; every other line is passed on afterwards."""
    global _depth
    with _stderr_lock:
        if _depth or not _has_stderr():
            yield
            return
        _depth += 1
        with suppress(AttributeError, ValueError):  # there may be none, or a closed one
            sys.stderr.flush()
        kept = os.dup(2)
        try:
            with tempfile.TemporaryFile() as caught:
                os.dup2(caught.fileno(), 2)
                try:
                    yield
                finally:
                    os.dup2(kept, 2)
                    _pass_on(caught)
        finally:
            os.close(kept)
            _depth -= 1


def _has_stderr():
    try:
        os.fstat(2)
    except OSError:
        return False
    return True


def _pass_on(caught):
    caught.seek(0)
    others = [line for line in caught if not _TENSORFLOW_LOG_LINE.match(line)]
    if others:
        os.write(2, b"".join(others))


def start_tensorflow():
    """Import TensorFlow, Keras and SciKeras without a word on stderr.

    Raises
    ------
    RuntimeError
        If Keras runs on another backend than TensorFlow, or this process was forked from one
        that has started TensorFlow already.
    """
    if os.getpid() != _import_tensorflow():
        raise RuntimeError(
            "TensorFlow was started before this process was forked, and would hang in it; start "
            'processes by "spawn", or with joblib\'s default backend "loky".'
        )


@cache
def _import_tensorflow():
    """Import and start it; return the number of the process in which that happened."""
    end_with_parent()
    with without_tensorflow_log():
        import keras
        import scikeras.wrappers  # noqa: F401
        import tensorflow as tf

        _limit_threads(tf.config.threading)
        tf.constant(0)  # the first operation looks for devices, and logs what it finds

    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(
            f"skdigits trains on Keras' tensorflow backend, got {keras.backend.backend()!r}; "
            'set KERAS_BACKEND=tensorflow (or "backend" in ~/.keras/keras.json) and start Python '
            "again."
        )
    return os.getpid()


def _limit_threads(config):
    """Keep TensorFlow to the threads that OMP_NUM_THREADS allows, as NumPy keeps to them.

    TensorFlow itself does not ask. joblib sets it in its workers, to the cores divided by their
    number; without it two workers of two threads each are slower on two cores than one.
    """
    allowed = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if not allowed.isdecimal() or int(allowed) == 0:
        return
    for pool in ("intra", "inter"):
        chosen = getattr(config, f"get_{pool}_op_parallelism_threads")()
        if not chosen and f"TF_NUM_{pool.upper()}OP_THREADS" not in os.environ:
            with suppress(RuntimeError):  # TensorFlow runs already: it is too late
                getattr(config, f"set_{pool}_op_parallelism_threads")(int(allowed))


@contextmanager
def keras_seed(seed):
    """Seed Keras' implicit randomness inside the block.

    It takes them from Python's own `random`, which is afterwards as it was.
    """
    with _random_lock:
        state = random.getstate()
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(state)
