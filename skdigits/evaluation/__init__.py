"""How good classifiers are and what they cost: any classifiers with `fit` and `predict`."""

from skdigits.evaluation._compare import compare
from skdigits.evaluation._evaluate import evaluate
from skdigits.evaluation._result import (
    Comparison,
    ModelResult,
    Picture,
    Prediction,
    checked_image_shape,
)

__all__ = [
    "Comparison",
    "ModelResult",
    "Picture",
    "Prediction",
    "checked_image_shape",
    "compare",
    "evaluate",
]
