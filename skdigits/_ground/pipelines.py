"""A model seen as its last step and what comes before it, be it a Pipeline or not."""

from sklearn.pipeline import Pipeline


def last_step(model):
    """Return the last step of a Pipeline, or what is no Pipeline."""
    return model[-1] if isinstance(model, Pipeline) else model


def before_last_step(model, X):
    """Return rows as the last step of a fitted model gets them."""
    return model[:-1].transform(X) if isinstance(model, Pipeline) and len(model) > 1 else X
