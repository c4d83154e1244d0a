"""Scores after each epoch: a curve from k fits, and the scores of a callback in a search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing

from skdigits._ground.pipelines import before_last_step, last_step
from skdigits._ground.public import public
from skdigits.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd


@public()
@dataclass(frozen=True)
class EpochCurve:
    """Scores after each epoch.

    Parameters
    ----------
    epochs : ndarray of shape (n_epochs,), int
        1 to the number of epochs.
    train_scores, test_scores : ndarray of shape (n_epochs, n_splits), float
        Scores on the training rows and on the test rows of each split.
    score_name : str
        Name of the score.
    """

    epochs: np.ndarray
    train_scores: np.ndarray
    test_scores: np.ndarray
    score_name: str


@public()
def epoch_curve(
    estimator: BaseEstimator,
    X: ArrayLike,
    y: ArrayLike,
    *,
    cv: Any = None,
    scoring: str | Callable[..., float] | None = None,
    n_jobs: int | None = None,
) -> EpochCurve:
    """Score a network after each of its epochs by cross-validation: k fits give the whole curve.

    The scores are those of `sklearn.model_selection.validation_curve` over `epochs`, identical if
    `random_state` is an int, at the cost of its last point alone.

    Parameters
    ----------
    estimator : classifier
        A network classifier of this package, or a Pipeline that ends in one. Its `epochs` is the
        length of the curve. It is cloned, not changed.
    X : array-like of shape (n_samples, n_features)
        The rows.
    y : array-like of shape (n_samples,)
        Their labels.
    cv : int, cross-validation generator or iterable, default=None
        The splits, as in scikit-learn; None takes five stratified folds.
    scoring : str or callable, default=None
        The scorer; None takes the accuracy.
    n_jobs : int, default=None
        Number of fits to run in parallel.

    Returns
    -------
    curve : EpochCurve
        `epochs`, `train_scores` and `test_scores`, both scores with a column for each split.

    Raises
    ------
    ParameterError
        If the estimator is no network, or has a schedule or early stopping: its state after an
        epoch then differs from that of a fit of so many epochs.

    See Also
    --------
    plots.EpochCurveDisplay : The curve as a figure.

    Examples
    --------
    >>> from skdigits import epoch_curve, load_sample_digits, make_model
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> curve = epoch_curve(make_model("ann", epochs=4, random_state=0), X[:600], y[:600], cv=3)
    >>> curve.test_scores.shape
    (4, 3)
    """
    network = last_step(estimator)
    if "keep_epochs" not in getattr(network, "get_params", dict)():
        raise ParameterError(
            "epoch_curve takes a network classifier of skdigits or a Pipeline that ends in one, "
            f"got {estimator!r}."
        )
    reasons = {
        "learning_rate_schedule": ("constant", "is laid out over all epochs of a fit"),
        "early_stopping": (False, "chooses the number of epochs itself"),
    }
    for name, (default, reason) in reasons.items():
        value = getattr(network, name)
        if value != default:
            raise ParameterError(
                f"{name}={value!r} {reason}, so the state after an epoch is not that of a fit "
                f"of so many epochs; set {name}={default!r}, or use validation_curve."
            )
    if not (scoring is None or isinstance(scoring, str) or callable(scoring)):
        raise ParameterError(f"epoch_curve scores one thing, got scoring={scoring!r}.")
    scorer = check_scoring(estimator, scoring)
    splits = list(check_cv(cv, y, classifier=True).split(X, y))
    if not splits:
        raise ParameterError(f"cv={cv!r} gives no split.")
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_scores_of_split)(estimator, X, y, train, test, scorer) for train, test in splits
    )
    n_epochs = {len(part) for split in scores for part in split}
    if n_epochs != {network.epochs}:
        raise ParameterError(
            f"A callback ended a fit after {min(n_epochs)} of {network.epochs} epochs; the curve "
            "needs all of them: remove the callback."
        )
    train_scores, test_scores = np.array(scores).transpose(1, 2, 0)
    name = scoring if isinstance(scoring, str) else "accuracy" if scoring is None else "score"
    return EpochCurve(np.arange(1, len(test_scores) + 1), train_scores, test_scores, name)


def _scores_of_split(
    estimator: Any, X: Any, y: Any, train: np.ndarray, test: np.ndarray, scorer: Callable
) -> list[list[float]]:
    """Fit once; return the scores after each epoch, of the training rows and of the test rows."""
    model = clone(estimator)
    network = last_step(model).set_params(keep_epochs=True)
    parts = [(_safe_indexing(X, rows), _safe_indexing(y, rows)) for rows in (train, test)]
    model.fit(*parts[0])
    parts = [(before_last_step(model, rows), labels) for rows, labels in parts]
    return [[float(scorer(stage, *part)) for stage in network.stages()] for part in parts]


_OF_A_TASK = {"task_id_path", "parent_task_id_path", "estimator_name", "task_name", "task_id"}
_OF_A_TASK |= {"sequential_subtasks"}


@public()
def epoch_scores(monitor: Any, search: BaseEstimator | None = None) -> "pd.DataFrame":
    """Return the scores of a `ScoringMonitor` after each epoch, for every candidate and split.

    Parameters
    ----------
    monitor : sklearn.callback.ScoringMonitor
        Set on a network classifier with `set_callbacks` before the fit. It scores the validation
        rows, or the training rows if there are none.
    search : estimator, default=None
        The fitted `GridSearchCV`, `RandomizedSearchCV` or halving search around the network.

    Returns
    -------
    scores : pandas.DataFrame
        One row per epoch of each fit in the monitor's last run. `fit` is the number of the fit,
        counted from 0, `epoch` is counted from 1, and each score has a column. With `search` there
        are also `candidate` and `split`, indices into `search.cv_results_`, and the candidate's
        parameters; the refit of the best candidate has no `split`.

    Raises
    ------
    ParameterError
        If the monitor has no scores of an epoch, or its last run was not such a search.

    Notes
    -----
    A monitor does not know which search it belongs to: pass the last one that was fitted. It has no
    scores of fits that a `CachedEstimator` reads from its cache.

    Examples
    --------
    >>> from sklearn.callback import ScoringMonitor
    >>> from skdigits import epoch_scores, load_sample_digits, make_model
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> monitor = ScoringMonitor(scoring="accuracy")
    >>> model = make_model("ann", epochs=3, validation_fraction=0.2)
    >>> model[-1].set_callbacks(monitor) and model.fit(X[:500], y[:500]) and None
    >>> epoch_scores(monitor)[["fit", "epoch"]].values.tolist()
    [[0, 1], [0, 2], [0, 3]]
    """
    import pandas as pd

    log = monitor.get_logs()
    if search is not None and log.estimator_name != type(search).__name__:
        raise ParameterError(
            f"The monitor's last run was a fit of {log.estimator_name}, not of this "
            f"{type(search).__name__}, of which it has no scores. Set the monitor on the network "
            "before the search; what is between them must pass callbacks on, as Pipelines do."
        )
    data = [row for row in log.data if row["task_name"] == "epoch"]
    data.sort(key=lambda row: row["task_id_path"])  # the refit is the last
    if not data:
        raise ParameterError(
            "The monitor has no scores of an epoch: set it on the network itself, such as "
            "pipeline[-1].set_callbacks(monitor), before the fit."
        )
    fits = {path: i for i, path in enumerate(dict.fromkeys(r["parent_task_id_path"] for r in data))}
    rows = []
    for row in data:
        path = row["parent_task_id_path"]
        known = {"fit": fits[path]} if search is None else _place(path, search, fits[path])
        scores = {name: value for name, value in row.items() if name not in _OF_A_TASK}
        rows.append({**known, "epoch": row["task_id"] + 1, **scores})
    return pd.DataFrame(rows)


def _place(path: Sequence[int], search: Any, fit: int) -> dict[str, Any]:
    """Return the candidate and split of a fit, from its place among the tasks of a search."""
    _, part, *rest = path
    if part == 1:  # the refit
        candidate, split = int(search.best_index_), None
    else:
        before = 0
        if hasattr(search, "n_candidates_"):  # halving: a task for each iteration
            iteration, *rest = rest
            before = sum(search.n_candidates_[:iteration])
        candidate, split = divmod(rest[0], search.n_splits_)
        candidate += before
    params = {f"param_{k}": v for k, v in search.cv_results_["params"][candidate].items()}
    return {"fit": fit, "candidate": candidate, "split": split, **params}
