"""A neural network among your scikit-learn estimators, with handwritten digits as its home."""

from skdigits.classifiers import DigitANNClassifier
from skdigits.preprocessing import PixelScaler

__version__ = "0.1.0"

__all__ = ["DigitANNClassifier", "PixelScaler"]
