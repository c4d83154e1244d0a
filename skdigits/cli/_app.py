"""The commands: each is one library call between words in and words back."""

import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from skdigits import (
    Comparison,
    __version__,
    compare,
    evaluate,
    explore,
    load_model,
    model_info,
    save_model,
    write_exploration,
    write_report,
)
from skdigits.cli import _show, _tune, _words
from skdigits.datasets import data_folder
from skdigits.models import MODELS
from skdigits.persistence import data_info
from skdigits.tuning import candidate_name

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[
    str,
    typer.Option(
        help=f"sample (bundled), {', '.join(_words.PUBLISHED)}, or your own CSV, .npz or IDX file."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="A parameter, such as epochs=10; may be repeated."
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the models.")]
ModelFile = Annotated[Path, typer.Argument(help="A file that train or save_model wrote.")]


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


@app.command("fetch")
def fetch_command(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(_words.PUBLISHED)}.")],
):
    """Download a data set once, check it, and tell where it is."""
    title, loader = _words.choice("fetch", name, _words.PUBLISHED)
    with _words.ending_well():
        digits = loader()
    typer.echo(
        f"{title}: {len(digits.data):,} images of {digits.images.shape[1]}x"
        f"{digits.images.shape[2]} pixels, verified, in {data_folder(None)}"
    )


@app.command("explore")
def explore_command(
    data: Data = "sample",
    out: Annotated[
        Path | None, typer.Option(help="Also write explore.html, with pictures, to this folder.")
    ] = None,
):
    """Look at the digits that are there to learn from: counts, pixels, samples."""
    if out is not None:
        _words.need_folder("--out", out)
    rows = _words.load(data)
    with _words.ending_well():
        found = explore(rows.X_train, rows.y_train, title=f"{rows.title}, rows to learn from")
        _show.show_exploration(found)
        if out is not None:
            typer.echo(f"written: {write_exploration(found, out)}")


@app.command("train")
def train_command(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(MODELS)}.")],
    out: Annotated[Path, typer.Option(help="Where the model goes, such as model.skops.")],
    data: Data = "sample",
    settings: Settings = None,
    seed: Seed = 0,
    only_predict: Annotated[
        bool,
        typer.Option("--only-predict", help="Leave out what going on with training needs."),
    ] = False,
):
    """Train a model, score it on the test rows, and save it as one file."""
    _words.choice("train", name, MODELS)
    model = _words.models([name], settings or [], seed)[name]
    _words.need_file("--out", out)
    rows = _words.load(data)
    with _words.ending_well():
        start = time.perf_counter()
        model.fit(rows.X_train, rows.y_train)
        fitted = time.perf_counter()
        result = evaluate(model, rows.X_test, rows.y_test, name=name)
        save_model(
            model,
            out,
            training_data=(rows.X_train, rows.y_train),
            result=result,
            training_state=not only_predict,
        )
    _show.show_result(result, f"{name} on {rows.title}, {len(rows.y_test):,} test rows")
    typer.echo(
        f"trained on {len(rows.y_train):,} rows in {fitted - start:.2f} s, start-up included; "
        f"saved to {out} ({out.stat().st_size:,} bytes)"
    )


@app.command("tune")
def tune_command(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(MODELS)}.")],
    params: Annotated[
        list[str],
        typer.Option(
            "--param",
            metavar="NAME=VALUE,VALUE",
            help="What to try, such as learning_rate=0.001,0.003; may be repeated.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Where the best model goes, such as best.skops.")],
    data: Data = "sample",
    settings: Settings = None,
    cv: Annotated[int, typer.Option(min=2, help="Parts of the rows in cross-validation.")] = 3,
    jobs: Annotated[int, typer.Option(min=1, help="Fits at the same time.")] = 1,
    seed: Seed = 0,
):
    """Try settings of a model by cross-validation, and save the best one, trained on all rows."""
    _words.choice("tune", name, MODELS)
    model = _words.models([name], settings or [], seed)[name]
    grid = _words.grid(model, params)
    _words.need_file("--out", out)
    folder, picture = Path(f"{out}.search"), Path(f"{out}.png")
    _words.need_file("--out", picture)
    if folder.exists() and not folder.is_dir():
        _words.stop(f"--out {out}: {folder} is to be the folder of its fits, and is a file.")
    rows = _words.load(data)
    with _words.ending_well():
        search = _tune.search(
            model, grid, rows.X_train, rows.y_train, cv=cv, n_jobs=jobs, folder=folder
        )
        best = search.best_estimator_.estimator_
        result = evaluate(best, rows.X_test, rows.y_test, name=name)
        save_model(best, out, training_data=(rows.X_train, rows.y_train), result=result)
        drawn = _tune.draw(search, picture)
        _tune.forget(folder)
    words = f"{name} on {rows.title}: {len(rows.y_train):,} rows, {cv} parts"
    with _words.ending_well():
        _show.show_search(search, words)
        typer.echo(
            f"best: {candidate_name(search.best_params_)}; {result.accuracy:.2%} on "
            f"{len(rows.y_test):,} test rows\n"
            f"saved to {out} ({out.stat().st_size:,} bytes), {drawn}"
        )


@app.command("evaluate")
def evaluate_command(
    model: ModelFile,
    data: Data = "sample",
    subset: Annotated[
        Literal["test", "train", "all"], typer.Option(help="Which rows to score on.")
    ] = "test",
):
    """Score a saved model, without training anything."""
    with _words.ending_well():
        start = time.perf_counter()
        info, loaded = model_info(model), load_model(model)
        seconds = time.perf_counter() - start
    rows = _words.load(data)
    X, y = rows.subset(subset)
    with _words.ending_well():
        result = evaluate(loaded, X, y)
    _show.show_result(result, f"{model} on {rows.title}, {len(y):,} rows ({subset})")
    if info["training_data"] == data_info(X, y):
        typer.echo("note: these are the rows that it was trained on")
    typer.echo(
        f"loaded in {seconds:.3g} s, predicted in {len(y) / result.predict_rows_per_second:.3g} s"
    )


@app.command("compare")
def compare_command(
    data: Data = "sample",
    models: Annotated[
        str, typer.Option(help=f"Names out of {','.join(MODELS)}, with commas between.")
    ] = "ann,svm,logreg",
    settings: Settings = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Also write report.html, report.md and report.json to this folder."),
    ] = None,
    seed: Seed = 0,
    n_seeds: Annotated[
        int,
        typer.Option(
            "--seeds", min=1, help="How many seeds to fit each model with, from --seed on."
        ),
    ] = 1,
):
    """Fit models on the same digits and show which is better, by how much, at what cost."""
    chosen = _words.models(_words.model_names(models), settings or [], seed)
    if seed + n_seeds > 2**32:
        _words.stop(f"--seeds {n_seeds}: from --seed {seed} on there are only {2**32 - seed}.")
    if out is not None:
        _words.need_folder("--out", out)
    rows = _words.load(data)
    with _words.ending_well(), _show.progress() as on_progress:
        comparison = compare(
            chosen,
            rows.X_train,
            rows.y_train,
            rows.X_test,
            rows.y_test,
            seeds=range(seed, seed + n_seeds) if n_seeds > 1 else None,
            title=rows.title,
            on_progress=on_progress,
        )
    page = None
    if out is not None:  # before the table, which may not find a reader
        with _words.ending_well():
            page = write_report(comparison, out)
    n_train, n_test = len(rows.y_train), len(rows.y_test)
    words = f"{rows.title}: {n_train:,} digits to learn from, {n_test:,} to be scored on"
    with _words.ending_well():
        _show.show_comparison(comparison, words)
        if page is not None:
            typer.echo(f"written: {page}")
    if all(result.error for result in comparison.results):
        raise typer.Exit(_words.FAILED)


@app.command("report")
def report_command(
    comparison: Annotated[Path, typer.Argument(help="A report.json that compare wrote.")],
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.md and report.json.")],
):
    """Write the report of a comparison again, without fitting anything."""
    _words.need_folder("--out", out)
    with _words.ending_well():
        found = Comparison.from_json(comparison.read_text(encoding="utf-8"))
        typer.echo(f"written: {write_report(found, out)}")
