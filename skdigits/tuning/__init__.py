"""Tuning as scikit-learn users know it: epochs for the price of one fit, searches that go on."""

from skdigits.tuning._cached import CachedEstimator
from skdigits.tuning._candidates import candidate_name
from skdigits.tuning._epochs import EpochCurve, epoch_curve, epoch_scores

__all__ = ["CachedEstimator", "EpochCurve", "candidate_name", "epoch_curve", "epoch_scores"]
