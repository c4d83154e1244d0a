"""Choose the settings of "ann-best" and "cnn-best": writes recipes.json.

    python docs/results/choose_recipes.py

In two stages, both of MNIST's 60,000 training images alone; the test images are not read. First
every candidate is trained on 50,000 of them and scored on the other 10,000, which tells how to
train, but hardly one network from another: 0.1 points are chance. So the layers of "cnn-best" are
then chosen by shorter trainings on 30,000, scored on the other 30,000, with and without
`test_time_shift`. The highest accuracy is chosen each time. Three hours on two cores, a candidate
on each. A candidate that recipes.json has already is not trained again.
"""

import json
import os
import time
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from sklearn.model_selection import train_test_split

from skdigits import Augmentation, evaluate, load_mnist, make_model
from skdigits._ground.environment import environment
from skdigits._ground.files import write_whole

OUT = Path(__file__).with_name("recipes.json")
SPLIT_SEED, SEED, N_VALIDATION, N_VALIDATION_OF_LAYERS = 2026, 0, 10_000, 30_000

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
        {**CNN, "epochs": 40, "augment": MIDDLE, "conv_layers": DEEP, "learning_rate": 0.01},
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

# All of at most 100,000 weights.
EVEN = [[24, 5, 2], [48, 3, 1], [48, 3, 2], [48, 3, 1], [48, 3, 2]]
FIRST_48 = [[48, 5, 2], [32, 3, 1], [32, 3, 2], [48, 3, 1], [64, 3, 2], [40, 3, 1]]
FIRST_64 = [[64, 5, 2], [32, 3, 1], [32, 3, 2], [48, 3, 1], [56, 3, 2], [40, 3, 1]]
LAYERS = [
    {"conv_layers": DEEP, "dropout": 0.3},
    {"conv_layers": DEEP, "dropout": 0.1},
    {"conv_layers": DEEP, "dropout": 0.0},
    {"conv_layers": EVEN, "dropout": 0.1},
    {"conv_layers": FIRST_48, "dropout": 0.3},
    {"conv_layers": FIRST_48, "dropout": 0.1},
    {"conv_layers": FIRST_48, "dropout": 0.0},
    {"conv_layers": FIRST_64, "dropout": 0.1},
]
SHIFTS = (0, 1)
SHORTER = {"epochs": 15, "ema_decay": 0.998}
# As many as the network that was chosen last does in less than 25 minutes on two cores.
EPOCHS = 28


def main():
    """Train and score every candidate, write the result file."""
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    jobs = [(name, params) for name, listed in CANDIDATES.items() for params in listed]
    candidates = scored(jobs, known.get("candidates", []), N_VALIDATION, [None])
    chosen = {
        f"{name}-best": {**best([one for one in candidates if one["model"] == name])["params"]}
        for name in CANDIDATES
    }
    shorter = {**chosen["cnn-best"], **SHORTER}
    jobs = [("cnn", {**shorter, **params}) for params in LAYERS]
    layers = scored(jobs, known.get("layers", []), N_VALIDATION_OF_LAYERS, SHIFTS)
    found = best(layers)["params"]
    chosen["cnn-best"].update(
        {name: found[name] for name in (*LAYERS[0], "test_time_shift")}, epochs=EPOCHS
    )
    result = {
        "split": {"random_state": SPLIT_SEED, "test_size": N_VALIDATION, "stratified": True},
        "split_of_layers": {
            "random_state": SPLIT_SEED,
            "test_size": N_VALIDATION_OF_LAYERS,
            "stratified": True,
        },
        "seed": SEED,
        "environment": environment(),
        "chosen": chosen,
        "candidates": candidates,
        "layers": layers,
    }
    write_whole(OUT, (json.dumps(result, indent=1) + "\n").encode())
    print(json.dumps(result["chosen"], indent=1))


def best(listed):
    """Give the one with the highest accuracy."""
    return max(listed, key=lambda one: one["accuracy"])


def scored(jobs, known, n_validation, shifts):
    """Score all candidates; those that are known are not trained again."""
    X, y = load_mnist(subset="train", return_X_y=True)
    train, held_out = train_test_split(
        np.arange(len(y)), stratify=y, random_state=SPLIT_SEED, test_size=n_validation
    )
    wanted = [(name, with_shift(params, shift)) for name, params in jobs for shift in shifts]
    known = [one for one in known if (one["model"], one["params"]) in wanted]
    seen = [(one["model"], one["params"]) for one in known]
    new = Parallel(n_jobs=2, verbose=10)(
        delayed(score)(name, params, shifts, X[train], y[train], X[held_out], y[held_out])
        for name, params in jobs
        if (name, with_shift(params, shifts[0])) not in seen
    )
    return known + [one for scores in new for one in scores]


def with_shift(params, shift):
    """Add a test-time shift, if one is asked for."""
    return params if shift is None else {**params, "test_time_shift": shift}


def score(name, params, shifts, X, y, X_held_out, y_held_out):
    """Train one candidate, and score it on the rows held out with each shift."""
    start = time.perf_counter()
    options = {**params, "augment": Augmentation(**params["augment"])}
    model = make_model(name, random_state=SEED, **options).fit(X, y)
    seconds = time.perf_counter() - start
    scores = []
    for shift in shifts:
        model.set_params(**{f"{name}__test_time_shift": shift or 0})
        result = evaluate(model, X_held_out, y_held_out)
        scores.append(
            {
                "model": name,
                "params": with_shift(params, shift),
                "accuracy": result.accuracy,
                "log_loss": result.log_loss,
                "calibration_error": result.calibration_error,
                "fit_seconds_on_one_core": seconds,
                "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "as TensorFlow chooses"),
            }
        )
        print(scores[-1], flush=True)
    return scores


if __name__ == "__main__":
    main()
