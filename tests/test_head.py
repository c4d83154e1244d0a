"""Every option between a network and a reading, at every exit."""

import pickle
from contextlib import nullcontext
from itertools import product
from typing import get_args

import numpy as np
import pytest
from scipy.special import softmax

from skdigits import (
    DigitANNClassifier,
    DigitCNNClassifier,
    DigitNetworkClassifier,
    head,
    load_model,
    load_sample_digits,
    save_model,
)
from skdigits.errors import ExportError


def small_network(meta):
    from keras import Input, Sequential, layers

    rows = Input((meta["n_features_in_"],))
    return Sequential([rows, layers.Dense(meta["n_classes_"], activation="softmax")])


KINDS = {
    "ann": DigitANNClassifier((16,), epochs=1, random_state=0),
    "cnn": DigitCNNClassifier(((4, 3, 2),), epochs=1, random_state=0),
    "user": DigitNetworkClassifier(small_network, epochs=1, random_state=0),
}
# What switches each step on: a parameter before the fit, or what a fit may find.
OPTIONS = {
    head.Pixels: ({"scale": "pixels"}, {}),
    head.Shifts: ({"test_time_shift": 1}, {}),
    head.Temperature: ({}, {"temperature_": 2.0}),
}
COMBINATIONS = [(), *((kind,) for kind in OPTIONS), tuple(OPTIONS)]


@pytest.fixture(scope="module")
def fitted():
    """Return a fitted classifier of a kind with some options; made once."""
    X, y = load_sample_digits(return_X_y=True)
    known = {}

    def fit(kind, steps):
        if (kind, steps) not in known:
            from sklearn.base import clone

            model = clone(KINDS[kind])
            for step in steps:
                model.set_params(**OPTIONS[step][0])
            rows = X[:200] if head.Pixels in steps else X[:200] / np.float32(255)
            model.fit(rows, y[:200])
            for step in steps:
                vars(model).update(OPTIONS[step][1])
            known[kind, steps] = model, rows[:40]
        return known[kind, steps]

    return fit


def by_hand(model, rows, steps):
    """Return the probabilities from the bare network's logits, each step written out."""
    bare = pickle.loads(pickle.dumps(model))
    bare.set_params(test_time_shift=0)
    vars(bare).update(scale_=None, temperature_=1.0)
    X = rows.astype(np.float32) / np.float32(255) if head.Pixels in steps else rows
    copies = [X]
    if head.Shifts in steps:
        images = np.pad(X.reshape(-1, 28, 28), ((0, 0), (1, 1), (1, 1)))
        copies = [
            images[:, down : down + 28, right : right + 28].reshape(len(X), -1)
            for down, right in product(range(3), range(3))
        ]
    logits = np.mean([bare.decision_function(np.ascontiguousarray(c)) for c in copies], axis=0)
    return softmax(logits / (2.0 if head.Temperature in steps else 1.0), axis=1)


def from_file(model, rows, tmp_path):
    trusted = ["test_head.small_network"] if "network" in model.get_params() else []
    with pytest.warns(UserWarning, match="trusted") if trusted else nullcontext():
        save_model(model, tmp_path / "model.skops")
    return load_model(tmp_path / "model.skops", trusted=trusted).predict_proba(rows)


EXITS = {
    "predict": lambda model, rows, _: model.predict_proba(rows),
    "to_keras": lambda model, rows, _: model.to_keras().predict(rows.astype(np.float32), verbose=0),
    "to_sklearn": lambda model, rows, _: model.to_sklearn().predict_proba(rows),
    "file": from_file,
    "pickle": lambda model, rows, _: pickle.loads(pickle.dumps(model)).predict_proba(rows),
}
# What an exit may refuse, and must then name.
REFUSED = {("to_sklearn", head.Shifts): "test_time_shift=1"}


def test_every_step_of_the_head_is_in_the_table():
    assert set(get_args(head.Step)) == set(OPTIONS)


@pytest.mark.parametrize("steps", COMBINATIONS, ids=lambda s: "+".join(k.__name__ for k in s))
@pytest.mark.parametrize("out", EXITS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_exit_has_the_whole_head_or_refuses(fitted, kind, out, steps, tmp_path):
    if out == "to_sklearn" and kind != "ann":
        assert not hasattr(KINDS[kind], "to_sklearn")
        return
    model, rows = fitted(kind, steps)
    refused = [REFUSED[out, step] for step in steps if (out, step) in REFUSED]
    with pytest.raises(ExportError, match=refused[0]) if refused else nullcontext():
        found = EXITS[out](model, rows, tmp_path)
    if not refused:
        assert np.allclose(found, by_hand(model, rows, steps), atol=1e-5)


def test_a_step_that_an_exit_does_not_know_is_refused():
    class Later:
        remedy = "leave it out"

        def __str__(self):
            return "later=1"

    with pytest.raises(ExportError, match="a page cannot have later=1; leave it out"):
        head.Head((Later(),)).put_around(None, {head.Pixels: lambda network, _: network}, "a page")
