"""scikit-learn's callbacks, told of epochs: the one place that names `sklearn.callback`."""

from functools import cache

from sklearn.callback import CallbackSupportMixin, with_callbacks

__all__ = ["CallbackSupportMixin", "EpochTasks", "enclosed", "with_callbacks"]


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
        self.learned = None
        self._rows = {}

    def start(self, rows):
        """Tell that the fit begins.

        Parameters
        ----------
        rows : callable
            `rows()` gives a tuple: the rows to score on, their labels and their weights, or None
            for those. It is asked only if a callback wants to know.
        """
        known = cache(rows)
        self._rows = {
            "X": lambda: known()[0],
            "y": lambda: known()[1],
            "metadata": lambda: {} if known()[2] is None else {"sample_weight": known()[2]},
        }
        self._task.call_on_fit_task_begin(estimator=self._estimator, **self._rows)

    def begin(self, _):
        """Tell that an epoch begins."""
        self._epoch = self._task.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self._estimator, **self._rows)

    def end(self, epoch):
        """Tell what came of an epoch; give whether a callback wants training to stop."""
        return self._epoch.call_on_fit_task_end(
            estimator=self._estimator,
            reconstruction_attributes=lambda: self.learned(epoch),
            **self._rows,
        )

    def finish(self):
        """Tell that the fit is over."""
        self._task.call_on_fit_task_end(
            estimator=self._estimator, reconstruction_attributes={}, **self._rows
        )


def enclosed(estimator):
    """Tell whether a fit is part of a larger one, such as a search; a Pipeline does not count."""
    task = getattr(estimator, "_parent_callback_ctx", None)
    while task is not None and task.estimator_name == "Pipeline":
        task = task.parent
    return task is not None
