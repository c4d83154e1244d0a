"""Keras' own callbacks, told of epochs that Keras does not train."""

import copy

import keras
import numpy as np

from skdigits.errors import ParameterError

_OF_EPOCHS = ("on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end")
# What Keras' own do that has no place here, and what does it instead.
_ELSEWHERE = {
    "BackupAndRestore": "its state would not be read here",
    "SwapEMAWeights": "ema_decay averages the weights here",
}
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
        self._model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
        self._model.compile(loss=model.loss, optimizer=model.optimizer)
        self._model.stop_training = False
        copies = [_directed(copy.deepcopy(callback)) for callback in callbacks]
        # Keras' own are told of an epoch as of one batch: TerminateOnNaN, TensorBoard and
        # ProgbarLogger look there only.
        self._of_batches = [callback for callback in copies if _is_of_keras(callback)]
        self._list = keras.callbacks.CallbackList(
            copies, model=self._model, epochs=epochs, steps=1, verbose=1
        )
        self._list.on_train_begin()

    def begin(self, number):
        """Announce the start of an epoch."""
        self._list.on_epoch_begin(number)
        for callback in self._of_batches:
            callback.on_train_batch_begin(0)

    def end(self, epoch):
        """Announce the end of an epoch, with its weights in the model."""
        self._model.set_weights(epoch.state.predicting)
        for callback in self._of_batches:
            callback.on_train_batch_end(0, dict(epoch.logs))
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


def _is_of_keras(callback):
    return type(callback).__module__.split(".")[0] == "keras"


def _directed(callback):
    """Tell a callback that follows the accuracy which way is better; Keras asks its metrics."""
    monitored = getattr(callback, "monitor", None)
    if monitored in ("accuracy", "val_accuracy") and getattr(callback, "mode", None) == "auto":
        callback.mode = "max"
    return callback


def _check(callback):
    if not isinstance(callback, keras.callbacks.Callback):
        raise ParameterError(
            f"callbacks takes instances of keras.callbacks.Callback, got {callback!r}; those of "
            "scikit-learn go into set_callbacks."
        )
    name = type(callback).__name__
    if _is_of_keras(callback) and name in _ELSEWHERE:
        raise ParameterError(f"callbacks takes no {name}: {_ELSEWHERE[name]}.")
    overridden = {
        name
        for name in (*_OF_EPOCHS, *_OF_BATCHES)
        if getattr(type(callback), name) is not getattr(keras.callbacks.Callback, name)
    }
    of_its_own = vars(callback).keys() & set(_OF_BATCHES)  # LambdaCallback has them so
    overridden |= of_its_own
    alone = overridden and overridden.isdisjoint(_OF_EPOCHS)
    if of_its_own or (alone and not _is_of_keras(callback)):
        raise ParameterError(
            f"{name} looks at batches ({', '.join(sorted(overridden))}), which "
            "nobody sees here: an epoch runs as one compiled program. Use on_epoch_end."
        )
