"""A neural network among your scikit-learn estimators, with handwritten digits as its home."""

from skdigits.classifiers import DigitANNClassifier
from skdigits.datasets import load_mnist, load_sample_digits
from skdigits.evaluation import Comparison, ModelResult, compare
from skdigits.models import make_model
from skdigits.preprocessing import PixelScaler

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "DigitANNClassifier",
    "ModelResult",
    "PixelScaler",
    "compare",
    "load_mnist",
    "load_sample_digits",
    "make_model",
]
