"""What each epoch is worth: one curve from k fits, and what a callback scored in a search."""

from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing

from skdigits._ground.pipelines import before_last_step, last_step


@dataclass(frozen=True)
class EpochCurve:
    """Scores after each epoch.

    Parameters
    ----------
    epochs : ndarray of shape (n_epochs,), int
        1 to the number of epochs.
    train_scores, test_scores : ndarray of shape (n_epochs, n_splits), float
        Scores on the rows trained on, and on those left out.
    score_name : str
        What was scored.
    """

    epochs: np.ndarray
    train_scores: np.ndarray
    test_scores: np.ndarray
    score_name: str


def epoch_curve(estimator, X, y, *, cv=None, scoring=None, n_jobs=None):
    """Score a network after each of its epochs by cross-validation: k fits give the whole curve.

    The scores are those of `sklearn.model_selection.validation_curve` over `epochs`, number for
    number with an int as `random_state`, and cost as much as its last point.

    Parameters
    ----------
    estimator : classifier
        A network classifier of this package, or a Pipeline that ends in one. Its `epochs` is how
        far the curve goes. It stays as it is.
    X : array-like of shape (n_samples, n_features)
        The rows.
    y : array-like of shape (n_samples,)
        Their labels.
    cv : int, cross-validation generator or iterable, default=None
        The splits, as everywhere in scikit-learn; None takes five, stratified.
    scoring : str or callable, default=None
        What is scored; None takes the accuracy.
    n_jobs : int, default=None
        Fits at the same time.

    Returns
    -------
    curve : EpochCurve
        `epochs`, `train_scores` and `test_scores`, the latter with a column for each split.

    Raises
    ------
    ValueError
        If the estimator is no network, or has a schedule or early stopping: what it is after an
        epoch is then not what a fit of so many epochs comes to.

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
        raise ValueError(
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
            raise ValueError(
                f"{name}={value!r} {reason}, so the state after an epoch is not what a fit of so "
                f"many epochs comes to; set {name}={default!r}, or use validation_curve."
            )
    if not (scoring is None or isinstance(scoring, str) or callable(scoring)):
        raise ValueError(f"epoch_curve scores one thing, got scoring={scoring!r}.")
    scorer = check_scoring(estimator, scoring)
    splits = list(check_cv(cv, y, classifier=True).split(X, y))
    if not splits:
        raise ValueError(f"cv={cv!r} gives no split.")
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_scores_of_split)(estimator, X, y, train, test, scorer) for train, test in splits
    )
    n_epochs = {len(part) for split in scores for part in split}
    if n_epochs != {network.epochs}:
        raise ValueError(
            f"A callback ended a fit after {min(n_epochs)} of {network.epochs} epochs; the curve "
            "needs all of them: take the callback away."
        )
    train_scores, test_scores = np.array(scores).transpose(1, 2, 0)
    name = scoring if isinstance(scoring, str) else "accuracy" if scoring is None else "score"
    return EpochCurve(np.arange(1, len(test_scores) + 1), train_scores, test_scores, name)


def _scores_of_split(estimator, X, y, train, test, scorer):
    """Fit once; give the scores on both parts after each epoch."""
    model = clone(estimator)
    network = last_step(model).set_params(keep_epochs=True)
    parts = [(_safe_indexing(X, rows), _safe_indexing(y, rows)) for rows in (train, test)]
    model.fit(*parts[0])
    parts = [(before_last_step(model, rows), labels) for rows, labels in parts]
    return [[float(scorer(stage, *part)) for stage in network.stages()] for part in parts]


_OF_A_TASK = {"task_id_path", "parent_task_id_path", "estimator_name", "task_name", "task_id"}
_OF_A_TASK |= {"sequential_subtasks"}


def epoch_scores(monitor, search=None):
    """Give what a `ScoringMonitor` scored after each epoch, of every candidate and split.

    Parameters
    ----------
    monitor : sklearn.callback.ScoringMonitor
        It was set on a network classifier, with `set_callbacks`, before the fit. It scores on the
        validation rows, and on the rows trained on where there are none.
    search : estimator, default=None
        The fitted `GridSearchCV`, `RandomizedSearchCV` or halving search around the network.

    Returns
    -------
    scores : pandas.DataFrame
        A row for each epoch of each fit of the monitor's last run. `fit` counts the fits, `epoch`
        is counted from 1, and each score has a column. With `search` also `candidate` and `split`,
        places in `search.cv_results_`, and the candidate's parameters; the refit of the best one
        has no `split`.

    Raises
    ------
    ValueError
        If the monitor has heard of no epoch, or not as part of such a search.

    Notes
    -----
    A monitor does not know which search it heard of: give the last one that was fitted. Of fits
    that a `CachedEstimator` only reads it hears nothing.

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
        raise ValueError(
            f"The monitor's last run was a fit of {log.estimator_name}, not of this "
            f"{type(search).__name__}, of which it heard nothing. Set the monitor on the network "
            "before the search; what stands between them must hand callbacks on, as Pipelines do."
        )
    data = [row for row in log.data if row["task_name"] == "epoch"]
    data.sort(key=lambda row: row["task_id_path"])  # the refit is the last
    if not data:
        raise ValueError(
            "The monitor has heard of no epoch: set it on the network itself, such as "
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


def _place(path, search, fit):
    """Tell which candidate and split a fit was, from its place among a search's tasks."""
    _, part, *rest = path
    if part == 1:  # the refit
        candidate, split = int(search.best_index_), None
    else:
        before = 0
        if hasattr(search, "n_candidates_"):  # halving: an iteration after the other
            iteration, *rest = rest
            before = sum(search.n_candidates_[:iteration])
        candidate, split = divmod(rest[0], search.n_splits_)
        candidate += before
    params = {f"param_{k}": v for k, v in search.cv_results_["params"][candidate].items()}
    return {"fit": fit, "candidate": candidate, "split": split, **params}
