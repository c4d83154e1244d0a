"""Measure the models on all of MNIST, the network with several seeds: writes mnist.json.

    python docs/results/measure_mnist.py

About ten minutes on two cores, most of it the SVM. MNIST is downloaded where it is not found.
"""

import json
from pathlib import Path

import numpy as np

from skdigits import compare, load_mnist, make_model
from skdigits.files import write_whole

SEEDS = range(5)
OUT = Path(__file__).with_name("mnist.json")


def main():
    """Compare, summarise over seeds, write the result file."""
    models = {
        f"ann, {epochs} epochs, seed {seed}": make_model("ann", epochs=epochs, random_state=seed)
        for epochs in (5, 10)
        for seed in SEEDS
    }
    models["svm"] = make_model("svm")
    models["logreg"] = make_model("logreg")
    comparison = compare(
        models,
        *load_mnist(subset="train", return_X_y=True),
        *load_mnist(subset="test", return_X_y=True),
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
    result = {"summary": summary, "comparison": json.loads(comparison.to_json())}
    write_whole(OUT, (json.dumps(result, indent=1) + "\n").encode())
    print(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
