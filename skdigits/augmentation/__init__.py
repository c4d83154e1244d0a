"""Distortions of digits, in NumPy: the same digit, written or photographed a little differently."""

from skdigits.augmentation._augmentation import Augmentation

__all__ = ["Augmentation"]
