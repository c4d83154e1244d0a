"""A display of what a model's first layer looks for."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skdigits._ground.pipelines import last_step
from skdigits._ground.public import public
from skdigits.errors import ParameterError
from skdigits.plots._axes import as_images, draw_grid


@public("skdigits.plots")
class WeightsDisplay:
    """What the units of the first layer look for: their weights as images.

    Parameters
    ----------
    weights : array-like of shape (n_units, height, width)
        The weights of each unit. Negative ones are drawn blue, positive ones red.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, weights):
        self.weights = weights

    @classmethod
    def from_estimator(cls, estimator, *, n_units=40, image_shape=None, ax=None, **options):
        """Draw the units with the largest weights.

        Parameters
        ----------
        estimator : classifier
            Fitted, with `coefs_` (a network) or `coef_` (a linear model), or a Pipeline that ends
            with one.
        n_units : int, default=40
            At most how many units, by the Euclidean norm of their weights.
        image_shape : tuple of two int, default=None
            Height and width of a row; by default a square.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        **options : dict
            Passed to `plot`.

        Returns
        -------
        display : WeightsDisplay
            Drawn.
        """
        check_is_fitted(estimator)
        last = last_step(estimator)
        if hasattr(last, "coefs_"):
            weights = np.asarray(last.coefs_[0]).T
            order = np.argsort(-np.linalg.norm(weights, axis=1), kind="stable")
            weights = weights[order]
        elif hasattr(last, "coef_"):
            weights = np.asarray(last.coef_)
        else:
            raise ParameterError(f"{type(last).__name__} has no weights: no coefs_ and no coef_.")
        return cls(as_images(weights[:n_units], image_shape)).plot(ax=ax, **options)

    def plot(self, *, ax=None, n_columns=10):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        n_columns : int, default=10
            Units side by side.

        Returns
        -------
        display : WeightsDisplay
            Itself, with `ax_` and `figure_`.
        """
        limit = float(np.abs(self.weights).max())
        colours = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
        return draw_grid(self, self.weights, ax, n_columns, **colours)
