"""Displays of digits: samples and predictions."""

import numpy as np
from sklearn.utils import _safe_indexing, check_consistent_length
from sklearn.utils.validation import check_is_fitted

from skdigits._ground.public import public
from skdigits.plots._axes import as_images, draw_grid


@public("skdigits.plots")
class SampleDigitsDisplay:
    """Some digits, each with its label.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width)
        The digits.
    labels : sequence, default=None
        Their labels.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, images, labels=None):
        self.images = images
        self.labels = labels

    @classmethod
    def from_data(
        cls, X, y=None, *, n_samples=20, random_state=None, image_shape=None, ax=None, **options
    ):
        """Draw some rows: as many of each label where there are labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,), default=None
            Their labels.
        n_samples : int, default=20
            How many to draw.
        random_state : int, RandomState instance or None, default=None
            Chooses the rows; with None the first ones are taken.
        image_shape : tuple of two int, default=None
            Height and width of a row; by default a square.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        **options : dict
            Passed to `plot`.

        Returns
        -------
        display : SampleDigitsDisplay
            Drawn.
        """
        images = as_images(X, image_shape)
        rows = _choose(len(images), y, n_samples, random_state)
        labels = None if y is None else np.asarray(y)[rows]
        return cls(images[rows], labels).plot(ax=ax, **options)

    def plot(self, *, ax=None, n_columns=10):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        n_columns : int, default=10
            Digits side by side.

        Returns
        -------
        display : SampleDigitsDisplay
            Itself, with `ax_` and `figure_`.
        """
        captions = None if self.labels is None else [str(label) for label in self.labels]
        return draw_grid(self, self.images, ax, n_columns, captions)


@public("skdigits.plots")
class PredictionsDisplay:
    """Some digits with what a model made of them, right (✓) and wrong (✗) marked.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width)
        The digits.
    true_labels : sequence
        Their labels.
    predicted_labels : sequence
        What the model called them.
    probabilities : sequence of float, default=None
        How probable it found that.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, images, true_labels, predicted_labels, probabilities=None):
        self.images = images
        self.true_labels = true_labels
        self.predicted_labels = predicted_labels
        self.probabilities = probabilities

    @classmethod
    def from_estimator(cls, estimator, X, y, *, n_samples=20, random_state=None, **options):
        """Predict some rows and draw them.

        Parameters
        ----------
        estimator : classifier
            Fitted.
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,)
            Their labels.
        n_samples, random_state, **options
            As in `from_predictions`.

        Returns
        -------
        display : PredictionsDisplay
            Drawn.
        """
        check_is_fitted(estimator)
        check_consistent_length(X, y)
        rows = _choose(len(np.asarray(y)), None, n_samples, random_state)
        X, y = _safe_indexing(X, rows), np.asarray(y)[rows]
        has_proba = hasattr(estimator, "predict_proba")
        proba = estimator.predict_proba(X).max(axis=1) if has_proba else None
        predicted = estimator.predict(X)
        return cls.from_predictions(X, y, predicted, y_proba=proba, n_samples=None, **options)

    @classmethod
    def from_predictions(
        cls,
        X,
        y_true,
        y_pred,
        *,
        y_proba=None,
        n_samples=20,
        random_state=None,
        image_shape=None,
        ax=None,
        **options,
    ):
        """Draw some rows with what they are and what they were called.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y_true : array-like of shape (n_samples,)
            Their labels.
        y_pred : array-like of shape (n_samples,)
            What the model called them.
        y_proba : array-like of shape (n_samples,), default=None
            How probable it found that.
        n_samples : int or None, default=20
            How many to draw; None draws all.
        random_state : int, RandomState instance or None, default=None
            Chooses the rows; with None the first ones are taken.
        image_shape : tuple of two int, default=None
            Height and width of a row; by default a square.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        **options : dict
            Passed to `plot`.

        Returns
        -------
        display : PredictionsDisplay
            Drawn.
        """
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
        check_consistent_length(X, y_true, y_pred, y_proba)
        n_samples = len(y_true) if n_samples is None else n_samples
        rows = _choose(len(y_true), None, n_samples, random_state)
        images = as_images(_safe_indexing(X, rows), image_shape)
        proba = None if y_proba is None else np.asarray(y_proba)[rows]
        return cls(images, y_true[rows], y_pred[rows], proba).plot(ax=ax, **options)

    def plot(self, *, ax=None, n_columns=10):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.
        n_columns : int, default=10
            Digits side by side.

        Returns
        -------
        display : PredictionsDisplay
            Itself, with `ax_` and `figure_`.
        """
        wrong = [t != p for t, p in zip(self.true_labels, self.predicted_labels, strict=True)]
        captions = [
            f"✗ {guess}, is {true}" if false else f"✓ {true}"
            for true, guess, false in zip(
                self.true_labels, self.predicted_labels, wrong, strict=True
            )
        ]
        if self.probabilities is not None:
            captions = [
                f"{caption}\n{probability:.0%}"
                for caption, probability in zip(captions, self.probabilities, strict=True)
            ]
        return draw_grid(self, self.images, ax, n_columns, captions, wrong)


def _choose(n_rows, y, n_samples, random_state):
    """Choose rows: the first ones or any, and as many of each label where labels are given."""
    order = np.arange(n_rows)
    if random_state is not None:
        from sklearn.utils import check_random_state

        order = check_random_state(random_state).permutation(n_rows)
    if y is None:
        return order[:n_samples]
    check_consistent_length(order, y)
    labels = np.asarray(y)[order]
    # Each row's rank within its label; the sort is stable, so labels take turns.
    turn = np.empty(n_rows, dtype=np.int64)
    for label in np.unique(labels):
        of_label = np.flatnonzero(labels == label)
        turn[of_label] = np.arange(len(of_label))
    by_turn = np.lexsort((labels, turn))
    return order[by_turn[:n_samples]]
