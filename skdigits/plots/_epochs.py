"""Display of scores after each epoch."""

from sklearn.model_selection import ValidationCurveDisplay

from skdigits._ground.public import public
from skdigits.plots._axes import axes
from skdigits.tuning import epoch_curve


@public("skdigits.plots")
class EpochCurveDisplay:
    """Scores after each epoch on the rows trained on and on those left out, over all splits.

    Parameters
    ----------
    curve : EpochCurve
        What `epoch_curve` found.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, curve):
        self.curve = curve

    @classmethod
    def from_estimator(cls, estimator, X, y, *, cv=None, scoring=None, n_jobs=None, ax=None):
        """Find the curve and draw it.

        Parameters
        ----------
        estimator : classifier
            A network classifier of this package, or a Pipeline that ends in one.
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,)
            Their labels.
        cv : int, cross-validation generator or iterable, default=None
            The splits.
        scoring : str or callable, default=None
            What is scored; None takes the accuracy.
        n_jobs : int, default=None
            Fits at the same time.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : EpochCurveDisplay
            Drawn.
        """
        curve = epoch_curve(estimator, X, y, cv=cv, scoring=scoring, n_jobs=n_jobs)
        return cls(curve).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : EpochCurveDisplay
            Itself, with `ax_` and `figure_`.
        """
        curve = self.curve
        self.ax_ = ax = axes(ax, (5.5, 3.6))
        self.figure_ = ax.figure
        ValidationCurveDisplay(
            param_name="epoch",
            param_range=curve.epochs,
            train_scores=curve.train_scores,
            test_scores=curve.test_scores,
            score_name=curve.score_name,
        ).plot(ax=ax, line_kw={"marker": ".", "alpha": 1})
        ax.xaxis.get_major_locator().set_params(integer=True)
        return self
