"""scikit-learn's side of the networks."""

from skdigits.classifiers._ann import DigitANNClassifier
from skdigits.classifiers._cnn import DigitCNNClassifier
from skdigits.classifiers._network import DigitNetworkClassifier

__all__ = ["DigitANNClassifier", "DigitCNNClassifier", "DigitNetworkClassifier"]
