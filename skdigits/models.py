"""Complete models by name: a PixelScaler and a classifier in a Pipeline."""

from collections.abc import Callable
from typing import Any

from sklearn.pipeline import Pipeline

from skdigits._ground.public import public
from skdigits.augmentation import Augmentation
from skdigits.classifiers import DigitANNClassifier, DigitCNNClassifier
from skdigits.errors import ParameterError
from skdigits.preprocessing import PixelScaler


def _ann_best() -> DigitANNClassifier:
    return DigitANNClassifier(
        epochs=120,
        batch_size=128,
        learning_rate=0.002,
        learning_rate_schedule="cosine",
        ema_decay=0.999,
        augment=Augmentation(shift=0.75, rotation=5.0, scale=0.07, shear=0.07, elastic=0.6),
    )


def _cnn_best() -> DigitCNNClassifier:
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


def _svm() -> Any:
    from sklearn.svm import SVC

    return SVC(kernel="rbf")


def _logreg() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000)


# The only table of named models; each entry returns a new classifier, not fitted. The settings of
# the "-best" ones were chosen by docs/results/choose_recipes.py, which never sees a test image.
MODELS: dict[str, Callable[[], Any]] = {
    "ann": DigitANNClassifier,
    "ann-best": _ann_best,
    "cnn": DigitCNNClassifier,
    "cnn-best": _cnn_best,
    "svm": _svm,
    "logreg": _logreg,
}


@public()
def make_model(name: str, **params: Any) -> Pipeline:
    """Return a Pipeline of a PixelScaler and a classifier, by the classifier's name.

    Parameters
    ----------
    name : {"ann", "ann-best", "cnn", "cnn-best", "svm", "logreg"}
        "ann" is `DigitANNClassifier` and "cnn" `DigitCNNClassifier`; "ann-best" and "cnn-best" are
        the same networks with the settings of the highest accuracy on digits, which train for
        minutes; "svm" is a support vector machine with an RBF kernel, without probabilities;
        "logreg" is a logistic regression with `max_iter=1000`.
    **params : dict
        Parameters of the classifier.

    Returns
    -------
    model : Pipeline
        Not fitted, with the steps `scale` and one called as the classifier; for "ann-best" that is
        `ann`, and for "cnn-best" `cnn`.

    Raises
    ------
    ParameterError
        If there is no model of this name.
    ValueError
        If the classifier has no such parameter.

    Examples
    --------
    >>> from skdigits import make_model
    >>> make_model("logreg", C=0.1).named_steps["logreg"]
    LogisticRegression(C=0.1, max_iter=1000)
    """
    if name not in MODELS:
        raise ParameterError(f"There is no model {name!r}; known are {', '.join(MODELS)}.")
    classifier = MODELS[name]().set_params(**params)
    return Pipeline([("scale", PixelScaler()), (name.removesuffix("-best"), classifier)])
