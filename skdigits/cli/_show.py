"""Tables and a progress bar, on a terminal of eighty columns or more."""

import math
import sys
from contextlib import contextmanager

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_LABELS = 62
_WIDTH = 76
_SMALLEST_SIDE = 8
_INK = " .+#@"


def show_comparison(comparison, title):
    """Print a comparison's table, the best model first, its verdict, and to stderr what failed."""
    headings = ("accuracy", "95 % interval", "macro F1", "log loss", "fit", "one row", "rows/s")
    table = _table("model", *headings, title=title)
    frame = comparison.frame().sort_values("accuracy", ascending=False, na_position="last")
    for name, row in frame[frame["error"].isna()].iterrows():
        table.add_row(
            name,
            f"{row.accuracy:.2%}",
            f"{100 * row.accuracy_low:.2f}-{row.accuracy_high:.2%}",
            f"{row.macro_f1:.4f}",
            "-" if row.log_loss != row.log_loss else f"{row.log_loss:.4f}",
            f"{_short(row.fit_seconds)} s",
            f"{_short(row.predict_one_ms)} ms",
            _short(row.predict_rows_per_second),
        )
    _print(table)
    if table.row_count:
        _print(comparison.verdict())
    for result in comparison.results:
        _show_notes(result)
    for name, row in frame[frame["error"].notna()].iterrows():
        typer.echo(f"{name} failed: {row.error}", err=True)


def show_search(search, title):
    """Print the candidates of a search, the best first, and what each differs in."""
    results = search.cv_results_
    names = [name.removeprefix("param_") for name in results if name.startswith("param_")]
    best_first = sorted(range(len(results["params"])), key=results["rank_test_score"].__getitem__)
    n_splits = search.n_splits_ if len(names) < 3 and search.n_splits_ <= 5 else 0  # of the width
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in names:
        table.add_column(name.rpartition("__")[2], overflow="fold")
    for heading in ("accuracy", "std", *(f"split {k + 1}" for k in range(n_splits))):
        table.add_column(heading, justify="right", no_wrap=True)
    for i in best_first:
        table.add_row(
            *(str(results["params"][i][name]) for name in names),
            f"{results['mean_test_score'][i]:.2%}",
            f"{100 * results['std_test_score'][i]:.2f}",
            *(f"{results[f'split{k}_test_score'][i]:.2%}" for k in range(n_splits)),
        )
    _print(table)


def show_result(result, title):
    """Print what is known of one model."""
    n_rows = sum(map(sum, result.confusion))
    right = sum(counts[i] for i, counts in enumerate(result.confusion))
    loss = "" if result.log_loss is None else f", log loss {result.log_loss:.4f}"
    typer.echo(title)
    typer.echo(
        f"accuracy {result.accuracy:.2%} ({right:,} of {n_rows:,}; 95 % interval "
        f"{100 * result.accuracy_low:.2f}-{result.accuracy_high:.2%}), macro F1 "
        f"{result.macro_f1:.4f}{loss}"
    )
    if result.calibration_error is not None:
        left = ", ".join(
            f"{accuracy:.2%} without the least certain {share:.0%}"
            for share, accuracy in result.accuracy_when_refusing
        )
        typer.echo(f"calibration error {result.calibration_error:.4f}; {left}")
    table = _table("label", "precision", "recall", "F1", "rows", "read as")
    pairs = result.confused_pairs()
    for label, row in result.per_class().iterrows():
        wrong = [f"{guess} ({count})" for true, guess, count in pairs if true == label][:3]
        table.add_row(
            str(label),
            f"{row.precision:.2%}",
            f"{row.recall:.2%}",
            f"{row.f1:.2%}",
            f"{row.support:,.0f}",
            ", ".join(wrong),
        )
    _print(table)
    _show_notes(result)


def _show_notes(result):
    """Print to stderr what is in doubt."""
    for note in result.notes:
        typer.echo(f"note: {result.name}: {note}", err=True)


def show_exploration(exploration):
    """Print what the rows are, and a bar for each label."""
    typer.echo(exploration.title)
    facts = exploration.facts()
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"  {name:<{width}}  {value}")
    width = max(len(str(label)) for label in exploration.labels[:_LABELS])
    most = max(exploration.counts)
    bars = list(zip(exploration.labels, exploration.counts, strict=True))
    for label, count in bars[:_LABELS]:
        typer.echo(f"  {label!s:>{width}}  {count:>9,}  {'#' * round(40 * count / most)}")
    if len(bars) > _LABELS:
        typer.echo(f"  ... {len(bars) - _LABELS:,} more labels")
    for line in _samples(exploration.pictures):
        typer.echo(line)


def square(n_features):
    """Return the shape of rows that are square images, or None."""
    side = math.isqrt(n_features)
    return (side, side) if side >= _SMALLEST_SIDE and side * side == n_features else None


def _samples(pictures):
    """Yield the lines of a few pictures side by side, which show whether they stand upright."""
    chosen = list({picture.label: picture for picture in reversed(pictures)}.values())[::-1]
    if not chosen or chosen[0].shape[1] > _WIDTH:
        return
    # From amid the labels: 0 and 1 look much the same, whichever way they stand.
    n = min(len(chosen), _WIDTH // (chosen[0].shape[1] + 2))
    chosen = [chosen[(2 * i + 1) * len(chosen) // (2 * n)] for i in range(n)]
    yield f"  samples of {', '.join(str(picture.label) for picture in chosen)}, as they stand:"
    images = [picture.array().astype(float) for picture in chosen]
    for top in range(0, len(images[0]), 2):  # a letter is twice as high as it is wide
        strips = [image[top : top + 2].mean(axis=0) for image in images]
        most = [max(image.max(), 1) / (len(_INK) - 1) for image in images]
        inks = [(strip / m).astype(int) for strip, m in zip(strips, most, strict=True)]
        yield ("  " + "  ".join("".join(_INK[ink] for ink in row) for row in inks)).rstrip()


@contextmanager
def progress():
    """Show a progress bar on a terminal; give the function that moves it."""
    console = Console(stderr=True)
    if not (console.is_terminal and sys.stderr.isatty()):  # FORCE_COLOR makes no terminal
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def move(name, step, n_steps):
            words = f"fitting {name} ({step + 1} of {n_steps})"
            bar.update(task, description=words, completed=step, total=n_steps)

        yield move


def _short(value):
    """Return three digits, or thousands: what eight columns of numbers have room for."""
    if value < 10:
        return f"{value:.2f}"
    if value < 100:
        return f"{value:.1f}"
    return f"{value:,.0f}" if value < 10_000 else f"{value / 1000:,.0f}k"


def _table(first, *headings, title=None):
    # Eighty columns must do.
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(first, no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _print(words):
    if isinstance(words, Table) and not words.row_count:
        return
    # Better wrapped than cut; and names and labels are words, not rich's markup.
    console = Console(width=max(80, Console().width), markup=False, emoji=False, highlight=False)
    console.print(words)
