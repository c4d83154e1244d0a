"""`CachedEstimator`: fits that are done once, so that a search goes on where it was stopped."""

import inspect
import os
import pickle
from contextlib import suppress

from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.validation import check_memory

from skdigits._ground.callbacks import (
    CallbackSupportMixin,
    enclosing,
    noting_cuts,
    with_callbacks,
    without_callbacks,
)
from skdigits._ground.environment import versions
from skdigits._ground.links import LinkedToDocs
from skdigits.persistence import saving


class CachedEstimator(LinkedToDocs, CallbackSupportMixin, MetaEstimatorMixin, BaseEstimator):
    """An estimator whose fits are kept on disk: the same fit a second time is only read.

    Around the Pipeline in a search it lets one that was killed go on: the fits that were done are
    read, the others done.

    Parameters
    ----------
    estimator : estimator
        What is fitted; a copy of it, as in every meta-estimator.
    memory : str, path-like, joblib.Memory or None, default=None
        The folder of the fits. None keeps nothing.

    Attributes
    ----------
    estimator_ : estimator
        The fitted one. All its other attributes and methods are those of this object too.

    Notes
    -----
    A fit is found again by the estimator's class and parameters (of functions also the source, but
    not that of what they call), the rows, labels and other arguments of `fit`, and the versions of
    the packages. An estimator with `random_state=None` is therefore fitted once, too.
    scikit-learn's callbacks are no part of it, and hear nothing of a fit that is only read; a fit
    that one of them ends early is not kept. What lies in the folder are pickles: keep it where
    only you write.

    See Also
    --------
    sklearn.pipeline.Pipeline : Its own `memory` keeps the fits of all steps but the last.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skdigits import CachedEstimator, load_sample_digits, make_model
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> model = CachedEstimator(make_model("logreg"), memory=tempfile.mkdtemp())
    >>> search = GridSearchCV(model, {"estimator__logreg__C": [0.01, 0.1]}, cv=3)
    >>> search.fit(X[:300], y[:300]).best_params_
    {'estimator__logreg__C': 0.1}
    """

    def __init__(self, estimator, memory=None):
        self.estimator = estimator
        self.memory = memory

    @with_callbacks
    def fit(self, X, y=None, **fit_params):
        """Fit the estimator, or read what the same fit came to.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,), default=None
            Their labels.
        **fit_params : dict
            Further arguments of the estimator's `fit`.

        Returns
        -------
        self : object
            With the fitted `estimator_`.
        """
        memory = os.fspath(self.memory) if isinstance(self.memory, os.PathLike) else self.memory
        fit = check_memory(memory).cache(_fit, ignore=["estimator", "inside"])
        key = without_callbacks(clone(self.estimator)), _sources(self.estimator), versions()
        with enclosing(self, X, y) as inside:
            try:
                self.estimator_ = fit(
                    key, X, y, fit_params, estimator=self.estimator, inside=inside
                )
            except _CutShort as cut:
                self.estimator_ = cut.args[0]
            except pickle.PicklingError as error:
                raise ValueError(
                    "This fit cannot be found again, for something in the estimator cannot be "
                    f"pickled: {str(error).splitlines()[0]}. Take it out, or set memory=None."
                ) from None
        return self

    def get_metadata_routing(self):
        """Give what the estimator asks for.

        Returns
        -------
        routing : MetadataRequest or MetadataRouter
            Its own.
        """
        return self.estimator.get_metadata_routing()

    def __getattr__(self, name):
        # Asked only for what this object has not itself. What would change or give the estimator
        # inside is not handed on, nor what pickle and copy ask for before there are attributes.
        if name.startswith(("_", "set_", "fit", "partial_fit")) or "estimator" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(vars(self).get("estimator_", self.estimator), name)

    def __getstate__(self):
        state = super().__getstate__()
        return {**state, "memory": None} if saving() else state

    def __sklearn_is_fitted__(self):
        return "estimator_" in vars(self)

    def __sklearn_tags__(self):
        return get_tags(self.estimator)


class _CutShort(Exception):  # noqa: N818 (never seen outside)
    """Carries a fit that a callback ended past joblib, which keeps what is returned only."""


def _fit(key, X, y, fit_params, *, estimator, inside):
    """Fit; what joblib finds the result by are the first four."""
    estimator = clone(estimator)
    with noting_cuts() as cuts, inside(estimator):
        estimator.fit(X, y, **fit_params)
    if cuts:
        raise _CutShort(estimator)
    return without_callbacks(estimator)


def _sources(estimator):
    """Give the source of the functions among the parameters: their names stay when they change."""
    sources = {}
    for name, value in estimator.get_params().items():
        if inspect.isfunction(value):
            with suppress(OSError, TypeError):
                sources[name] = inspect.getsource(value)
    return sources
