"""A display of what a model confuses."""

import numpy as np
from sklearn.utils import _safe_indexing, check_consistent_length
from sklearn.utils.validation import check_is_fitted

from skdigits._ground.public import public
from skdigits.evaluation import rows_by_pair
from skdigits.plots._axes import Grid, as_images


@public("skdigits.plots")
class ConfusedPairsDisplay:
    """The pairs that a model confuses most, each with some of its digits.

    Parameters
    ----------
    pairs : sequence of tuple
        `(true label, predicted label, count)`.
    images : sequence of array-like of shape (n_images, height, width)
        Digits of each pair.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, pairs, images):
        self.pairs = pairs
        self.images = images

    @classmethod
    def from_estimator(cls, estimator, X, y, **options):
        """Predict rows and draw the confusions among them.

        Parameters
        ----------
        estimator : classifier
            Fitted.
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,)
            Their labels.
        **options : dict
            As in `from_predictions`.

        Returns
        -------
        display : ConfusedPairsDisplay
            Drawn.
        """
        check_is_fitted(estimator)
        return cls.from_predictions(X, y, estimator.predict(X), **options)

    @classmethod
    def from_predictions(
        cls, X, y_true, y_pred, *, n_pairs=5, n_images=6, image_shape=None, ax=None
    ):
        """Draw the confusions among predictions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y_true : array-like of shape (n_samples,)
            Their labels.
        y_pred : array-like of shape (n_samples,)
            What the model called them.
        n_pairs : int, default=5
            How many pairs, the most frequent first.
        n_images : int, default=6
            At most how many digits of each.
        image_shape : tuple of two int, default=None
            Height and width of a row; by default a square.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : ConfusedPairsDisplay
            Drawn.
        """
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
        check_consistent_length(X, y_true, y_pred)
        rows = rows_by_pair(y_true, y_pred)
        most = sorted(rows.items(), key=lambda item: -len(item[1]))[:n_pairs]
        pairs = [(true, guess, len(found)) for (true, guess), found in most]
        images = [as_images(_safe_indexing(X, found[:n_images]), image_shape) for _, found in most]
        return cls(pairs, images).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : ConfusedPairsDisplay
            Itself, with `ax_` and `figure_`.
        """
        n_columns = max((len(images) for images in self.images), default=1)
        shape = np.shape(self.images[0])[1:] if self.images else (1, 1)
        grid = Grid(ax, n_columns, max(1, len(self.pairs)), shape, lines=0, left=2.2)
        for row, ((true, guess, count), images) in enumerate(
            zip(self.pairs, self.images, strict=True)
        ):
            words = f"{true} read as {guess}\n{count} time{'s' * (count != 1)}"
            middle = grid.top(row) + grid.height / 2
            grid.ax.text(-0.15, middle, words, ha="right", va="center", fontsize=10)
            for column, image in enumerate(images):
                grid.draw(image, column, row)
        if not self.pairs:
            grid.ax.text(0.5, 0.5, "nothing was confused", ha="center", va="center")
        return grid.finish(self)
