"""scikit-learn's callbacks, told of epochs: the one place that names `sklearn.callback`."""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from sklearn.callback import CallbackSupportMixin, ProgressBar, with_callbacks

__all__ = [
    "CallbackSupportMixin",
    "EpochTasks",
    "ProgressBar",
    "enclosing",
    "noting_cuts",
    "one_task",
    "with_callbacks",
    "without_callbacks",
]


_cuts = ContextVar("_cuts", default=None)


@contextmanager
def noting_cuts():
    """Note which fits a callback stopped early inside the block.

    Yields
    ------
    cuts : list
        Empty as long as there was none.
    """
    token = _cuts.set([])
    try:
        yield _cuts.get()
    finally:
        _cuts.reset(token)


class EpochTasks:
    """A fit as scikit-learn's callbacks see it: a task, and a task in it for each epoch.

    Parameters
    ----------
    estimator : estimator
        It has the parts of `CallbackSupportMixin`.
    max_epochs : int
        How many epochs there may be.
    """

    def __init__(self, estimator, max_epochs):
        self._estimator = estimator
        self._task = estimator._init_callback_context(max_subtasks=max_epochs)
        self._epoch = None
        self._learned = None
        self._rows = {}

    def start(self, rows, learned):
        """Announce the start of the fit.

        Parameters
        ----------
        rows : callable
            `rows()` returns a tuple: the rows to score on, their labels and their weights, or None
            for those. It is asked only if a callback wants to know.
        learned : callable
            `learned(epoch)` returns the attributes of the estimator as of an epoch.
        """
        self._learned = learned
        known = cache(rows)
        self._rows = {
            "X": lambda: known()[0],
            "y": lambda: known()[1],
            "metadata": lambda: {} if known()[2] is None else {"sample_weight": known()[2]},
        }
        self._task.call_on_fit_task_begin(estimator=self._estimator, **self._rows)

    def begin(self, _):
        """Announce the start of an epoch."""
        self._epoch = self._task.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self._estimator, **self._rows)

    def end(self, epoch):
        """Announce the end of an epoch; return whether a callback wants training to stop."""
        stop = self._epoch.call_on_fit_task_end(
            estimator=self._estimator,
            reconstruction_attributes=lambda: self._learned(epoch),
            **self._rows,
        )
        if stop and _cuts.get() is not None:
            _cuts.get().append(epoch.number)
        return stop

    def finish(self):
        """Announce the end of the fit."""
        self._task.call_on_fit_task_end(
            estimator=self._estimator, reconstruction_attributes={}, **self._rows
        )


@contextmanager
def one_task(estimator, X, y):
    """Announce a fit that has no parts.

    Parameters
    ----------
    estimator : estimator
        It has the parts of `CallbackSupportMixin`.
    X, y : array-like
        What it is fitted to.
    """
    task = estimator._init_callback_context()
    task.call_on_fit_task_begin(estimator=estimator, X=X, y=y)
    yield
    task.call_on_fit_task_end(estimator=estimator, X=X, y=y, reconstruction_attributes={})


@contextmanager
def enclosing(estimator, X, y):
    """Announce a meta-estimator's fit, which is that of one estimator inside.

    Parameters
    ----------
    estimator : estimator
        The meta-estimator, with the parts of `CallbackSupportMixin`.
    X, y : array-like
        What it is fitted to.

    Yields
    ------
    inside : callable
        `inside(other)` is a context manager for the fit of the estimator inside: its callbacks are
        told as parts of this fit.
    """
    task = estimator._init_callback_context(max_subtasks=1)
    task.call_on_fit_task_begin(estimator=estimator, X=X, y=y)

    @contextmanager
    def inside(other):
        part = task.subcontext(task_name="fit-estimator")
        with part.propagate_callback_context(other):
            part.call_on_fit_task_begin(estimator=estimator, X=X, y=y)
            yield
            part.call_on_fit_task_end(estimator=estimator, X=X, y=y)

    yield inside
    task.call_on_fit_task_end(estimator=estimator, X=X, y=y)


def without_callbacks(estimator):
    """Take the callbacks from an estimator and from all that are parameters of it."""
    for part in (estimator, *estimator.get_params().values()):
        if hasattr(part, "get_params"):
            vars(part).pop("_skl_callbacks", None)
    return estimator
