"""Display of how sure a model is against how often it is right."""

from skdigits._ground.public import public
from skdigits.errors import ParameterError
from skdigits.evaluation import evaluate
from skdigits.plots._axes import axes, plain_text


@public("skdigits.plots")
class ReliabilityDisplay:
    """Accuracy against confidence, which lie on the diagonal where a model knows how sure to be.

    Bars show the share of the rows in each bin: on digits nearly all are in the last one.

    Parameters
    ----------
    bins : sequence of (float, float, int)
        Of each bin: mean greatest probability, accuracy, number of rows; a result's `reliability`.
    calibration_error : float, default=None
        The expected calibration error, to be written into the figure.
    name : str, default="model"
        What the model is called.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, bins, calibration_error=None, name="model"):
        self.bins = bins
        self.calibration_error = calibration_error
        self.name = name

    @classmethod
    def from_result(cls, result, *, ax=None):
        """Draw what `evaluate` or `compare` found.

        Parameters
        ----------
        result : ModelResult
            Of a model with `predict_proba`.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : ReliabilityDisplay
            Drawn.
        """
        if not result.reliability:
            raise ParameterError(
                f"{result.name} has no probabilities: it has no predict_proba; wrap it "
                "in a CalibratedClassifierCV."
            )
        return cls(result.reliability, result.calibration_error, result.name).plot(ax=ax)

    @classmethod
    def from_estimator(cls, estimator, X, y, *, ax=None):
        """Evaluate a fitted model and draw.

        Parameters
        ----------
        estimator : classifier
            Fitted, with `predict_proba`.
        X : array-like of shape (n_samples, n_features)
            Rows that it has not seen.
        y : array-like of shape (n_samples,)
            Their labels.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : ReliabilityDisplay
            Drawn.
        """
        return cls.from_result(evaluate(estimator, X, y), ax=ax)

    def plot(self, *, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : ReliabilityDisplay
            Itself, with `ax_` and `figure_`.
        """
        self.ax_ = ax = axes(ax, (4, 4.2))
        self.figure_ = ax.figure
        confidence, accuracy, counts = zip(*self.bins, strict=True)
        shares = [n / sum(counts) for n in counts]
        error = "" if self.calibration_error is None else f" (ECE {self.calibration_error:.4f})"
        ax.bar(confidence, shares, 0.03, color="C7", alpha=0.4, label="share of the rows")
        ax.plot([0, 1], [0, 1], "--", color="C7", linewidth=1, label="as sure as right")
        ax.plot(confidence, accuracy, "o-", markersize=4, label=plain_text(f"{self.name}{error}"))
        ax.set(xlabel="greatest probability", ylabel="share that is right")
        ax.set(xlim=(0, 1.03), ylim=(0, 1.03))
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1))
        return self
