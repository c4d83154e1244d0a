"""How good classifiers are and what they cost: any classifiers with `fit` and `predict`."""

from skdigits.evaluation._compare import compare
from skdigits.evaluation._evaluate import evaluate
from skdigits.evaluation._pairwise import in_words, points, ranked, standing, telling_rows
from skdigits.evaluation._pictures import (
    Picture,
    first_rows,
    image_shape_of,
    pictures,
)
from skdigits.evaluation._result import Comparison, ModelResult, Prediction
from skdigits.evaluation._score import history_of, rows_by_pair

__all__ = [
    "Comparison",
    "ModelResult",
    "Picture",
    "Prediction",
    "compare",
    "evaluate",
    "first_rows",
    "history_of",
    "image_shape_of",
    "in_words",
    "pictures",
    "points",
    "ranked",
    "rows_by_pair",
    "standing",
    "telling_rows",
]
