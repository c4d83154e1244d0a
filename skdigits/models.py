"""Whole models by name: a PixelScaler and a classifier in a Pipeline."""

from sklearn.pipeline import Pipeline

from skdigits.classifiers import DigitANNClassifier
from skdigits.preprocessing import PixelScaler


def _svm():
    from sklearn.svm import SVC

    return SVC(kernel="rbf")


def _logreg():
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000)


# The one table of named models; each entry makes a new, unfitted classifier.
MODELS = {"ann": DigitANNClassifier, "svm": _svm, "logreg": _logreg}


def make_model(name, **params):
    """Make a Pipeline of a PixelScaler and a classifier, by the classifier's name.

    Parameters
    ----------
    name : {"ann", "svm", "logreg"}
        "ann" is `DigitANNClassifier`; "svm" a support vector machine with an RBF kernel, without
        probabilities; "logreg" a logistic regression with `max_iter=1000`.
    **params : dict
        Parameters of the classifier.

    Returns
    -------
    model : Pipeline
        Not fitted, with the steps `scale` and `name`.

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
    return Pipeline([("scale", PixelScaler()), (name, classifier)])
