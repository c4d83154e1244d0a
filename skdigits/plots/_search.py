"""Display of what a search found."""

import numpy as np

from skdigits._ground.public import public
from skdigits.plots._axes import axes
from skdigits.tuning import candidate_name


@public("skdigits.plots")
class SearchDisplay:
    """The candidates of a search, the best on top, with the scores of all splits.

    Parameters
    ----------
    names : sequence of str
        What each candidate is called.
    scores : array-like of shape (n_candidates, n_splits)
        The scores of each, split by split.
    n_candidates : int, default=20
        How many are drawn.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it was drawn.
    figure_ : matplotlib.figure.Figure
        The figure of the axes.
    """

    def __init__(self, names, scores, n_candidates=20):
        self.names = names
        self.scores = scores
        self.n_candidates = n_candidates

    @classmethod
    def from_search(cls, search, *, n_candidates=20, ax=None):
        """Draw a fitted search.

        Parameters
        ----------
        search : estimator
            A fitted `GridSearchCV` or `RandomizedSearchCV` with one score.
        n_candidates : int, default=20
            How many are drawn.
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : SearchDisplay
            Drawn.
        """
        results = search.cv_results_
        names = [candidate_name(params) for params in results["params"]]
        splits = [results[f"split{i}_test_score"] for i in range(search.n_splits_)]
        return cls(names, np.transpose(splits), n_candidates).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Where to draw; by default on a new figure.

        Returns
        -------
        display : SearchDisplay
            Itself, with `ax_` and `figure_`.
        """
        scores = np.asarray(self.scores)
        means = scores.mean(axis=1)
        best = np.argsort(-means, kind="stable")[: self.n_candidates]
        self.ax_ = ax = axes(ax, (6.5, 1.2 + 0.3 * len(best)))
        self.figure_ = ax.figure
        places = np.arange(len(best))
        splits = scores[best].T
        spread = np.tile(places, len(splits))
        ax.plot(splits.ravel(), spread, "o", color="C7", markersize=4, alpha=0.6, label="a split")
        ax.plot(means[best], places, "D", color="C0", markersize=6, label="mean")
        ax.set_yticks(places, [self.names[i] for i in best])
        ax.invert_yaxis()
        ax.set(xlabel="score")
        ax.grid(axis="x", alpha=0.3)
        ax.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
        return self
