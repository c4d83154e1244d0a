"""Fitted networks as other libraries' models: each with the whole head, or refused."""

from skdigits.export._keras import keras_model
from skdigits.export._sklearn import mlp_classifier

__all__ = ["keras_model", "mlp_classifier"]
