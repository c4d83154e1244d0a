"""How a fit shows where it is, epoch by epoch."""

import sys

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
    """One line that is written over after each epoch; parameters as for `ProgressLine`.

    A notebook's output is no terminal, and what it can do with one is to go back to the start of
    the line.
    """

    def __init__(self, name, first_epoch, epochs):
        self._name, self._last, self._width = name, first_epoch + epochs, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._width:
            print(flush=True)  # noqa: T201

    def begin(self, number):
        """Do nothing: the line says how many epochs are done."""

    def end(self, epoch):
        """Write the line again."""
        done = f"{epoch.number + 1}/{self._last}"
        line = f"{done} {self._name} {_words(_few(epoch.logs), ' ')}"
        print(f"\r{line:{self._width}}", end="", flush=True)  # noqa: T201
        self._width = len(line)


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
