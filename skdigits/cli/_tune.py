"""The search behind `skdigits tune`."""

import io
import shutil
import sys
from contextlib import suppress

import typer
from sklearn.model_selection import GridSearchCV

from skdigits._ground.callbacks import ProgressBar
from skdigits._ground.files import write_whole
from skdigits.cli._errors import INTERRUPTED, stop
from skdigits.plots import SearchDisplay
from skdigits.tuning import CachedEstimator

# What joblib puts into the folder that it is given.
_FITS, _NOTE = "joblib", ".gitignore"


def search(model, grid, X, y, *, cv, n_jobs, folder):
    """Search the grid; what is in the folder of an interrupted search is not fitted again."""
    if (folder / _FITS).exists():
        typer.echo(f"going on with the fits in {folder}", err=True)
    grid = {f"estimator__{name}": values for name, values in grid.items()}
    found = GridSearchCV(
        CachedEstimator(model, memory=folder), grid, cv=cv, n_jobs=n_jobs, error_score="raise"
    )
    if sys.stdout.isatty():
        found.set_callbacks(ProgressBar(max_propagation_depth=0))
    try:
        return found.fit(X, y)
    except KeyboardInterrupt:
        message = f"interrupted; the same command goes on with the fits in {folder}"
        stop(message, INTERRUPTED)
    except Exception:
        if not any(folder.rglob("output.pkl")):
            forget(folder)
        raise


def draw(search, path):
    """Draw the scores, where matplotlib is there; tell where."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return 'not drawn, which needs matplotlib: pip install "skdigits[plots]"'
    n_drawn = min(20, len(search.cv_results_["params"]))
    figure = Figure(figsize=(7, 1.2 + 0.3 * n_drawn), layout="constrained")
    SearchDisplay.from_search(search, ax=figure.subplots())
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=150, metadata={"Software": "skdigits"})
    try:
        write_whole(path, picture.getvalue())
    except OSError as error:  # the model is there, and all the numbers are in the table
        return f"not drawn: {path} could not be written ({error.strerror or error})"
    return f"drawn in {path}"


def forget(folder):
    """Remove the fits of a search that is over, and nothing that somebody else has put there."""
    shutil.rmtree(folder / _FITS, ignore_errors=True)
    with suppress(OSError):  # it is not empty, or was never made
        (folder / _NOTE).unlink(missing_ok=True)
        folder.rmdir()
