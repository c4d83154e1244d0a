"""What all network classifiers say of their shared parameters and attributes, said once."""

import inspect
from string import Template

_PARAMETERS = """\
    loss : {"sparse_categorical_crossentropy", "categorical_crossentropy"}, default=$loss
        The loss. Both take labels as they are; the second encodes them one-hot inside.
    label_smoothing : float, default=$label_smoothing
        Share of each target spread over all classes; needs `loss="categorical_crossentropy"`.
    optimizer : str, default=$optimizer
        "adadelta", "adagrad", "adam", "adamax", "adamw", "ftrl", "lion", "nadam", "rmsprop" or
        "sgd".
    optimizer_params : dict, default=$optimizer_params
        Settings of the optimizer other than Keras' own: `{"momentum": 0.9}` of "sgd", or
        "weight_decay" and "clipnorm" of any. One of them is `optimizer__momentum=0.9` in the
        constructor, in `set_params` and in the grid of a search.
    learning_rate : float, default=$learning_rate
        The optimizer's learning rate, the highest one under a schedule.
    learning_rate_schedule : {"constant", "cosine", "one_cycle"}, default=$learning_rate_schedule
        How the rate goes over the steps of one `fit`: "cosine" falls to 0 (Loshchilov and Hutter,
        2017); "one_cycle" rises from a 25th for 30 % of the steps first (Smith and Topin, 2019).
    ema_decay : float, default=$ema_decay
        Decay of an exponential moving average of the weights, a step at a time; the average is
        what predicts. 0.999 averages over about 1,000 steps, 0 takes the last weights.
    batch_size : int, default=$batch_size
        Rows a step; the last step of an epoch takes what is left.
    epochs : int, default=$epochs
        Passes over the data of one `fit`.
    shuffle : bool, default=$shuffle
        Whether each epoch takes the rows in a new order.
    augment : "digits", Augmentation or None, default=$augment
        Distortions of the rows, new ones in each epoch; "digits" is `Augmentation()`. They are made
        while the step before trains.
    image_shape : tuple of two int, default=$image_shape
        Height and width of a row that is an image, one of which may be -1; None takes a square.
        $image_shape_use
    test_time_shift : int, default=$test_time_shift
        In predictions, a row's logits are the mean over copies of its image that are shifted by up
        to so many pixels along each axis: 9 copies with 1, 25 with 2, which takes as many times as
        long. It is read when predicting, so that `set_params` changes it on a fitted estimator; the
        losses and accuracies of `history_` are without.
    class_weight : dict, "balanced" or None, default=$class_weight
        Weights of the classes, multiplied with `sample_weight`. "balanced" weighs each class
        inversely to its frequency.
    validation_fraction : float or None, default=$validation_fraction
        Share of the rows, stratified by class, that is not trained on but scored after each epoch.
        None takes 0.1 with `early_stopping` or `calibrate`, and no rows otherwise.
    early_stopping : bool, default=$early_stopping
        Whether `fit` ends when the loss of the validation rows has not fallen by more than `tol`
        for `patience` epochs; the weights of the epoch with the lowest loss are kept then.
    patience : int, default=$patience
        Epochs that early stopping waits: `n_iter_no_change` of `MLPClassifier`.
    tol : float, default=$tol
        By how much a loss must be below the lowest one before it for early stopping to count it as
        an improvement; with 0, any fall counts, and rows that can be separated never stop it.
    calibrate : bool, default=$calibrate
        Whether to divide the logits by a temperature, fitted on the validation rows after training
        (Guo et al., 2017). It changes no predicted label.
    keep_epochs : bool, default=$keep_epochs
        Whether to keep the weights of every epoch, for `staged_predict_proba` and `epoch_curve`.
    callbacks : keras.callbacks.Callback, list of them or None, default=$callbacks
        Keras' own callbacks, copied afresh for each fit. Their epoch and train methods are called;
        no batch is seen, since an epoch runs as one program (those that come with Keras, such as
        `TerminateOnNaN`, see it as one batch), and no saved model has them. Their
        `model` takes rows scaled to 0-1, and has no temperature; `to_keras` gives the whole one.
        scikit-learn's callbacks go into `set_callbacks`.
    scale : {"pixels", None}, default=$scale
        "pixels" takes rows of 0-255 and divides them by 255: the same bits as a `PixelScaler`
        before it, and rows of uint8 are scaled block by block, so that no copy of them is made.
        None takes rows as they are.
    warm_start : bool, default=$warm_start
        Whether `fit` goes on from the last one, optimizer and random streams included.
    random_state : int, RandomState instance or None, default=$random_state
        Seed of start weights, shuffling, distortions, dropout and validation split. With None a new
        seed comes from the operating system, so `np.random`'s global state is neither read nor
        changed; `seed_` tells which one it was.
    verbose : int, default=$verbose
        0 prints nothing, TensorFlow's own log lines included; 1 shows one line that follows the
        epochs; 2 prints a line an epoch.
"""

_ATTRIBUTES = """\
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    n_features_in_ : int
        Number of features seen during `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during `fit`, where `X` had names that are all strings.
    history_ : dict of list of float
        `loss` and `accuracy` of each epoch, weighted as the rows are and measured while training,
        and `val_loss` and `val_accuracy` where there are validation rows. `warm_start` and
        `partial_fit` append to it.
    loss_curve_ : list of float
        `history_["loss"]`.
    loss_, best_loss_ : float
        The last and the lowest of `loss_curve_`; the second is None with `early_stopping`.
    validation_scores_, best_validation_score_ : list of float and float, or None
        `history_["val_accuracy"]` and its highest value, where there are validation rows.
    n_iter_ : int
        Number of epochs trained so far.
    seed_ : int
        The seed in use: `random_state=seed_` repeats the fit.
    architecture_ : dict
        The network's parameters as they were when training started.
    scale_ : {"pixels", None}
        `scale` as it was when training started.
    epoch_weights_, epoch_temperatures_ : list
        With `keep_epochs`, the weights and the temperature of each epoch; empty otherwise.
    temperature_ : float
        What the logits are divided by; 1 without `calibrate`.
    optimizer_state_ : dict
        What going on needs: the optimizer's name and settings, in `slots` its variables and, where
        the weights are averaged, the last ones in `weights`.
"""

_REFERENCES = """\
    D. P. Kingma, J. Ba (2015), "Adam: a method for stochastic optimization". C. Guo, G. Pleiss,
    Y. Sun, K. Weinberger (2017), "On calibration of modern neural networks". I. Loshchilov,
    F. Hutter (2017), "SGDR: stochastic gradient descent with warm restarts". L. Smith, N. Topin
    (2019), "Super-convergence: very fast training of neural networks using large learning rates".
"""


def documented(image_shape_use):
    """Put the shared texts into a classifier's docstring, with its own defaults.

    Parameters
    ----------
    image_shape_use : str
        What the classifier needs `image_shape` for, in a sentence.

    Returns
    -------
    decorate : callable
        It replaces the lines `$parameters`, `$attributes` and `$references`.
    """

    def decorate(cls):
        defaults = {
            name: f'"{p.default}"' if isinstance(p.default, str) else repr(p.default)
            for name, p in inspect.signature(cls).parameters.items()
        }
        parameters = Template(_PARAMETERS).substitute(defaults, image_shape_use=image_shape_use)
        texts = {"parameters": parameters, "attributes": _ATTRIBUTES, "references": _REFERENCES}
        for name, text in texts.items():
            cls.__doc__ = cls.__doc__ and cls.__doc__.replace(f"    ${name}\n", text)
        return cls

    return decorate
