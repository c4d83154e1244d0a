"""How a fit shows where it is, epoch by epoch."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


class ProgressLine:
    """One line that is drawn again after each epoch; where there is no terminal, once at the end.

    Parameters
    ----------
    name : str
        Who is fitted.
    first_epoch, epochs : int
        Epochs done before, and to be done now.
    """

    def __init__(self, name, first_epoch, epochs):
        columns = (  # no more than eighty characters
            MofNCompleteColumn(),
            BarColumn(bar_width=8),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[logs]}"),
        )
        # Rich takes FORCE_COLOR for a terminal, and would fill a log with copies of the line; in a
        # notebook it asks for ipywidgets.
        console = Console(
            file=sys.stdout,
            force_terminal=sys.stdout.isatty(),
            force_jupyter=False,
            markup=False,
            highlight=False,
        )
        self._bar = Progress(*columns, console=console)
        self._task = self._bar.add_task(
            name, completed=first_epoch, total=first_epoch + epochs, logs=""
        )

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *_):
        self._bar.stop()

    def begin(self, number):
        """Do nothing: the line says how many epochs are done."""

    def end(self, epoch):
        """Draw the line again."""
        self._bar.update(self._task, completed=epoch.number + 1, logs=_words(_few(epoch.logs), " "))


class NotebookLine:
    """One output of a notebook, changed in place after epochs; parameters as for `ProgressLine`.

    IPython changes it, which needs no widgets. A line that goes back to its start would be kept as
    an output for each epoch where a notebook is run without a browser.
    """

    _SECONDS_BETWEEN = 0.2

    def __init__(self, name, first_epoch, epochs):
        self._name, self._last = name, first_epoch + epochs
        self._line, self._output, self._drawn_at = "", None, -self._SECONDS_BETWEEN

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._line:
            self._draw()

    def begin(self, number):
        """Do nothing: the line says how many epochs are done."""

    def end(self, epoch):
        """Draw the line again, unless that was a moment ago."""
        done = f"{epoch.number + 1}/{self._last}"
        self._line = f"{done} {self._name} {_words(_few(epoch.logs), ' ')}"
        if time.monotonic() - self._drawn_at >= self._SECONDS_BETWEEN:
            self._draw()

    def _draw(self):
        from IPython.display import display

        self._drawn_at = time.monotonic()
        data = {"text/plain": self._line}
        if self._output is None:
            self._output = display(data, raw=True, display_id=True)
        else:
            self._output.update(data, raw=True)


class EpochLines:
    """A line for each epoch; parameters as for `ProgressLine`."""

    def __init__(self, name, first_epoch, epochs):
        self._last = first_epoch + epochs

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def begin(self, number):
        """Do nothing: a line is printed when there is something to say."""

    def end(self, epoch):
        """Print a line."""
        words = _words(epoch.logs, "  ")
        print(f"epoch {epoch.number + 1}/{self._last}  {words}", flush=True)  # noqa: T201


def progress(verbose, name, first_epoch, epochs):
    """Return what shows the epochs of a fit for this `verbose`, which is not 0."""
    if verbose > 1:
        return EpochLines(name, first_epoch, epochs)
    line = NotebookLine if Console(file=sys.stdout).is_jupyter else ProgressLine
    return line(name, first_epoch, epochs)


def _few(logs):
    """Return the losses and accuracies that have room in a line: those of validation, if any."""
    names = ["loss", *(name for name in logs if name.startswith("val_"))]
    return {name: logs[name] for name in names} if len(names) > 1 else logs


def _words(logs, between):
    return between.join(f"{name} {value:.4f}" for name, value in logs.items())
