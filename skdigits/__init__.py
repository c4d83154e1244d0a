"""A neural network among your scikit-learn estimators, with handwritten digits as its home."""

from skdigits.augmentation import Augmentation
from skdigits.classifiers import DigitANNClassifier, DigitCNNClassifier, DigitNetworkClassifier
from skdigits.datasets import (
    load_data_file,
    load_emnist_digits,
    load_fashion_mnist,
    load_kmnist,
    load_mnist,
    load_sample_digits,
)
from skdigits.diagnosis import Finding, diagnose
from skdigits.evaluation import Comparison, ModelResult, compare, evaluate
from skdigits.exploration import Exploration, explore
from skdigits.models import make_model
from skdigits.persistence import load_model, model_info, save_model
from skdigits.preprocessing import PixelScaler
from skdigits.report import report_html, report_markdown, write_exploration, write_report
from skdigits.tuning import CachedEstimator, EpochCurve, epoch_curve, epoch_scores

__version__ = "0.1.0"

__all__ = [
    "Augmentation",
    "CachedEstimator",
    "Comparison",
    "DigitANNClassifier",
    "DigitCNNClassifier",
    "DigitNetworkClassifier",
    "EpochCurve",
    "Exploration",
    "Finding",
    "ModelResult",
    "PixelScaler",
    "compare",
    "diagnose",
    "epoch_curve",
    "epoch_scores",
    "evaluate",
    "explore",
    "load_data_file",
    "load_emnist_digits",
    "load_fashion_mnist",
    "load_kmnist",
    "load_mnist",
    "load_model",
    "load_sample_digits",
    "make_model",
    "model_info",
    "report_html",
    "report_markdown",
    "save_model",
    "write_exploration",
    "write_report",
]
