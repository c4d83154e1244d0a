"""Display of what augmentation does to digits."""

import numpy as np
from sklearn.utils import check_random_state

from skdigits._ground.public import public
from skdigits.augmentation import Augmentation
from skdigits.plots._axes import as_images, draw_grid


@public("skdigits.plots")
class AugmentationDisplay:
    """Some digits, each in a row with distorted ones of it.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width)
        The digits.
    distorted : array-like of shape (n_images, n_versions, height, width)
        What became of each.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, images, distorted):
        self.images = images
        self.distorted = distorted

    @classmethod
    def from_data(
        cls,
        X,
        augmentation=None,
        *,
        n_samples=5,
        n_versions=9,
        random_state=0,
        image_shape=None,
        ax=None,
    ):
        """Distort the first rows and draw them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        augmentation : Augmentation, default=None
            What distorts them; by default `Augmentation()`.
        n_samples : int, default=5
            How many rows to draw.
        n_versions : int, default=9
            How many distorted ones of each.
        random_state : int, RandomState instance or None, default=0
            Seed of the distortions.
        image_shape : tuple of two int, default=None
            Height and width of a row; by default a square.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : AugmentationDisplay
            Drawn.
        """
        augmentation = Augmentation() if augmentation is None else augmentation
        rng = check_random_state(random_state)
        X = np.asarray(X)[:n_samples]
        versions = [
            as_images(
                augmentation.distort(X, image_shape=image_shape, random_state=rng), image_shape
            )
            for _ in range(n_versions)
        ]
        return cls(as_images(X, image_shape), np.stack(versions, axis=1)).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : AugmentationDisplay
            Itself, with `ax_` and `figure_`.
        """
        rows = [
            image
            for original, versions in zip(self.images, self.distorted, strict=True)
            for image in (original, *versions)
        ]
        n_columns = 1 + len(self.distorted[0])
        captions = ["as it is"] + [""] * (len(rows) - 1)
        # One scale of greys for all: a distorted stroke may be paler than the digit's darkest.
        limits = {"vmin": np.min(self.images), "vmax": np.max(self.images)}
        return draw_grid(self, rows, ax, n_columns, captions, **limits)
