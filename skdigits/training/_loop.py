"""Epoch after epoch: observers told, the best state kept, patience counted. Knows no TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from skdigits.training._plan import Epoch, Outcome, Plan, State


def run(train: Callable[[int], tuple[dict[str, float], State]], plan: Plan) -> Outcome:
    """Train epoch by epoch until the plan is done or something ends it.

    Parameters
    ----------
    train : callable
        `train(number)` trains one epoch and returns its losses and accuracies, and the state.
    plan : Plan
        `epochs`, `first_epoch`, `observers`, `patience`, `tol` and `keep_epochs` are read.

    Returns
    -------
    outcome : Outcome
        Of whole epochs only.

    Raises
    ------
    KeyboardInterrupt
        In the first epoch; later ones leave an outcome that was "interrupted".
    """
    outcome: Outcome | None = None
    best: Epoch | None = None
    gained = plan.first_epoch  # the last epoch whose loss fell by more than the tolerance
    try:
        for number in range(plan.first_epoch, plan.first_epoch + plan.epochs):
            for observer in plan.observers:
                observer.begin(number)
            epoch = _finished(number, *train(number), outcome)
            if best is None or _is_better(epoch, best, plan, by=plan.tol):
                gained = number
            if best is None or _is_better(epoch, best, plan):
                best = epoch
            kept = [*outcome.kept] if outcome else []
            if plan.keep_epochs:
                kept.append(epoch.state.predicting)
            # Put in place at once: an interruption finds an outcome of whole epochs.
            outcome = Outcome(best.state, epoch.history, kept, "epochs")
            answers = [observer.end(epoch) for observer in plan.observers]
            if any(answers):
                return replace(outcome, ended="observer")
            if plan.patience is not None and number - gained >= plan.patience:
                return replace(outcome, ended="patience")
    except KeyboardInterrupt:
        if outcome is None:
            raise
        return replace(outcome, ended="interrupted")
    assert outcome is not None  # a plan has at least one epoch
    return outcome


def _finished(number, logs, state, outcome):
    before = outcome.history if outcome else {}
    history = {name: [*before.get(name, []), value] for name, value in logs.items()}
    return Epoch(number, logs, state, history)


def _is_better(epoch, best, plan, by=0.0):
    return plan.patience is None or epoch.logs["val_loss"] < best.logs["val_loss"] - by
