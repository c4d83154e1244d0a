"""How a network is fitted and asked: `fit(network, X, codes, plan)` returns an `Outcome`."""

from skdigits.training._compile import compile_options, in_float32
from skdigits.training._fit import fit
from skdigits.training._forward import (
    before_softmax,
    fingerprint,
    keep_untold,
    logits,
    logits_of_untold,
    relu_outputs,
)
from skdigits.training._identity import rebuilt
from skdigits.training._plan import (
    LOSSES,
    OPTIMIZERS,
    Epoch,
    Observer,
    Outcome,
    Plan,
    Scored,
    State,
)

__all__ = [
    "LOSSES",
    "OPTIMIZERS",
    "Epoch",
    "Observer",
    "Outcome",
    "Plan",
    "Scored",
    "State",
    "before_softmax",
    "compile_options",
    "fingerprint",
    "fit",
    "in_float32",
    "keep_untold",
    "logits",
    "logits_of_untold",
    "rebuilt",
    "relu_outputs",
]
