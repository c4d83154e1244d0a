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
        console = Console(file=sys.stdout, markup=False, highlight=False)
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
        names = ["loss", *(name for name in epoch.logs if name.startswith("val_"))]
        shown = {name: epoch.logs[name] for name in names} if len(names) > 1 else epoch.logs
        self._bar.update(self._task, completed=epoch.number + 1, logs=_words(shown, " "))


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


def _words(logs, between):
    return between.join(f"{name} {value:.4f}" for name, value in logs.items())
