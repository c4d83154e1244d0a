"""Keras' own callbacks, told of epochs that Keras does not train."""

import copy

import keras
import numpy as np

from skdigits.errors import ParameterError

_OF_EPOCHS = ("on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end")
_OF_BATCHES = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")


class KerasCallbacks:
    """Fresh copies of Keras' callbacks, and the model that they see.

    Parameters
    ----------
    callbacks : sequence of keras.callbacks.Callback
        They stay as they are.
    model : keras.Model
        Compiled; it gets the weights after each epoch, and its optimizer's learning rate is what
        the callbacks change.
    epochs : int
        The last epoch's number, counted from 1.

    Raises
    ------
    ParameterError
        If one is no callback, or one that only looks at batches.
    """

    def __init__(self, callbacks, model, epochs):
        for callback in callbacks:
            _check(callback)
        self._model = keras.Model(model.inputs, model.outputs, name=model.name)
        self._model.compile(loss=model.loss, optimizer=model.optimizer)
        self._model.stop_training = False
        copies = [copy.deepcopy(callback) for callback in callbacks]
        self._list = keras.callbacks.CallbackList(
            copies, model=self._model, epochs=epochs, verbose=0
        )
        self._list.on_train_begin()

    def begin(self, number):
        """Announce the start of an epoch."""
        self._list.on_epoch_begin(number)

    def end(self, epoch):
        """Announce the end of an epoch, with its weights in the model."""
        self._model.set_weights(epoch.state.predicting)
        self._list.on_epoch_end(epoch.number, dict(epoch.logs))
        return self._model.stop_training

    def finish(self, weights):
        """Announce the end of training; return the weights that are to be kept.

        Parameters
        ----------
        weights : list of ndarray
            Those that predict.

        Returns
        -------
        weights : list of ndarray
            The same, or those that a callback has put into the model (such as
            `EarlyStopping(restore_best_weights=True)`).
        """
        before = self._model.get_weights()
        self._list.on_train_end()
        after = self._model.get_weights()
        same = all(map(np.array_equal, before, after))
        return weights if same else after


def _check(callback):
    if not isinstance(callback, keras.callbacks.Callback):
        raise ParameterError(
            f"callbacks takes instances of keras.callbacks.Callback, got {callback!r}; those of "
            "scikit-learn go into set_callbacks."
        )
    overridden = {
        name
        for name in (*_OF_EPOCHS, *_OF_BATCHES)
        if getattr(type(callback), name) is not getattr(keras.callbacks.Callback, name)
    }
    of_its_own = vars(callback).keys() & set(_OF_BATCHES)  # LambdaCallback has them so
    overridden |= of_its_own
    if of_its_own or (overridden and overridden.isdisjoint(_OF_EPOCHS)):
        raise ParameterError(
            f"{type(callback).__name__} looks at batches ({', '.join(sorted(overridden))}), which "
            "nobody sees here: an epoch runs as one compiled program. Use on_epoch_end."
        )
