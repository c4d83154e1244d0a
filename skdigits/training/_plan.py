"""What a fit starts from, is to do, and has come to, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

Arrays = list[np.ndarray]

# The losses and optimizers by the names that users write; the first with Keras' class.
LOSSES = {
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
}
OPTIMIZERS = frozenset(
    {
        "adadelta",
        "adagrad",
        "adam",
        "adamax",
        "adamw",
        "ftrl",
        "lion",
        "nadam",
        "rmsprop",
        "sgd",
    }
)


@dataclass(frozen=True)
class State:
    """Where training stands, as plain arrays.

    Parameters
    ----------
    weights : list of ndarray
        The network's weights, in Keras' order.
    slots : list of ndarray
        The optimizer's variables (its step count first), without the learning rate; empty for a
        start from scratch.
    averages : list of ndarray
        The moving averages of the weights; empty where none are kept.
    """

    weights: Arrays
    slots: Arrays = field(default_factory=list)
    averages: Arrays = field(default_factory=list)

    @property
    def predicting(self) -> Arrays:
        """The weights that predict: the averages, where they are kept."""
        return self.averages or self.weights


class Epoch(NamedTuple):
    """A finished epoch: its number, its losses and accuracies, the state, and the history so far.

    Numbers count from 0 over all fits; the history is of this fit alone.
    """

    number: int
    logs: dict[str, float]
    state: State
    history: dict[str, list[float]]


class Observer(Protocol):
    """Who is told of each epoch."""

    def begin(self, number: int) -> None:
        """Hear that an epoch begins."""

    def end(self, epoch: Epoch) -> Any:
        """Hear what came of it; training stops if the answer is true."""


class Scored(NamedTuple):
    """Rows that are scored after each epoch: those at `places` of `X`, `codes` and `weight`."""

    X: np.ndarray
    codes: np.ndarray
    weight: np.ndarray | None
    places: np.ndarray

    def taken(self) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Return copies of those rows, codes and weights alone."""
        weight = None if self.weight is None else self.weight[self.places]
        return self.X[self.places], self.codes[self.places], weight


@dataclass(frozen=True)
class Plan:
    """What `fit` is to do.

    Parameters
    ----------
    n_classes : int
        Number of classes; codes are below it.
    loss : str
        A key of `LOSSES`.
    label_smoothing : float
        Share of each target spread over all classes.
    optimizer : str
        One of `OPTIMIZERS`.
    optimizer_params : dict
        Its settings but for the learning rate; Keras' own where they are not named.
    learning_rate : float
        Its learning rate.
    epochs : int
        Epochs to train now.
    first_epoch : int
        Epochs already done: random streams go on from there.
    batch_size : int
        Rows a step.
    rows : ndarray of int
        Places of the rows to train on.
    shuffle : callable or None
        `shuffle(epoch, n_rows)` returns the order of the rows in that epoch; None keeps the order.
    dropout_seed : callable or None
        `dropout_seed(epoch, layer)` returns the seed of a layer's dropout in that epoch; None for
        networks without dropout.
    sample_weight : ndarray of shape (n_samples,), float32, or None
        Weight of each row.
    validation : Scored or None
        What is scored after each epoch.
    augment : callable or None
        `augment(rows, epoch, start)` distorts the rows of the epoch that begin with number `start`:
        from float32 or uint8 to new rows of float32, scaled as the network takes them.
    schedule : callable or None
        `schedule(done)` returns the factor of the learning rate where this share of the steps is
        done; None keeps the rate.
    ema_decay : float
        Decay of the moving averages of the weights; 0 keeps none.
    patience : int or None
        Training stops when the loss of the validation rows has not fallen by more than `tol` for so
        many epochs, and the outcome is the state after the best one; None trains all epochs.
    tol : float
        By how much a loss must be below the least one before it to count as fallen.
    keep_epochs : bool
        Whether the outcome has the predicting weights of every epoch.
    state : State or None
        Where to start; None starts from the network's own weights.
    network : dict or None
        The configuration that training goes on with; another one is refused.
    observers : sequence of Observer
        Told of each epoch; training ends when one of them answers anything true.
    callbacks : sequence of keras.callbacks.Callback
        Keras' own observers, copied for this fit.
    """

    n_classes: int
    loss: str
    label_smoothing: float
    optimizer: str
    optimizer_params: dict[str, Any]
    learning_rate: float
    epochs: int
    first_epoch: int
    batch_size: int
    rows: np.ndarray
    shuffle: Callable[[int, int], np.ndarray] | None
    dropout_seed: Callable[[int, int], int] | None
    sample_weight: np.ndarray | None = None
    validation: Scored | None = None
    augment: Callable[[np.ndarray, int, int], np.ndarray] | None = None
    schedule: Callable[[np.ndarray], np.ndarray] | None = None
    ema_decay: float = 0.0
    patience: int | None = None
    tol: float = 0.0
    keep_epochs: bool = False
    state: State | None = None
    network: dict[str, Any] | None = None
    observers: Sequence[Observer] = ()
    callbacks: Sequence[Any] = ()


class Untold:
    """Stands for a network that its configuration does not tell; its predictor lives as long."""


@dataclass(frozen=True)
class Outcome:
    """What a fit has come to.

    Parameters
    ----------
    state : State
        After the last epoch, or after the best one where the plan has patience.
    history : dict of str to list of float
        `loss`, `accuracy` and, with validation rows, `val_loss` and `val_accuracy`: one value an
        epoch, of this fit alone.
    kept : list of list of ndarray
        The predicting weights of each epoch, where the plan keeps them.
    ended : {"epochs", "patience", "observer", "interrupted"}
        Why training ended: all epochs are done, the validation loss no longer fell, an observer
        asked for it, or Ctrl-C was pressed after a whole epoch.
    network : dict or None
        The configuration of the network that was built; None where it does not tell all.
    untold : Untold or None
        By which the predictor of such a network is found.
    """

    state: State
    history: dict[str, list[float]]
    kept: list[Arrays]
    ended: str
    network: dict[str, Any] | None = None
    untold: Untold | None = None
