"""Measure six models on MNIST, and the networks beyond it: writes docs/report and accuracy.json.

    python docs/results/measure_mnist.py [--handwriting FOLDER] [--model NAME] [--seed N]

Three seeds of each network, two hours on two cores that do nothing else; with a name or a seed,
that one alone, anew, beside what the files hold of the others. MNIST is downloaded where it is not
found. FOLDER holds `photos` and `canvas`, each with images and a `labels.csv` (file,label). With
TF_ENABLE_ONEDNN_OPTS=1, convolutions take about half the time on processors where TensorFlow does
not set that by itself.
"""

import argparse
import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import affine_transform

from skdigits import (
    Augmentation,
    Comparison,
    compare,
    evaluate,
    load_mnist,
    load_sample_digits,
    make_model,
    write_report,
)
from skdigits._ground.environment import environment
from skdigits._ground.files import write_whole

OUT = Path(__file__).with_name("accuracy.json")
REPORT = Path(__file__).parent.parent / "report"
SEEDS = (0, 1, 2)
NETWORKS = ("ann", "ann-best", "cnn", "cnn-best")
MODELS = (*NETWORKS, "svm", "logreg")
STILL = {"shift": 0, "rotation": 0, "scale": 0, "shear": 0, "elastic": 0}


def main():
    """Compare the models with each seed, score the networks elsewhere, write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--handwriting", type=Path, help="folder with photos and canvas")
    parser.add_argument("--model", choices=MODELS, action="append", help="only this one")
    parser.add_argument("--seed", type=int, action="append", help="only this one")
    options = parser.parse_args()
    folder, wanted = options.handwriting, options.model or MODELS
    seeds = options.seed or SEEDS
    train = load_mnist(subset="train", return_X_y=True)
    test = load_mnist(subset="test", return_X_y=True)
    elsewhere = beyond(*test)
    for kind in ("photos", "canvas") if folder else ():
        elsewhere[kind] = handwriting(folder / kind)
    runs = []

    def score(name, model):
        if name in NETWORKS:
            runs.append({"model": name, **scores(model, *test, elsewhere)})
            print(json.dumps(runs[-1]), flush=True)

    comparison = compare(
        {name: make_model(name) for name in wanted},
        *train,
        *test,
        seeds=seeds,
        title="MNIST",
        on_progress=tell,
        on_fitted=score,
    )
    fits = {result.name: iter(result.fit_seconds) for result in comparison.results}
    for run in runs:
        run["fit_seconds"] = next(fits[run["model"]])
    if options.model or options.seed:
        before = Comparison.from_json((REPORT / "report.json").read_text())
        kept = tuple(result for result in before.results if result.name not in wanted)
        comparison = replace(before, results=kept).joined(comparison)
        runs += [
            run
            for run in json.loads(OUT.read_text())["runs"]
            if run["model"] not in wanted or run["seed"] not in seeds
        ]
        runs.sort(key=lambda run: (NETWORKS.index(run["model"]), run["seed"]))
    write_report(comparison, REPORT)
    result = {
        "environment": environment(),
        "models": {name: repr(make_model(name)[-1]) for name in NETWORKS},
        "n_rows": {kind: len(rows[1]) for kind, rows in elsewhere.items()},
        "summary": summary(runs),
        "runs": runs,
    }
    write_whole(OUT, (json.dumps(result, indent=1) + "\n").encode())
    print(comparison.verdict())
    print(comparison.pairwise().round(5).to_string())
    print(table(comparison), *tables(result), sep="\n\n")


def scores(model, X_test, y_test, elsewhere):
    """Score a fitted network on the test images, and on rows that are not like them."""
    found = evaluate(model, X_test, y_test)
    return {
        "seed": model[-1].random_state,
        "accuracy": found.accuracy,
        "log_loss": found.log_loss,
        "calibration_error": found.calibration_error,
        "accuracy_when_refusing": found.accuracy_when_refusing,
        "predict_one_ms": found.predict_one_ms,
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "as TensorFlow chooses"),
        "size_bytes": found.size_bytes,
        "beyond": {kind: float(model.score(*rows)) for kind, rows in elsewhere.items()},
    }


def summary(runs):
    """Give means over the seeds, and the standard deviation of the accuracy."""
    found = {}
    for name in dict.fromkeys(run["model"] for run in runs):
        own = [run for run in runs if run["model"] == name]

        def mean(key, own=own):
            return float(np.mean([run[key] for run in own]))

        found[name] = {
            "seeds": len(own),
            "accuracy": mean("accuracy"),
            "accuracy_standard_deviation": float(np.std([r["accuracy"] for r in own], ddof=1))
            if len(own) > 1
            else None,
            "log_loss": mean("log_loss"),
            "calibration_error": mean("calibration_error"),
            "accuracy_refusing_1_percent": float(
                np.mean([run["accuracy_when_refusing"][0][1] for run in own])
            ),
            "fit_seconds": mean("fit_seconds"),
            "beyond": {
                kind: float(np.mean([run["beyond"][kind] for run in own]))
                for kind in own[0]["beyond"]
            },
        }
    return found


def tables(result):
    """Write the README's two tables of networks: on MNIST, and beyond it.

    Parameters
    ----------
    result : dict
        What accuracy.json holds.

    Returns
    -------
    tables : list of str
        Markdown.
    """
    found = result["summary"]
    on_mnist = [
        "| model | seeds | test accuracy | calibration error | 1 % refused | fit |",
        "|---|---|---|---|---|---|",
    ]
    for name, figures in found.items():
        spread, seconds = figures["accuracy_standard_deviation"], figures["fit_seconds"]
        beside = "" if spread is None else f" ± {100 * spread:.2f}"
        cells = [
            f'`make_model("{name}")`',
            str(figures["seeds"]),
            f"{100 * figures['accuracy']:.2f}{beside} %",
            f"{figures['calibration_error']:.4f}",
            f"{100 * figures['accuracy_refusing_1_percent']:.2f} %",
            f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s",
        ]
        on_mnist.append(f"| {' | '.join(cells)} |")
    beyond_mnist = [
        "| | " + " | ".join(f"`{name}`" for name in found) + " |",
        "|---" * (len(found) + 1) + "|",
    ]
    for kind in next(iter(found.values()))["beyond"]:
        shares = [f"{100 * figures['beyond'][kind]:.1f} %" for figures in found.values()]
        beyond_mnist.append(f"| {kind} | {' | '.join(shares)} |")
    return ["\n".join(on_mnist), "\n".join(beyond_mnist)]


def beyond(X_test, y_test):
    """Give rows that are not like those trained on: the test images changed, and other digits."""
    rng = np.random.default_rng(0)
    noisy = X_test + rng.normal(0, 50, X_test.shape)
    smaller = [
        affine_transform(x.reshape(28, 28), [1 / 0.7] * 2, 13.5 * (1 - 1 / 0.7), order=1)
        for x in X_test
    ]
    return {
        "shifted by up to 3 pixels": (_distorted(X_test, shift=3), y_test),
        "rotated by up to 25 degrees": (_distorted(X_test, rotation=25), y_test),
        "scaled by 0.7": (np.reshape(smaller, X_test.shape), y_test),
        "noise of 50 of 255": (np.clip(noisy, 0, 255).astype(np.uint8), y_test),
        "bundled digits": load_sample_digits(return_X_y=True),
    }


def _distorted(X, **params):
    distorted = Augmentation(**{**STILL, **params}).distort(X, random_state=0)
    return np.rint(distorted).astype(np.uint8)


def handwriting(folder):
    """Read images the simplest way: on white, grey, inverted, 28 by 28."""
    from PIL import Image

    rows, labels = [], []
    with (folder / "labels.csv").open() as lines:
        for line in csv.DictReader(lines):
            image = Image.open(folder / line["file"]).convert("RGBA")
            white = Image.new("RGBA", image.size, "white")
            grey = Image.alpha_composite(white, image).convert("L").resize((28, 28), Image.BILINEAR)
            rows.append(255 - np.asarray(grey).reshape(-1))
            labels.append(int(line["label"]))
    return np.array(rows), np.array(labels)


def table(comparison):
    """Write the README's table of models.

    Parameters
    ----------
    comparison : Comparison
        What docs/report/report.json holds.

    Returns
    -------
    table : str
        Markdown, the best model first.
    """
    lines = ["| model | test accuracy | fit | one row | on disk |", "|---|---|---|---|---|"]
    for name, row in comparison.frame().sort_values("accuracy", ascending=False).iterrows():
        seconds, megabytes = row.fit_seconds, row.size_bytes / 1e6
        cells = [
            f"`{name}`",
            f"{100 * row.accuracy:.2f} %",
            f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s",
            f"{row.predict_one_ms:.2f} ms",
            f"{megabytes:.2f} MB",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def tell(name, step, n_steps):
    """Say where it is."""
    print(f"{step + 1}/{n_steps} {name}", flush=True)


if __name__ == "__main__":
    main()
