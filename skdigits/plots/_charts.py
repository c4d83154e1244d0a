"""Displays made of bars and lines: class balance, pixels, training, accuracy against cost."""

import math

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skdigits._ground.pipelines import last_step
from skdigits._ground.public import public
from skdigits.errors import ParameterError
from skdigits.evaluation import history_of
from skdigits.exploration import pixel_histogram
from skdigits.plots._axes import axes, plain_text

# What a comparison can be drawn against: how it is called, its unit, and what one of it is there.
COSTS = {
    "fit_seconds": ("time of a fit", "s", 1),
    "predict_one_ms": ("time to predict one row", "s", 0.001),
    "size_bytes": ("size on disk", "B", 1),
}


@public("skdigits.plots")
class ClassBalanceDisplay:
    """How many rows each label has.

    Parameters
    ----------
    labels : sequence
        The labels.
    counts : dict of str to sequence of int
        For each group of rows, such as "train" and "test", the count of each label.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, labels, counts):
        self.labels = labels
        self.counts = counts

    @classmethod
    def from_labels(cls, y, *, name="rows", ax=None):
        """Count labels and draw.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            The labels.
        name : str, default="rows"
            What the rows are called.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : ClassBalanceDisplay
            Drawn.
        """
        labels, counts = np.unique(np.asarray(y), return_counts=True)
        return cls(labels.tolist(), {name: counts.tolist()}).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : ClassBalanceDisplay
            Itself, with `ax_` and `figure_`.
        """
        ax = axes(ax, (6, 3))
        width = 0.8 / len(self.counts)
        places = np.arange(len(self.labels))
        for i, (name, counts) in enumerate(self.counts.items()):
            offset = (i - (len(self.counts) - 1) / 2) * width
            ax.bar(places + offset, counts, width, label=name, color=f"C{i}")
        ax.set_xticks(places, [plain_text(label) for label in self.labels])
        ax.set(xlabel="label", ylabel="rows")
        if len(self.counts) > 1:
            ax.legend(
                frameon=False, ncols=len(self.counts), loc="lower right", bbox_to_anchor=(1, 1)
            )
        return _finish(self, ax)


@public("skdigits.plots")
class PixelDistributionDisplay:
    """How often each brightness occurs, on a logarithmic scale: most pixels are ground.

    Parameters
    ----------
    shares : array-like of shape (n_bins,)
        Share of the pixels in each bin.
    edges : array-like of shape (n_bins + 1,)
        Edges of the bins.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, shares, edges):
        self.shares = shares
        self.edges = edges

    @classmethod
    def from_data(cls, X, *, bins=None, ax=None):
        """Count pixels and draw.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        bins : int or sequence of float, default=None
            As in `numpy.histogram`; by default 16 bins of 16 where the pixels are 0-255 (uint8).
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : PixelDistributionDisplay
            Drawn.
        """
        X = np.asarray(X)
        if X.size == 0:
            raise ParameterError("X has no pixels.")
        return cls(*pixel_histogram(X, bins)).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : PixelDistributionDisplay
            Itself, with `ax_` and `figure_`.
        """
        ax = axes(ax, (6, 3))
        ax.bar(self.edges[:-1], self.shares, np.diff(self.edges), align="edge", edgecolor="none")
        ax.set(xlabel="pixel value", ylabel="share of the pixels", yscale="log")
        return _finish(self, ax)


@public("skdigits.plots")
class TrainingCurvesDisplay:
    """Loss or accuracy after each epoch, in training and on the validation rows.

    Parameters
    ----------
    history : dict of str to sequence of float
        `loss`, and where there are any `accuracy`, `val_loss`, `val_accuracy`.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, history):
        self.history = history

    @classmethod
    def from_estimator(cls, estimator, *, metric="loss", ax=None):
        """Draw what a network remembers of its training.

        Parameters
        ----------
        estimator : classifier
            Fitted, with `history_` (ours) or `loss_curve_` (scikit-learn's), or a Pipeline that
            ends with one.
        metric : {"loss", "accuracy"}, default="loss"
            What to draw.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : TrainingCurvesDisplay
            Drawn.
        """
        check_is_fitted(estimator)
        history = history_of(estimator)
        if not history:
            name = type(last_step(estimator)).__name__
            raise ParameterError(f"{name} remembers no epochs: no history_ and no loss_curve_.")
        return cls(history).plot(metric=metric, ax=ax)

    def plot(self, *, metric="loss", ax=None):
        """Draw.

        Parameters
        ----------
        metric : {"loss", "accuracy"}, default="loss"
            What to draw.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : TrainingCurvesDisplay
            Itself, with `ax_` and `figure_`.
        """
        if metric not in self.history:
            raise ParameterError(f"There is no {metric!r} in the history: {sorted(self.history)}.")
        ax = axes(ax, (5, 3))
        for name, style in ((metric, "o-"), (f"val_{metric}", "s--")):
            values = [math.nan if v is None else v for v in self.history.get(name, [])]
            if values:
                words = "validation" if name.startswith("val_") else "training"
                ax.plot(range(1, len(values) + 1), values, style, label=words, markersize=4)
        ax.set(xlabel="epoch", ylabel=metric)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend(frameon=False)
        return _finish(self, ax)


@public("skdigits.plots")
class AccuracyCostDisplay:
    """Accuracy, with its interval, against what a model costs.

    Parameters
    ----------
    names : sequence of str
        The models.
    accuracies : sequence of tuple of float
        `(accuracy, low, high)` of each.
    costs : sequence of float
        What each costs, above 0.
    cost_name : str
        What the cost is called.
    unit : str, default=""
        Its unit, without a prefix such as kilo.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, names, accuracies, costs, cost_name, unit=""):
        self.names = names
        self.accuracies = accuracies
        self.costs = costs
        self.cost_name = cost_name
        self.unit = unit

    @classmethod
    def from_comparison(cls, comparison, *, cost="fit_seconds", ax=None):
        """Draw the models of a comparison that did not fail and whose cost is known.

        Parameters
        ----------
        comparison : Comparison
            What `compare` gave.
        cost : {"fit_seconds", "predict_one_ms", "size_bytes"}, default="fit_seconds"
            Which cost.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : AccuracyCostDisplay
            Drawn.
        """
        if cost not in COSTS:
            raise ParameterError(f"cost takes {', '.join(COSTS)}, got {cost!r}.")
        frame = comparison.frame().dropna(subset=["accuracy", cost])
        accuracies = frame[["accuracy", "accuracy_low", "accuracy_high"]].to_numpy().tolist()
        name, unit, factor = COSTS[cost]
        costs = (frame[cost] * factor).tolist()
        return cls(frame.index.tolist(), accuracies, costs, name, unit).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : AccuracyCostDisplay
            Itself, with `ax_` and `figure_`.
        """
        ax = axes(ax, (6, 3.5))
        from matplotlib.ticker import EngFormatter, NullFormatter

        for i, (name, (accuracy, low, high), cost) in enumerate(
            zip(self.names, self.accuracies, self.costs, strict=True)
        ):
            percent = 100 * accuracy
            errors = [[percent - 100 * low], [100 * high - percent]]
            ax.errorbar(cost, percent, yerr=errors, fmt="o", capsize=4, color=f"C{i}")
            place = {"xytext": (8, 0), "textcoords": "offset points", "va": "center"}
            ax.annotate(plain_text(name), (cost, percent), **place)
        ax.set(xlabel=self.cost_name, ylabel="accuracy (%), 95 % interval", xscale="log")
        if self.costs:  # whole decades, and room for the last name
            low, high = np.log10(min(self.costs) / 1.5), np.log10(max(self.costs) * 4)
            ax.set_xlim(10 ** math.floor(low), 10 ** math.ceil(high))
        ax.xaxis.set_major_formatter(EngFormatter(self.unit))
        ax.xaxis.set_minor_formatter(NullFormatter())
        return _finish(self, ax)


def _finish(display, ax):
    ax.spines[["top", "right"]].set_visible(False)
    display.ax_, display.figure_ = ax, ax.figure
    return display
