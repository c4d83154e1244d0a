"""What every network classifier shares once it is fitted: predictions, and its way to Keras."""

import json
from functools import partial

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skdigits import inference
from skdigits._ground.runtime import start_tensorflow
from skdigits._ground.validation import checked_image_shape, is_ready
from skdigits.classifiers._fitting import FittedByEpochs
from skdigits.classifiers._rows import DTYPES, READY, scaled
from skdigits.classifiers._shifts import mean_over_shifts
from skdigits.persistence import being_saved, training_state_wanted


class BaseNetworkClassifier(ClassifierMixin, FittedByEpochs):
    """What every network classifier shares: training through SciKeras, prediction from arrays.

    A subclass gives `_architecture` and `_network`; see CONTRIBUTING, "How to add a network". What
    a fitted estimator holds are plain values and arrays, never a Keras object.
    """

    def predict(self, X):
        """Predict the most probable class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels out of `classes_`, of the dtype of the labels in `fit`.
        """
        logits = self._validated_logits(X)
        return self.classes_[logits.argmax(axis=1)]

    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        p : ndarray of shape (n_samples, n_classes), float32
            Probabilities in the order of `classes_`; each row sums to one.
        """
        return inference.probabilities(self._validated_logits(X))

    def stages(self):
        """Give what this estimator was after each epoch of training.

        Returns
        -------
        stages : list of estimator
            A fitted copy for each epoch, the first one's first. Training goes on from it with a
            new optimizer.

        Raises
        ------
        ValueError
            If the fit had no `keep_epochs=True`.
        """
        check_is_fitted(self)
        if len(self.epoch_weights_) < self.n_iter_:
            raise ValueError(
                f"{type(self).__name__} has the weights of {len(self.epoch_weights_)} of its "
                f"{self.n_iter_} epochs; fit it with keep_epochs=True, save it with training state."
            )
        stages = []
        for n, weights in enumerate(self.epoch_weights_, start=1):
            learned = {
                **self._arrays(weights),
                "temperature_": self.epoch_temperatures_[n - 1],
                "epoch_weights_": self.epoch_weights_[:n],
                "epoch_temperatures_": self.epoch_temperatures_[:n],
                "history_": {name: values[:n] for name, values in self.history_.items()},
                "optimizer_state_": {**self.optimizer_state_, "slots": [], "weights": []},
            }
            stages.append(self._with(learned))
        return stages

    def staged_predict_proba(self, X):
        """Predict the probability of each class after each epoch of training.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Yields
        ------
        p : ndarray of shape (n_samples, n_classes), float32
            What `predict_proba` would give if training had ended with that epoch, without early
            stopping.

        Raises
        ------
        ValueError
            If the fit had no `keep_epochs=True`.
        """
        return (stage.predict_proba(X) for stage in self.stages())

    def staged_predict(self, X):
        """Predict the most probable class after each epoch of training.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Yields
        ------
        y : ndarray of shape (n_samples,)
            What `predict` would give if training had ended with that epoch.

        Raises
        ------
        ValueError
            If the fit had no `keep_epochs=True`.
        """
        return (stage.predict(X) for stage in self.stages())

    def predict_log_proba(self, X):
        """Predict the logarithm of each class's probability.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        log_p : ndarray of shape (n_samples, n_classes), float32
            Natural logarithms, in the order of `classes_`; finite also where the probability
            itself rounds to zero.
        """
        return inference.log_probabilities(self._validated_logits(X))

    def decision_function(self, X):
        """Compute the logits: the network's outputs before the softmax.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        scores : ndarray of shape (n_samples, n_classes) or (n_samples,), float32
            The logits in the order of `classes_`; with two classes, the second's minus the
            first's.
        """
        logits = self._validated_logits(X)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def to_keras(self):
        """Build the Keras model with the learned weights.

        Returns
        -------
        model : keras.Model
            Compiled with the estimator's loss, optimizer (its state starts anew) and accuracy.
            It maps rows as this estimator takes them to class probabilities and is the caller's
            own: training it changes nothing here.
        """
        check_is_fitted(self)
        start_tensorflow()
        from skdigits import training

        model = self._keras_network()
        if self.test_time_shift:
            shape = checked_image_shape(self.image_shape, self.n_features_in_)
            model = training.over_shifts(model, shape, self.test_time_shift)
        if self.temperature_ != 1:
            model = training.with_temperature(model, self.temperature_)
        if self.scale_:
            model = training.on_pixels(model)
        model.compile(metrics=["accuracy"], **training.compile_options(self))
        return model

    def __getstate__(self):
        state = super().__getstate__()
        if being_saved():
            state = {k: v for k, v in state.items() if k != "_skl_callbacks"} | {"callbacks": None}
        if "optimizer_state_" in state and not training_state_wanted():
            forgotten = {**self.optimizer_state_, "slots": [], "weights": []}
            epochs = {"epoch_weights_": [], "epoch_temperatures_": []}
            state = {**state, **epochs, "optimizer_state_": forgotten}
        return state

    def _validated_logits(self, X):
        if not is_ready(self, X, READY[vars(self).get("scale_")]):
            check_is_fitted(self)
            X = validate_data(self, X, reset=False, dtype=DTYPES[self.scale_], order="C")
        logits = self._mean_logits(scaled(X, self.scale_))
        return logits if self.temperature_ == 1 else logits / np.float32(self.temperature_)

    def _mean_logits(self, X):
        """Give the logits of validated rows: their mean over shifted copies, if it is wanted."""
        if not self.test_time_shift:
            return self._logits(X)
        self._validate_params()  # it may have been set since the fit
        shape = checked_image_shape(self.image_shape, X.shape[1])
        return mean_over_shifts(self._logits, X, shape, self.test_time_shift)

    def _meta(self):
        return {"n_features_in_": self.n_features_in_, "n_classes_": len(self.classes_)}

    def _keras_network(self):
        from skdigits import training

        model = training.in_float32(self._network()(self._meta()))
        model.set_weights(self._weights())
        return model

    def _relu_outputs(self, X):
        """Give what each ReLU layer makes of rows, by the layer's name; units are the last axis."""
        start_tensorflow()
        from skdigits import training

        X = validate_data(self, X, reset=False, dtype=DTYPES[self.scale_], order="C")
        return training.relu_outputs(self._keras_network(), scaled(X, self.scale_))

    # A network whose state is no more than Keras' list of weights needs nothing else.

    def _weights(self):
        return self.weights_

    def _arrays(self, weights):
        return {"weights_": weights}

    def _logits(self, X):
        start_tensorflow()
        from skdigits import training

        meta = self._meta()
        key = (*meta.values(), *self._network_key())
        return training.logits(X, self._weights(), key, partial(self._network(), meta))

    def _network_key(self):
        return type(self).__name__, json.dumps(self.architecture_, sort_keys=True, default=repr)
