"""Scores and costs of classifiers: any classifiers with `fit` and `predict`."""

from skdigits.evaluation._compare import compare
from skdigits.evaluation._comparison import Comparison
from skdigits.evaluation._evaluate import evaluate
from skdigits.evaluation._pairwise import join_names, points, ranked, standing, telling_rows
from skdigits.evaluation._pictures import Picture, first_rows, pictures
from skdigits.evaluation._result import ModelResult, Prediction
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
    "join_names",
    "pictures",
    "points",
    "ranked",
    "rows_by_pair",
    "standing",
    "telling_rows",
]
