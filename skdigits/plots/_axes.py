"""What the displays share: axes to draw on, rows as images, and images side by side."""

import math
import re

import numpy as np

from skdigits._ground.validation import checked_image_shape
from skdigits.errors import MissingExtraError, ParameterError

# To be told apart on white and on black paper; a sign always says the same as the colour.
WRONG = "#d64550"
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE = 0.23  # height of a line of caption, in widths of an image


def axes(ax, figsize):
    """Return axes to draw on: the caller's, or those of a new figure."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise MissingExtraError(
            'plotting needs matplotlib: pip install "skdigits[plots]"'
        ) from error
    return plt.subplots(figsize=figsize, layout="constrained")[1]


def as_images(X, image_shape=None):
    """Return rows as images.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows.
    image_shape : tuple of two int, default=None
        Height and width; by default the square of that many pixels.

    Returns
    -------
    images : ndarray of shape (n_samples, height, width)
        A view where possible.
    """
    X = np.asarray(X)
    if X.ndim != 2:
        raise ParameterError(f"X must have two dimensions, got the shape {X.shape}.")
    return X.reshape(-1, *checked_image_shape(image_shape, X.shape[1]))


class Grid:
    """Images side by side in one pair of axes, each with room for a caption above it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Where to draw; None makes a new figure.
    n_columns, n_rows : int
        Size of the grid.
    image_shape : tuple of two int
        Height and width of an image.
    lines : int
        Lines of the longest caption.
    left : float, default=0.0
        Room to the left, in widths of an image.
    """

    def __init__(self, ax, n_columns, n_rows, image_shape, lines, left=0.0):
        self.height = image_shape[0] / image_shape[1]
        self.above = 0.1 + _LINE * lines
        width, height = left + 1.1 * n_columns - 0.1, n_rows * (self.height + self.above)
        self.ax = axes(ax, (0.8 * width, 0.8 * height + 0.1))
        self.limits = {"xlim": (-left, width - left), "ylim": (height, 0), "aspect": "equal"}

    def top(self, row):
        """Return the upper edge of a row's images."""
        return row * (self.height + self.above) + self.above

    def draw(self, image, column, row, caption="", *, wrong=False, **options):
        """Draw one image, with its caption above."""
        left, top = 1.1 * column, self.top(row)
        options = {"cmap": "gray_r", "interpolation": "none", **options}
        self.ax.imshow(image, extent=(left, left + 1, top + self.height, top), **options)
        if caption:
            colour = {"color": WRONG} if wrong else {}
            place = (left + 0.5, top - 0.04)
            self.ax.text(*place, caption, ha="center", va="bottom", fontsize=9, **colour)

    def finish(self, display):
        """Set the limits, remove the frame, and set the display's axes."""
        self.ax.set(**self.limits)
        self.ax.axis("off")
        display.ax_, display.figure_ = self.ax, self.ax.figure
        return display


def draw_grid(display, images, ax, n_columns, captions=None, wrong=None, **options):
    """Draw a display's images side by side, where wanted with captions, some marked as wrong."""
    n_images = len(images)
    if n_images == 0:
        raise ParameterError("There are no images to draw.")
    captions = [""] * n_images if captions is None else captions
    wrong = [False] * n_images if wrong is None else wrong
    n_columns = min(n_columns, n_images)
    lines = max(caption.count("\n") + 1 if caption else 0 for caption in captions)
    shape = np.shape(images)[1:]
    grid = Grid(ax, n_columns, math.ceil(n_images / n_columns), shape, lines)
    for i, (image, caption, is_wrong) in enumerate(zip(images, captions, wrong, strict=True)):
        row, column = divmod(i, n_columns)
        grid.draw(np.asarray(image), column, row, caption, wrong=is_wrong, **options)
    return grid.finish(display)


def plain_text(words):
    """Return words as matplotlib shows them: a dollar does not begin mathematics.

    What SVG cannot hold, such as a control character in a label, is replaced.
    """
    return _NOT_IN_XML.sub("\ufffd", str(words)).replace("$", r"\$")
