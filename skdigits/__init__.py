"""A neural network among your scikit-learn estimators, with handwritten digits as its home."""

from importlib import import_module

TYPE_CHECKING = False  # as type checkers read it; importing typing takes longer than all of this
if TYPE_CHECKING:
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

# Where each public name is defined: its module is imported when the name is first asked for, so
# that `skdigits --help` waits for none of them.
_NAMES = {
    "augmentation": ["Augmentation"],
    "classifiers": ["DigitANNClassifier", "DigitCNNClassifier", "DigitNetworkClassifier"],
    "datasets": [
        "load_data_file",
        "load_emnist_digits",
        "load_fashion_mnist",
        "load_kmnist",
        "load_mnist",
        "load_sample_digits",
    ],
    "diagnosis": ["Finding", "diagnose"],
    "errors": [],
    "evaluation": ["Comparison", "ModelResult", "compare", "evaluate"],
    "exploration": ["Exploration", "explore"],
    "export": [],
    "head": [],
    "inference": [],
    "models": ["make_model"],
    "networks": [],
    "persistence": ["load_model", "model_info", "save_model"],
    "plots": [],
    "preprocessing": ["PixelScaler"],
    "report": ["report_html", "report_markdown", "write_exploration", "write_report"],
    "significance": [],
    "training": [],
    "tuning": ["CachedEstimator", "EpochCurve", "epoch_curve", "epoch_scores"],
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Return a public name or module, which is imported by that."""
    if name in _NAMES:
        return import_module(f"skdigits.{name}")
    if name in _MODULES:
        return getattr(import_module(f"skdigits.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'skdigits' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the names of the module, those that are not imported yet included."""
    return sorted({*globals(), *__all__, *_NAMES})
