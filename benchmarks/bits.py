"""Whether fits have the same bits as before a change: hashes of weights, losses and predictions.

    python -m benchmarks.bits --out docs/results/bits.json     # before
    python -m benchmarks.bits --against docs/results/bits.json  # after

Bits are those of a machine and of versions: a file from elsewhere is refused.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import joblib
import numpy as np
import typer

from benchmarks._data import pixels
from benchmarks._peers import PEERS, SkdigitsCNN
from skdigits import (
    Augmentation,
    DigitANNClassifier,
    DigitCNNClassifier,
    DigitNetworkClassifier,
    PixelScaler,
    make_model,
)
from skdigits._ground.environment import environment
from skdigits._ground.files import write_whole


def residual(meta):
    """Build a network with two ways through it, batch normalization and dropout."""
    from keras import Input, Model, layers

    rows = Input((meta["n_features_in_"],))
    hidden = layers.Dense(32, activation="relu")(rows)
    inner = layers.BatchNormalization()(layers.Dense(32)(hidden))
    both = layers.Dropout(0.2)(layers.Add()([hidden, inner]))
    return Model(rows, layers.Dense(meta["n_classes_"], activation="softmax")(both))


def _going_on(model, X, y):
    for _ in range(2):
        model.partial_fit(X, y, classes=np.unique(y))
    return model


def _fits(X, y, rows):
    """Yield a name and a fitted model: every benchmark's own, then every option of a fit."""
    few = slice(0, 600)
    weight = np.linspace(0.5, 2, len(y))
    ann, cnn = DigitANNClassifier, DigitCNNClassifier
    small = {"conv_layers": ((8, 3, 2), (16, 3, 2)), "random_state": 0}
    yield "benchmark fit, seed 0", PEERS["skdigits"].fit(rows, y, 0, 5)
    yield "benchmark fit, seed 1", PEERS["skdigits"].fit(rows, y, 1, 5)
    yield "benchmark predict, scale", ann(scale="pixels", random_state=0, epochs=1).fit(X, y)
    yield (
        "benchmark search",
        ann((64,), batch_size=64, learning_rate=0.002, random_state=0).fit(rows[few], y[few]),
    )
    yield "benchmark reach", next(SkdigitsCNN().epochs(rows[few], y[few], 0))
    yield "few rows, large batch", ann(batch_size=1000, random_state=0).fit(rows[:50], y[:50])
    yield (
        "dropout, weights, validation",
        ann((64, 32), dropout=0.3, validation_fraction=0.2, random_state=0).fit(
            rows, y, sample_weight=weight
        ),
    )
    yield (
        "one-hot, schedule, averages, distortions",
        ann(
            loss="categorical_crossentropy",
            label_smoothing=0.1,
            learning_rate_schedule="one_cycle",
            ema_decay=0.99,
            augment=Augmentation(),
            random_state=0,
        ).fit(rows, y),
    )
    yield "pixels, distortions", ann(scale="pixels", augment="digits", random_state=0).fit(X, y)
    yield (
        "early stopping, calibrated, shifts",
        ann(
            epochs=40,
            early_stopping=True,
            patience=2,
            learning_rate=0.01,
            calibrate=True,
            test_time_shift=1,
            random_state=0,
        ).fit(rows[few], y[few]),
    )
    yield (
        "balanced, sgd, unshuffled",
        ann(
            optimizer="sgd",
            learning_rate=0.1,
            class_weight="balanced",
            shuffle=False,
            random_state=0,
        ).fit(rows, y),
    )
    yield "partial fits", _going_on(ann(random_state=0), rows[few], y[few])
    yield "two classes", ann(random_state=0).fit(rows[few], y[few] == 3)
    yield "cnn", cnn(epochs=2, **small).fit(rows[few], y[few])
    yield (
        "cnn, averages, distortions",
        cnn(epochs=2, augment="digits", **small).fit(rows[few], y[few]),
    )
    yield "cnn, partial fits", _going_on(cnn(**small), rows[few], y[few])
    yield (
        "user's network",
        DigitNetworkClassifier(residual, epochs=3, random_state=0).fit(rows[few], y[few]),
    )
    for name in ("ann-best", "cnn-best"):
        model = make_model(name, epochs=1, random_state=0)
        yield name, model[-1].fit(rows[few], y[few])


def _hashes(model, rows):
    names = ("coefs_", "intercepts_", "weights_", "history_", "temperature_")
    found = {name: joblib.hash(getattr(model, name)) for name in names if hasattr(model, name)}
    return found | {"predict_proba": joblib.hash(model.predict_proba(rows[:100]))}


def main(
    out: Annotated[Path | None, typer.Option(help="File for the hashes, as JSON.")] = None,
    against: Annotated[Path | None, typer.Option(help="Hashes from before, to compare.")] = None,
):
    """Hash what many kinds of fit come to, on the bundled digits: about two minutes."""
    before = json.loads(against.read_text()) if against else None
    machine = environment()
    machine["versions"].pop("skdigits", None)
    if before and before["environment"] != machine:
        sys.exit(f"{against} is of another machine or other versions: {before['environment']}")
    X, y, *_ = pixels("sample")
    rows = PixelScaler().fit_transform(X)
    found = {}
    for name, model in _fits(X, y, rows):
        in_pixels = getattr(model, "scale", None) == "pixels"
        found[name] = _hashes(model, X if in_pixels else rows)
        same = before is None or before["hashes"].get(name) == found[name]
        print(f"{'same' if same and before else 'found' if same else 'OTHER'}  {name}")
    if out is not None:
        result = {"environment": machine, "hashes": found}
        write_whole(out, (json.dumps(result, indent=1) + "\n").encode())
    if before and before["hashes"] != found:
        sys.exit("The bits are not those of before.")


if __name__ == "__main__":
    typer.run(main)
