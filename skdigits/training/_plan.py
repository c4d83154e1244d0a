"""What a fit starts from and what it is to do, as plain values."""

from dataclasses import dataclass, field


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
    """

    weights: list
    slots: list = field(default_factory=list)


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
    validation : ndarray of int, or None
        Places of the rows that are scored after each epoch.
    state : State or None
        Where to start; None starts from the network's own weights.
    on_epoch : callable or None
        `on_epoch(epoch, logs)` is called after each epoch.
    """

    epochs: int
    first_epoch: int
    batch_size: int
    rows: object
    shuffle: object
    dropout_seed: object
    sample_weight: object = None
    validation: object = None
    state: State | None = None
    on_epoch: object = None
