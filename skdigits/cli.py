"""The command line: words in, one library call, words back."""

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from skdigits import __version__, compare, load_mnist, load_sample_digits, make_model
from skdigits.files import write_whole
from skdigits.models import MODELS

# What the command ends with: something typed wrong, or something that could not be done.
_WRONG_WORDS, _FAILED = 2, 1

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool):
    if wanted:
        typer.echo(f"skdigits {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and end.", callback=_print_version, is_eager=True
        ),
    ] = False,
):
    """Neural networks among scikit-learn estimators, on handwritten digits."""


@app.command("compare")
def compare_command(
    data: Annotated[
        str,
        typer.Option(
            help="sample (bundled with scikit-learn, no download) or mnist (70,000 digits; "
            "downloaded once, or read from the folder that SKDIGITS_DATA names)."
        ),
    ] = "sample",
    models: Annotated[
        str, typer.Option(help=f"Names out of {','.join(MODELS)}, with commas between.")
    ] = "ann,svm,logreg",
    out: Annotated[
        Path | None, typer.Option(help="Also write everything to this file, as JSON.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Seed of the models and the split.")
    ] = 0,
):
    """Fit models on the same digits and show which is better, by how much, at what cost."""
    names = _model_names(models)
    load = _choice("--data", data, DATA)
    if out is not None and not _can_write(out):
        _stop(
            f"--out {out}: this is not a file in a folder that exists and can be written to.",
            _WRONG_WORDS,
        )
    try:
        rows = load(seed)
    except OSError as error:
        _stop(str(error), _FAILED)
    chosen = {name: make_model(name, random_state=seed) for name in names}
    with _progress() as on_progress:
        comparison = compare(chosen, *rows, on_progress=on_progress)
    n_train, n_test = len(rows[1]), len(rows[3])
    _show(comparison, f"{data}: {n_train:,} digits to learn from, {n_test:,} to be scored on")
    if out is not None:
        try:
            write_whole(out, comparison.to_json().encode())
        except OSError as error:
            _stop(f"{out} could not be written: {error}", _FAILED)
    if all(result.error for result in comparison.results):
        raise typer.Exit(_FAILED)


def _sample(seed):
    from sklearn.model_selection import train_test_split

    X, y = load_sample_digits(return_X_y=True)
    split = train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)
    X_train, X_test, y_train, y_test = split
    return X_train, y_train, X_test, y_test


def _mnist(seed):
    return (
        *load_mnist(subset="train", return_X_y=True),
        *load_mnist(subset="test", return_X_y=True),
    )


# Where --data gets its rows: each gives (X_train, y_train, X_test, y_test).
DATA = {"sample": _sample, "mnist": _mnist}


def _model_names(text):
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        _stop(f"--models {text!r}: no model is named; known are {', '.join(MODELS)}.", _WRONG_WORDS)
    for name in names:
        _choice("--models", name, MODELS)
    if len(set(names)) < len(names):
        _stop(f"--models {text}: a model is named twice.", _WRONG_WORDS)
    return names


def _choice(option, word, table):
    if word not in table:
        _stop(f"{option} {word!r} is not known; it takes {', '.join(table)}.", _WRONG_WORDS)
    return table[word]


def _can_write(out):
    """Tell whether a file can be put there, before hours are spent on what goes into it."""
    # os.path answers False where Path would raise: for a name too long, or a closed folder.
    return os.access(out.parent, os.W_OK) and not os.path.isdir(out) and len(out.name) < 256  # noqa: PTH112


def _stop(message, code) -> NoReturn:
    """End with a short message and `_WRONG_WORDS` or `_FAILED`."""
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(code)


@contextmanager
def _progress():
    """Show a progress bar on a terminal; give the function that moves it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None)

        def move(name, step, n_steps):
            progress.update(
                task,
                description=f"fitting {name} ({step + 1} of {n_steps})",
                completed=step,
                total=n_steps,
            )

        yield move


def _show(comparison, title):
    # Eighty columns must do.
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    headings = ("accuracy", "95 % interval", "macro F1", "log loss", "fit", "one row", "rows/s")
    table.add_column("model", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    frame = comparison.frame().sort_values("accuracy", ascending=False, na_position="last")
    for name, row in frame[frame["error"].isna()].iterrows():
        table.add_row(
            name,
            f"{row.accuracy:.2%}",
            f"{100 * row.accuracy_low:.2f}-{row.accuracy_high:.2%}",
            f"{row.macro_f1:.4f}",
            "-" if row.log_loss != row.log_loss else f"{row.log_loss:.4f}",
            f"{row.fit_seconds:.2f} s",
            f"{row.predict_one_ms:.2f} ms",
            f"{row.predict_rows_per_second:,.0f}",
        )
    console = Console(width=max(80, Console().width))  # better wrapped than cut
    if table.row_count:
        console.print(table)
    for name, row in frame[frame["error"].notna()].iterrows():
        typer.echo(f"{name} failed: {row.error}", err=True)
