"""What a fit starts from, is to do, and has done, as plain values."""

from dataclasses import dataclass, field
from typing import NamedTuple


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

    weights: list
    slots: list = field(default_factory=list)
    averages: list = field(default_factory=list)

    @property
    def predicting(self):
        """The weights that predict: the averages, where they are kept."""
        return self.averages or self.weights


class Epoch(NamedTuple):
    """An epoch that is done: its number, its losses and accuracies, and where it left training."""

    number: int
    logs: dict
    state: State


@dataclass(frozen=True)
class Plan:
    """What `TrainableModel.fit` is to do beyond SciKeras' own words.

    Parameters
    ----------
    epochs : int
        Epochs to train now.
    first_epoch : int
        Epochs already done: random streams go on from there.
    batch_size : int
        Rows a step.
    rows : ndarray of int
        Places of the rows to train on.
    shuffle : callable or None
        `shuffle(epoch, n_rows)` gives the order of the rows in that epoch; None keeps the order.
    dropout_seed : callable
        `dropout_seed(epoch, layer)` gives the seed of a layer's dropout in that epoch.
    sample_weight : ndarray of shape (n_samples,), float32, or None
        Weight of each row.
    validation : tuple or None
        What is scored after each epoch: rows, the classes' numbers, weights (or None), and the
        places of those that count.
    augment : callable or None
        `augment(rows, epoch, start)` distorts the rows of the epoch that begin with number `start`:
        from float32 or uint8 to new rows of float32, scaled as the network takes them.
    schedule : callable or None
        `schedule(done)` gives the factor of the learning rate where this share of the steps is
        done; None keeps the rate.
    ema_decay : float
        Decay of the moving averages of the weights; 0 keeps none.
    patience : int or None
        Training stops when the loss of the validation rows has not fallen for so many epochs, and
        gives the state after the best one; None trains all epochs.
    state : State or None
        Where to start; None starts from the network's own weights.
    observers : sequence of object
        `begin(number)` is called before each epoch and `end(epoch)`, with an `Epoch`, after it;
        training ends when one of them gives anything true. Numbers count from 0 over all fits.
    callbacks : sequence of keras.callbacks.Callback
        Keras' own observers, copied for this fit.
    """

    epochs: int
    first_epoch: int
    batch_size: int
    rows: object
    shuffle: object
    dropout_seed: object
    sample_weight: object = None
    validation: object = None
    augment: object = None
    schedule: object = None
    ema_decay: float = 0.0
    patience: int | None = None
    state: State | None = None
    observers: tuple = ()
    callbacks: tuple = ()
