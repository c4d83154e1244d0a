"""Epoch after epoch, without TensorFlow."""

from types import SimpleNamespace

import numpy as np
import pytest

from skdigits.training import Plan, State
from skdigits.training._loop import run


def plan(epochs=5, **options):
    return Plan(
        n_classes=2,
        loss="sparse_categorical_crossentropy",
        label_smoothing=0.0,
        optimizer="adam",
        optimizer_params={},
        learning_rate=0.1,
        epochs=epochs,
        batch_size=1,
        rows=np.arange(1),
        shuffle=None,
        dropout_seed=None,
        **{"first_epoch": 0, **options},
    )


def training(losses):
    """Return an epoch's training: its number is its only weight."""

    def train(number):
        return {"loss": 1.0, "val_loss": losses[number]}, State([np.array([number])])

    return train


def number_of(outcome):
    return int(outcome.state.weights[0][0])


def test_without_patience_the_last_epoch_is_the_outcome():
    outcome = run(training([1, 3, 2, 5, 4]), plan())
    assert number_of(outcome) == 4
    assert outcome.history == {"loss": [1.0] * 5, "val_loss": [1, 3, 2, 5, 4]}
    assert (outcome.ended, outcome.kept) == ("epochs", [])


def test_with_patience_the_best_epoch_is_the_outcome():
    outcome = run(training([5, 3, 4, 4, 0]), plan(patience=2))
    assert (number_of(outcome), outcome.ended) == (1, "patience")
    assert len(outcome.history["loss"]) == 4
    outcome = run(training([5, 3, 4, 2, 9]), plan(patience=2))
    assert (number_of(outcome), outcome.ended) == (3, "epochs")


def test_a_loss_that_hardly_falls_ends_training_and_the_best_epoch_is_still_the_outcome():
    creeping = [1 - 1e-5 * n for n in range(9)]
    outcome = run(training(creeping), plan(epochs=9, patience=3, tol=1e-4))
    assert (number_of(outcome), outcome.ended) == (3, "patience")
    outcome = run(training(creeping), plan(epochs=9, patience=3))
    assert (number_of(outcome), outcome.ended) == (8, "epochs")


def test_patience_begins_anew_with_a_fall_of_more_than_the_tolerance():
    outcome = run(training([5, 4.9, 4.8, 3, 2.9, 2.8]), plan(epochs=6, patience=2, tol=0.5))
    assert (number_of(outcome), outcome.ended) == (2, "patience")
    outcome = run(training([5, 4.9, 4.3, 4.2, 4.1, 0]), plan(epochs=6, patience=2, tol=0.5))
    assert (number_of(outcome), outcome.ended) == (4, "patience")


def test_all_observers_hear_of_an_epoch_before_one_ends_training():
    heard = []
    stops = SimpleNamespace(begin=heard.append, end=lambda epoch: epoch.number == 7)
    listens = SimpleNamespace(begin=lambda n: None, end=lambda epoch: heard.append(epoch.history))
    options = {"first_epoch": 6, "observers": (stops, listens), "keep_epochs": True}
    outcome = run(training(dict.fromkeys(range(6, 11), 1)), plan(**options))
    assert outcome.ended == "observer"
    assert [w[0].tolist() for w in outcome.kept] == [[6], [7]]
    assert heard[0::2] == [6, 7]
    assert [len(history["loss"]) for history in heard[1::2]] == [1, 2]


@pytest.mark.parametrize("at", ["begin", "train", "end"])
def test_an_interruption_leaves_whole_epochs(at):
    def press(number):
        if number == 2:
            raise KeyboardInterrupt

    def train(number):
        if at == "train":
            press(number)
        return training([3, 1, 2])(number)

    observer = SimpleNamespace(
        begin=lambda number: press(number) if at == "begin" else None,
        end=lambda epoch: press(epoch.number) if at == "end" else None,
    )
    outcome = run(train, plan(observers=(observer,), keep_epochs=True))
    n = 3 if at == "end" else 2
    assert outcome.ended == "interrupted"
    assert {len(values) for values in outcome.history.values()} == {n} == {len(outcome.kept)}
    assert number_of(outcome) == n - 1


def test_an_interruption_in_the_first_epoch_goes_on():
    def train(number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(train, plan())
