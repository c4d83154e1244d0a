"""Tuning with scikit-learn: epoch curves from a single fit, and searches that can be resumed."""

from skdigits.tuning._cached import CachedEstimator
from skdigits.tuning._candidates import candidate_name
from skdigits.tuning._epochs import EpochCurve, epoch_curve, epoch_scores

__all__ = ["CachedEstimator", "EpochCurve", "candidate_name", "epoch_curve", "epoch_scores"]
