"""A model seen as its last step and what comes before it, be it a Pipeline or not."""

from sklearn.pipeline import Pipeline


def last_step(model):
    """Return the last step of a Pipeline, or what is no Pipeline."""
    while isinstance(model, Pipeline):
        model = model[-1]
    return model


def before_last_step(model, X):
    """Return rows as the last step of a fitted model gets them in predictions.

    Samplers of imbalanced-learn, which have no `transform`, change no rows there.
    """
    while isinstance(model, Pipeline):
        for _, step in model.steps[:-1]:
            if hasattr(step, "transform"):
                X = step.transform(X)
        model = model[-1]
    return X
