"""scikit-learn's side of the networks."""

from skdigits.classifiers._ann import DigitANNClassifier
from skdigits.classifiers._base import BaseNetworkClassifier

__all__ = ["BaseNetworkClassifier", "DigitANNClassifier"]
