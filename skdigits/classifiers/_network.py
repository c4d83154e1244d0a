"""`DigitNetworkClassifier`: any network, as a function of the user's own."""

import json
from functools import partial

import numpy as np

from skdigits import training
from skdigits._ground.public import public
from skdigits._ground.runtime import start_tensorflow
from skdigits._ground.validation import checked_image_shape
from skdigits.classifiers._base import BaseNetworkClassifier
from skdigits.classifiers._docs import documented
from skdigits.classifiers._parts import with_params_of_parts
from skdigits.classifiers._seeds import WEIGHTS, stream_seed
from skdigits.errors import ModelFileError


@public()
@documented("The network is told, and `augment` asks for it.")
class DigitNetworkClassifier(BaseNetworkClassifier):
    """Any Keras network with the manners of `DigitANNClassifier`: a function makes it.

    Parameters
    ----------
    network : callable
        `network(meta, **network_params)` gives a `keras.Model`, functional or `Sequential` and not
        compiled, from rows of shape (n_features,) to class probabilities by a softmax. `meta` is a
        dict with `n_features_in_`, `n_classes_` and `image_shape` (height and width; None where
        rows are no images). A function at the top of a module can be pickled, one in a notebook or
        a lambda cannot.
    network_params : dict, default=None
        Further arguments of `network`. One of them is `network__units=64` in the constructor, in
        `set_params` and in the grid of a search.
    $parameters

    Attributes
    ----------
    weights_ : list of ndarray, float32
        The network's weights, in the order of `to_keras().get_weights()`.
    network_config_ : str or None
        The layers that the function built, as JSON: what predicts, whatever becomes of the
        function. None where they have functions, constants or classes of your own, which no
        configuration tells.
    $attributes

    See Also
    --------
    DigitANNClassifier, DigitCNNClassifier : The networks that come with the package.

    Notes
    -----
    The same seed gives the same bits on the same machine with the same number of threads; seeds
    that the function gives its layers stay as they are, all others follow from `random_state`.
    Dense layers without anything that sees a whole batch are compiled by XLA, other networks run
    with TensorFlow's own kernels.

    References
    ----------
    $references

    Examples
    --------
    >>> from skdigits import DigitNetworkClassifier, PixelScaler, load_sample_digits
    >>> def deep(meta, n_layers):
    ...     from keras import Input, Sequential, layers
    ...
    ...     hidden = [layers.Dense(64, activation="relu") for _ in range(n_layers)]
    ...     classes = layers.Dense(meta["n_classes_"], activation="softmax")
    ...     return Sequential([Input((meta["n_features_in_"],)), *hidden, classes])
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> X = PixelScaler().fit_transform(X)
    >>> model = DigitNetworkClassifier(deep, network_params={"n_layers": 3}, random_state=0)
    >>> model.fit(X[:800], y[:800]).score(X[800:], y[800:]) > 0.8
    True
    """

    _parameter_constraints = {  # noqa: RUF012
        **BaseNetworkClassifier._parameter_constraints,
        "network": [callable],
        "network_params": [dict, None],
    }

    @with_params_of_parts
    def __init__(
        self,
        network,
        *,
        network_params=None,
        loss="sparse_categorical_crossentropy",
        label_smoothing=0.0,
        optimizer="adam",
        optimizer_params=None,
        learning_rate=0.001,
        learning_rate_schedule="constant",
        ema_decay=0.0,
        batch_size=32,
        epochs=5,
        shuffle=True,
        augment=None,
        image_shape=None,
        test_time_shift=0,
        class_weight=None,
        validation_fraction=None,
        early_stopping=False,
        patience=5,
        tol=1e-4,
        calibrate=False,
        keep_epochs=False,
        callbacks=None,
        scale=None,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.network = network
        self.network_params = network_params
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.optimizer = optimizer
        self.optimizer_params = optimizer_params
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.ema_decay = ema_decay
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.augment = augment
        self.image_shape = image_shape
        self.test_time_shift = test_time_shift
        self.class_weight = class_weight
        self.validation_fraction = validation_fraction
        self.early_stopping = early_stopping
        self.patience = patience
        self.tol = tol
        self.calibrate = calibrate
        self.keep_epochs = keep_epochs
        self.callbacks = callbacks
        self.scale = scale
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    _parts = {**BaseNetworkClassifier._parts, "network": "network_params"}  # noqa: RUF012

    def _architecture(self):
        try:
            shape = checked_image_shape(self.image_shape, self.n_features_in_)
        except ValueError:
            if self.image_shape is not None:
                raise
            shape = None
        name = getattr(self.network, "__qualname__", type(self.network).__qualname__)
        return {
            "network": f"{self.network.__module__}.{name}",
            "network_params": dict(self.network_params or {}),
            "image_shape": shape and list(shape),
        }

    def _network(self):
        from skdigits.networks import checked_network

        return partial(
            checked_network,
            network=self.network,
            params=self.architecture_["network_params"],
            image_shape=self.architecture_["image_shape"],
            seed=stream_seed(self.seed_, WEIGHTS),
        )

    def _remember(self, outcome):
        self._untold = outcome.untold
        self.network_config_ = None if outcome.network is None else json.dumps(outcome.network)
        self.network_fingerprint_ = None
        if outcome.untold is not None:
            self.network_fingerprint_ = self._fingerprint(outcome.untold)

    def _network_trained(self):
        told = vars(self).get("network_config_")  # files of earlier versions have none
        return None if told is None else json.loads(told)

    def _built(self):
        told = self._network_trained()
        if told is not None:
            return training.rebuilt(told)
        self._kept()  # the function still builds what was trained
        return super()._built()

    def _logits(self, X):
        told = vars(self).get("network_config_")
        if told is not None:
            return training.logits(X, self.weights_, told, self._built)
        return training.logits_of_untold(X, self.weights_, self._kept())

    def _kept(self):
        """Return what the predictor is found by; in another process the function builds it again.

        Raises
        ------
        ModelFileError
            If the function builds another network now.
        """
        if vars(self).get("_untold") is None:
            start_tensorflow()
            untold = training.keep_untold(super()._built())
            was = vars(self).get("network_fingerprint_")
            if was is not None and not np.allclose(was, self._fingerprint(untold), rtol=1e-3):
                raise ModelFileError(
                    f"{self.architecture_['network']} builds another network than the one that was "
                    "trained: on the same rows and weights its outputs are others. Define it, and "
                    "what it uses, as it was."
                )
            self._untold = untold
        return self._untold

    def _fingerprint(self, untold):
        return training.fingerprint(untold, self.weights_, self.n_features_in_)
