"""Choose the settings of "ann-best" and "cnn-best": writes recipes.json.

    python docs/results/choose_recipes.py

Every candidate is trained on 50,000 of MNIST's 60,000 training images and scored on the other
10,000; the highest accuracy is chosen. The test images are not read. Two hours on two cores, a
candidate on each. A candidate that recipes.json has already is not trained again.
"""

import json
import time
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from sklearn.model_selection import train_test_split

from skdigits import Augmentation, evaluate, load_mnist, make_model
from skdigits.environment import environment
from skdigits.files import write_whole

OUT = Path(__file__).with_name("recipes.json")
SPLIT_SEED, SEED, N_VALIDATION = 2026, 0, 10_000

SMALL = {"shift": 0.75, "rotation": 5.0, "scale": 0.07, "shear": 0.07, "elastic": 0.6}
MIDDLE = {"shift": 1.0, "rotation": 7.5, "scale": 0.1, "shear": 0.1, "elastic": 0.8}
LARGE = {"shift": 1.5, "rotation": 10.0, "scale": 0.1, "shear": 0.1, "elastic": 1.0}

ANN = {"epochs": 120, "batch_size": 128, "learning_rate": 0.002, "ema_decay": 0.999}
ANN["learning_rate_schedule"] = "cosine"
CNN = {"learning_rate": 0.004, "learning_rate_schedule": "one_cycle", "ema_decay": 0.999}
THREE = [[16, 5, 2], [32, 3, 2], [64, 3, 1]]
FIVE = [[16, 5, 2], [32, 3, 1], [32, 3, 1], [32, 3, 2], [64, 3, 1]]
WIDE = [[16, 5, 2], [32, 3, 1], [48, 3, 2], [64, 3, 1]]
DEEP = [[16, 5, 2], [32, 3, 1], [32, 3, 2], [48, 3, 1], [64, 3, 2], [48, 3, 1]]
FINE = [[8, 3, 1], [16, 3, 2], [32, 3, 1], [48, 3, 2], [64, 3, 1]]
BEST = {**CNN, "epochs": 40, "augment": MIDDLE, "conv_layers": DEEP, "learning_rate": 0.01}
CANDIDATES = {
    "cnn": [
        {**CNN, "epochs": 40, "augment": MIDDLE},
        {**CNN, "epochs": 40, "augment": LARGE},
        {**CNN, "epochs": 60, "augment": SMALL},
        {**CNN, "epochs": 60, "augment": MIDDLE},
        {**CNN, "epochs": 40, "augment": MIDDLE, "conv_layers": FIVE},
        {**CNN, "epochs": 40, "augment": MIDDLE, "conv_layers": WIDE},
        {**CNN, "epochs": 40, "augment": MIDDLE, "conv_layers": DEEP},
        {**CNN, "epochs": 40, "augment": MIDDLE, "conv_layers": FINE},
        {**CNN, "epochs": 40, "augment": MIDDLE, "conv_layers": DEEP, "dropout": 0.5},
        BEST,
        {**BEST, "test_time_shift": 1},
        {**CNN, "epochs": 60, "augment": MIDDLE, "conv_layers": THREE},
        {**CNN, "epochs": 60, "augment": LARGE, "conv_layers": THREE},
    ],
    "ann": [
        {**ANN, "augment": SMALL},
        {**ANN, "augment": MIDDLE},
        {**ANN, "augment": LARGE},
        {**ANN, "augment": MIDDLE, "learning_rate_schedule": "one_cycle", "learning_rate": 0.004},
    ],
}


def main():
    """Train and score every candidate, write the result file."""
    split = {"random_state": SPLIT_SEED, "test_size": N_VALIDATION}
    X, y = load_mnist(subset="train", return_X_y=True)
    train, held_out = train_test_split(np.arange(len(y)), stratify=y, **split)
    jobs = [(name, params) for name, listed in CANDIDATES.items() for params in listed]
    known = json.loads(OUT.read_text())["candidates"] if OUT.exists() else []
    known = [one for one in known if (one["model"], one["params"]) in jobs]
    seen = [(one["model"], one["params"]) for one in known]
    scores = known + Parallel(n_jobs=2, verbose=10)(
        delayed(score)(name, params, X[train], y[train], X[held_out], y[held_out])
        for name, params in jobs
        if (name, params) not in seen
    )
    found = {name: [s for s in scores if s["model"] == name] for name in CANDIDATES}
    result = {
        "split": {**split, "n_train": len(train), "stratified": True},
        "seed": SEED,
        "environment": environment(),
        "chosen": {
            f"{name}-best": max(s, key=lambda one: one["accuracy"])["params"]
            for name, s in found.items()
        },
        "candidates": scores,
    }
    write_whole(OUT, (json.dumps(result, indent=1) + "\n").encode())
    print(json.dumps(result["chosen"], indent=1))


def score(name, params, X, y, X_held_out, y_held_out):
    """Train one candidate and score it on the rows held out."""
    start = time.perf_counter()
    options = {**params, "augment": Augmentation(**params["augment"])}
    model = make_model(name, random_state=SEED, **options).fit(X, y)
    seconds = time.perf_counter() - start
    result = evaluate(model, X_held_out, y_held_out)
    found = {
        "model": name,
        "params": params,
        "accuracy": result.accuracy,
        "log_loss": result.log_loss,
        "calibration_error": result.calibration_error,
        "fit_seconds_on_one_core": seconds,
    }
    print(found, flush=True)
    return found


if __name__ == "__main__":
    main()
