"""Measure the models on all of MNIST: writes mnist.json, and docs/report of three of them.

    python docs/results/measure_mnist.py

About ten minutes on two cores, most of it the SVM. MNIST is downloaded where it is not found.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from skdigits import compare, load_mnist, make_model, write_report
from skdigits.files import write_whole

SEEDS = range(5)
OUT = Path(__file__).with_name("mnist.json")
# What is in the report: the models of `skdigits compare --data mnist`, under their names there.
REPORT = {"ann, 5 epochs, seed 0": "ann", "svm": "svm", "logreg": "logreg"}


def main():
    """Compare, summarise over seeds, write the result file."""
    models = {
        f"ann, {epochs} epochs, seed {seed}": make_model("ann", epochs=epochs, random_state=seed)
        for epochs in (5, 10)
        for seed in SEEDS
    }
    models["svm"] = make_model("svm", random_state=0)
    models["logreg"] = make_model("logreg", random_state=0)
    comparison = compare(
        models,
        *load_mnist(subset="train", return_X_y=True),
        *load_mnist(subset="test", return_X_y=True),
        title="MNIST",
        on_progress=lambda name, step, n_steps: print(f"{step + 1}/{n_steps} {name}", flush=True),
    )
    frame = comparison.frame()
    summary = {}
    for group in ("ann, 5 epochs", "ann, 10 epochs", "svm", "logreg"):
        rows = frame[frame.index.str.startswith(group)]
        spread = float(np.std(rows["accuracy"], ddof=1)) if len(rows) > 1 else None
        summary[group] = {
            "seeds": len(rows) if len(rows) > 1 else None,
            "accuracy_mean": float(rows["accuracy"].mean()),
            "accuracy_standard_deviation": spread,
            "fit_seconds_median": float(rows["fit_seconds"].median()),
            "predict_one_ms_median": float(rows["predict_one_ms"].median()),
        }
    figures = json.loads(without_pictures(comparison).to_json())
    result = {"summary": summary, "comparison": figures}
    write_whole(OUT, (json.dumps(result, indent=1) + "\n").encode())
    shown = [replace(r, name=REPORT[r.name]) for r in comparison.results if r.name in REPORT]
    rows = {p.row for result in shown for p in result.predictions}
    pictures = [picture for picture in comparison.pictures if picture.row in rows]
    three = replace(comparison, results=tuple(shown), pictures=tuple(pictures))
    write_report(three, OUT.parent.parent / "report")
    print(json.dumps(summary, indent=1))


def without_pictures(comparison):
    """Leave out what only a report shows."""
    results = tuple(replace(result, predictions=()) for result in comparison.results)
    return replace(comparison, results=results, pictures=())


if __name__ == "__main__":
    main()
