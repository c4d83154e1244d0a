"""How a Keras network is fitted and asked: epochs and predictions as compiled programs."""

from skdigits.training._model import (
    TrainableModel,
    compile_options,
    on_pixels,
    over_shifts,
    trainable,
    with_temperature,
)
from skdigits.training._plan import Plan, State
from skdigits.training._predict import logits, relu_outputs
from skdigits.training._program import in_float32

__all__ = [
    "Plan",
    "State",
    "TrainableModel",
    "compile_options",
    "in_float32",
    "logits",
    "on_pixels",
    "over_shifts",
    "relu_outputs",
    "trainable",
    "with_temperature",
]
