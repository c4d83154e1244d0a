"""The commands: each is one library call between words in and words back.

Each imports what it needs only once its words are known to be right, so that help and a wrong word
take no longer than Python and typer do.
"""

import time
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from skdigits import __version__
from skdigits.cli._data import Source, load, load_to_learn, need_data
from skdigits.cli._errors import FAILED, choose, ending_well, stop
from skdigits.cli._names import MODELS, PUBLISHED
from skdigits.cli._outputs import (
    EXPLORATION,
    MODEL,
    PICTURE,
    REPORT,
    need_file,
    need_folder,
    show_then_write,
    write_or_copy,
)
from skdigits.cli._settings import (
    grid,
    make_models,
    model_names,
    need_params,
    need_settings,
    refusals_of,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # half as long to import, and errors look like our own
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[
    str,
    typer.Option(
        help=f"sample (bundled), {', '.join(PUBLISHED)}, or your own CSV, .npz or IDX file."
    ),
]
Label = Annotated[
    str | None,
    typer.Option(
        "--label",
        metavar="NAME|NUMBER",
        help="The column of a CSV file that has the labels: its name, or its place from 0 on.",
    ),
]
PixelRange = Annotated[
    str | None,
    typer.Option(
        metavar="LOW,HIGH", help="What pixels of a file of your own go from and to, such as 0,100."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="A parameter, such as epochs=10; may be repeated."
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the models.")]
Force = Annotated[
    bool, typer.Option("--force", help="Let --out replace what is there, whatever it is.")
]
ModelName = Annotated[str, typer.Argument(help=f"One of {', '.join(MODELS)}.")]
ModelFile = Annotated[Path, typer.Argument(help="A file that train or save_model wrote.")]


def _print_version(wanted: bool) -> None:
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
) -> None:
    """Neural networks among scikit-learn estimators, on handwritten digits."""


@app.command("fetch", short_help="Download a data set once.")
def fetch_command(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(PUBLISHED)}.")],
) -> None:
    """Download a data set once, check it, and show where it is."""
    choose("fetch", name, PUBLISHED)
    from skdigits import datasets

    title, loader = PUBLISHED[name]

    with ending_well():
        digits = getattr(datasets, loader)()
        typer.echo(
            f"{title}: {len(digits.data):,} images of {digits.images.shape[1]}x"
            f"{digits.images.shape[2]} pixels, verified, in {datasets.data_folder(None)}"
        )


@app.command("explore", short_help="Look at the digits that are there to learn from.")
def explore_command(
    data: Data = "sample",
    label: Label = None,
    pixel_range: PixelRange = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write explore.html, with pictures, to this folder.")
    ] = None,
    force: Force = False,
) -> None:
    """Look at the digits that are there to learn from: counts, pixels, samples."""
    source = Source(data, label, pixel_range)
    need_data(source)
    if out is not None:
        need_folder("--out", out, EXPLORATION, reads=[data], force=force)
    from skdigits import explore, write_exploration
    from skdigits.cli._show import show_exploration, square

    with ending_well():
        rows = load(source, split=False)
        part = "rows to learn from" if len(rows.y_test) else "all rows"
        found = explore(
            rows.X_train,
            rows.y_train,
            title=f"{rows.title}, {part}",
            image_shape=square(rows.X_train.shape[1]),
        )
        show_exploration(found)
        if out is not None:
            typer.echo(f"written: {write_exploration(found, out)}")


@app.command("train", short_help="Train a model, score it, and save it as one file.")
def train_command(
    name: ModelName,
    out: Annotated[Path, typer.Option(help="Where the model goes, such as model.skops.")],
    data: Data = "sample",
    label: Label = None,
    pixel_range: PixelRange = None,
    settings: Settings = None,
    seed: Seed = 0,
    only_predict: Annotated[
        bool,
        typer.Option("--only-predict", help="Leave out what going on with training needs."),
    ] = False,
    force: Force = False,
) -> None:
    """Train a model, score it on the test rows, and save it as one file."""
    choose("train", name, MODELS)
    need_settings(settings)
    need_file("--out", out, MODEL, reads=[data], force=force)
    source = Source(data, label, pixel_range)
    need_data(source)
    from skdigits import evaluate, save_model
    from skdigits.cli._show import show_result

    with ending_well():
        model = make_models([name], settings, seed)[name]
        rows = load_to_learn(source)
        start = time.perf_counter()
        with refusals_of(model):
            model.fit(rows.X_train, rows.y_train)
        fit_seconds = time.perf_counter() - start
        result = evaluate(model, rows.X_test, rows.y_test, name=name)
        save = partial(
            save_model,
            model,
            training_data=(rows.X_train, rows.y_train),
            result=result,
            training_state=not only_predict,
        )
        show_then_write(
            lambda: show_result(result, f"{name} on {rows.title}, {len(rows.y_test):,} test rows"),
            lambda: write_or_copy(out, save),
        )
        typer.echo(
            f"trained on {len(rows.y_train):,} rows in {fit_seconds:.2f} s, start-up included; "
            f"saved to {out} ({out.stat().st_size:,} bytes)"
        )


@app.command("tune", short_help="Try settings of a model by cross-validation.")
def tune_command(
    name: ModelName,
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
    label: Label = None,
    pixel_range: PixelRange = None,
    settings: Settings = None,
    cv: Annotated[int, typer.Option(min=2, help="Parts of the rows in cross-validation.")] = 3,
    jobs: Annotated[int, typer.Option(min=1, help="Fits at the same time.")] = 1,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """Try settings of a model by cross-validation, and save the best one, trained on all rows."""
    choose("tune", name, MODELS)
    need_settings(settings)
    need_params(params)
    folder, picture = Path(f"{out}.search"), Path(f"{out}.png")
    need_file("--out", out, MODEL, reads=[data], force=force)
    need_file("--out", picture, PICTURE, reads=[data], force=force)
    if folder.exists() and not folder.is_dir():
        stop(f"--out {out}: {folder} is to be the folder of its fits, and is a file.")
    source = Source(data, label, pixel_range)
    need_data(source)
    from skdigits import evaluate, save_model
    from skdigits.cli import _tune
    from skdigits.cli._show import show_search
    from skdigits.tuning import candidate_name

    with ending_well():
        model = make_models([name], settings, seed)[name]
        tried = grid(model, params)
        rows = load_to_learn(source, n_parts=cv)
        with refusals_of(model):
            search = _tune.search(
                model, tried, rows.X_train, rows.y_train, cv=cv, n_jobs=jobs, folder=folder
            )
        best = search.best_estimator_.estimator_
        result = evaluate(best, rows.X_test, rows.y_test, name=name)
        save = partial(save_model, best, training_data=(rows.X_train, rows.y_train), result=result)
        title = f"{name} on {rows.title}: {len(rows.y_train):,} rows, {cv} parts"
        show_then_write(lambda: show_search(search, title), lambda: write_or_copy(out, save))
        drawn = _tune.draw(search, picture)
        _tune.forget(folder)
        typer.echo(
            f"best: {candidate_name(search.best_params_)}; {result.accuracy:.2%} on "
            f"{len(rows.y_test):,} test rows\n"
            f"saved to {out} ({out.stat().st_size:,} bytes), {drawn}"
        )


@app.command("evaluate")
def evaluate_command(
    model: ModelFile,
    data: Data = "sample",
    label: Label = None,
    pixel_range: PixelRange = None,
    subset: Annotated[
        Literal["test", "train", "all"], typer.Option(help="Which rows to score on.")
    ] = "test",
) -> None:
    """Score a saved model, without training anything."""
    source = Source(data, label, pixel_range)
    need_data(source)
    from skdigits import evaluate, load_model, model_info
    from skdigits.cli._show import show_result
    from skdigits.persistence import data_info

    with ending_well():
        start = time.perf_counter()
        info, loaded = model_info(model), load_model(model)
        seconds = time.perf_counter() - start
        rows = load(source, split=subset != "all")
        X, y = rows.subset(subset)
        n_features = getattr(loaded, "n_features_in_", X.shape[1])
        if n_features != X.shape[1]:
            stop(
                f"{model} reads rows of {n_features} features, but {rows.title} has rows of "
                f"{X.shape[1]} features; give --data what it was trained on.",
                FAILED,
            )
        result = evaluate(loaded, X, y)
        show_result(result, f"{model} on {rows.title}, {len(y):,} rows ({subset})")
        if info["training_data"] == data_info(X, y):
            typer.echo("note: these are the rows that it was trained on")
        predict_seconds = len(y) / result.predict_rows_per_second
        typer.echo(f"loaded in {seconds:.3g} s, predicted in {predict_seconds:.3g} s")


@app.command("compare", short_help="Fit models on the same digits and show which is better.")
def compare_command(
    data: Data = "sample",
    label: Label = None,
    pixel_range: PixelRange = None,
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
    force: Force = False,
) -> None:
    """Fit models on the same digits and show which is better, by how much, at what cost."""
    names = model_names(models)
    need_settings(settings)
    if seed + n_seeds > 2**32:
        stop(f"--seeds {n_seeds}: from --seed {seed} on there are only {2**32 - seed}.")
    source = Source(data, label, pixel_range)
    need_data(source)
    if out is not None:
        need_folder("--out", out, REPORT, reads=[data], force=force)
    from skdigits import compare, write_report
    from skdigits.cli._show import progress, show_comparison

    with ending_well():
        chosen = make_models(names, settings, seed)
        rows = load_to_learn(source)
        with progress() as on_progress:
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
        n_train, n_test = len(rows.y_train), len(rows.y_test)
        title = f"{rows.title}: {n_train:,} digits to learn from, {n_test:,} to be scored on"

        def show() -> None:
            show_comparison(comparison, title)

        if out is None:
            show()
        else:
            write = partial(write_report, comparison)
            page = show_then_write(show, lambda: write_or_copy(out, write)) / "report.html"
            typer.echo(f"written: {page}")
        if all(result.error for result in comparison.results):
            raise typer.Exit(FAILED)


@app.command("report", short_help="Write the report of a comparison again.")
def report_command(
    comparison: Annotated[Path, typer.Argument(help="A report.json that compare wrote.")],
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.md and report.json.")],
    force: Force = False,
) -> None:
    """Write the report of a comparison again, without fitting anything."""
    need_folder("--out", out, {})
    from skdigits import write_report
    from skdigits.cli._report import read

    with ending_well():
        found = read(comparison)
        # Written in its place again, a report.json stays the same to the byte.
        same = comparison.read_bytes() == found.to_json().encode()
        need_folder("--out", out, REPORT, reads=[] if same else [comparison], force=force)
        typer.echo(f"written: {write_report(found, out)}")
