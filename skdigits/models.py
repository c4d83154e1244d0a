"""Whole models by name: a PixelScaler and a classifier in a Pipeline."""

from sklearn.pipeline import Pipeline

from skdigits.augmentation import Augmentation
from skdigits.classifiers import DigitANNClassifier, DigitCNNClassifier
from skdigits.preprocessing import PixelScaler


def _ann_best():
    return DigitANNClassifier(
        epochs=120,
        batch_size=128,
        learning_rate=0.002,
        learning_rate_schedule="cosine",
        ema_decay=0.999,
        augment=Augmentation(shift=0.75, rotation=5.0, scale=0.07, shear=0.07, elastic=0.6),
    )


def _cnn_best():
    return DigitCNNClassifier(
        conv_layers=((64, 5, 2), (32, 3, 1), (32, 3, 2), (48, 3, 1), (56, 3, 2), (40, 3, 1)),
        dropout=0.1,
        epochs=28,
        learning_rate=0.01,
        learning_rate_schedule="one_cycle",
        ema_decay=0.999,
        augment=Augmentation(),
        test_time_shift=1,
    )


def _svm():
    from sklearn.svm import SVC

    return SVC(kernel="rbf")


def _logreg():
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000)


# The one table of named models; each entry makes a new, unfitted classifier. The settings of the
# best ones were chosen by docs/results/choose_recipes.py, which never sees a test image.
MODELS = {
    "ann": DigitANNClassifier,
    "ann-best": _ann_best,
    "cnn": DigitCNNClassifier,
    "cnn-best": _cnn_best,
    "svm": _svm,
    "logreg": _logreg,
}


def make_model(name, **params):
    """Make a Pipeline of a PixelScaler and a classifier, by the classifier's name.

    Parameters
    ----------
    name : {"ann", "ann-best", "cnn", "cnn-best", "svm", "logreg"}
        "ann" is `DigitANNClassifier` and "cnn" `DigitCNNClassifier`; "ann-best" and "cnn-best" are
        the same networks with settings that read digits best, and train for minutes; "svm" is a
        support vector machine with an RBF kernel, without probabilities; "logreg" a logistic
        regression with `max_iter=1000`.
    **params : dict
        Parameters of the classifier.

    Returns
    -------
    model : Pipeline
        Not fitted, with the steps `scale` and, for "ann-best" too, `ann`.

    Raises
    ------
    ValueError
        If there is no model of this name, or the classifier has no such parameter.

    Examples
    --------
    >>> from skdigits import make_model
    >>> make_model("logreg", C=0.1).named_steps["logreg"]
    LogisticRegression(C=0.1, max_iter=1000)
    """
    if name not in MODELS:
        raise ValueError(f"There is no model {name!r}; known are {', '.join(MODELS)}.")
    classifier = MODELS[name]().set_params(**params)
    return Pipeline([("scale", PixelScaler()), (name.removesuffix("-best"), classifier)])
