"""How a Keras network is fitted: epochs as a few calls of one compiled program."""

from skdigits.training._model import TrainableModel, compile_options, on_pixels, trainable
from skdigits.training._plan import Plan, State
from skdigits.training._program import in_float32

__all__ = [
    "Plan",
    "State",
    "TrainableModel",
    "compile_options",
    "in_float32",
    "on_pixels",
    "trainable",
]
