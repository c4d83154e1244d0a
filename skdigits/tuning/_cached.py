"""`CachedEstimator`: fits that are cached on disk, so that an interrupted search can be resumed."""

import os
import pickle
from typing import Any, Self

import joblib
from joblib._store_backends import FileSystemStoreBackend
from numpy.typing import ArrayLike
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
from skdigits._ground.content import code_hash
from skdigits._ground.environment import versions
from skdigits._ground.links import LinkedToDocs
from skdigits._ground.public import public
from skdigits._ground.workers import end_with_parent
from skdigits.errors import ParameterError
from skdigits.persistence import saving


@public()
class CachedEstimator(LinkedToDocs, CallbackSupportMixin, MetaEstimatorMixin, BaseEstimator):
    """An estimator whose fits are cached on disk: a fit that was done before is read from there.

    With it around the Pipeline, a search that was killed can be resumed: it reads the fits that
    were completed and runs the others.

    Parameters
    ----------
    estimator : estimator
        The estimator to fit. As in every meta-estimator, a clone of it is fitted.
    memory : str, path-like, joblib.Memory or None, default=None
        The folder of the cache. None caches nothing.

    Attributes
    ----------
    estimator_ : estimator
        The fitted estimator. Its attributes and methods are available from this object too.

    Notes
    -----
    The cache key consists of the estimator's class and parameters (including the code of your own
    functions and classes, and of what they use), the rows, labels and other arguments of `fit`, and
    the versions of the packages. An estimator with `random_state=None` is therefore fitted only
    once, too. scikit-learn's callbacks are not part of the key. They are not called for a fit that
    is read from the cache, and a fit that one of them stopped early is not cached. The cache
    consists of pickles: keep the folder where only you can write.

    See Also
    --------
    sklearn.pipeline.Pipeline : Its own `memory` caches the fits of all steps but the last.

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

    def __init__(
        self,
        estimator: Any,
        memory: str | os.PathLike | joblib.Memory | None = None,
    ) -> None:
        self.estimator = estimator
        self.memory = memory

    @with_callbacks
    def fit(self, X: ArrayLike, y: ArrayLike | None = None, **fit_params: Any) -> Self:
        """Fit the estimator, or read the fit from the cache.

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

        Raises
        ------
        ParameterError
            If the estimator holds something that cannot be pickled, so that it has no cache key.
        """
        end_with_parent()
        fit = _memory(self.memory).cache(_fit, ignore=["estimator", "inside"])
        key = without_callbacks(clone(self.estimator)), _codes(self.estimator), versions()
        with enclosing(self, X, y) as inside:
            try:
                self.estimator_ = fit(
                    key, X, y, fit_params, estimator=self.estimator, inside=inside
                )
            except _CutShort as cut:
                self.estimator_ = cut.args[0]
            except pickle.PicklingError as error:
                raise ParameterError(
                    "This fit cannot be cached, because something in the estimator cannot be "
                    f"pickled: {str(error).splitlines()[0]}. Take it out, or set memory=None."
                ) from None
        return self

    def get_metadata_routing(self) -> Any:
        """Return the metadata routing of the estimator.

        Returns
        -------
        routing : MetadataRequest or MetadataRouter
            That of the estimator inside.
        """
        return self.estimator.get_metadata_routing()

    def __getattr__(self, name: str) -> Any:
        # Called only for attributes that this object does not have. Methods that change or return
        # the estimator inside are left out, and so is what pickle and copy look for in an object
        # without attributes.
        if name.startswith(("_", "set_", "fit", "partial_fit")) or "estimator" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(vars(self).get("estimator_", self.estimator), name)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return {**state, "memory": None} if saving() else state

    def __sklearn_is_fitted__(self) -> bool:
        return "estimator_" in vars(self)

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.estimator)


class _Fits(FileSystemStoreBackend):
    """joblib's folder of results, without what it notes of each.

    joblib writes and reads these notes under a bare `except`, which swallows Ctrl-C.
    """

    def store_metadata(self, call_id, metadata):
        pass

    def get_metadata(self, call_id):
        return {}


joblib.register_store_backend("skdigits", _Fits)


def _memory(memory):
    """Return joblib's Memory of a folder, or the one given."""
    if memory is None or hasattr(memory, "cache"):
        return check_memory(memory)
    return joblib.Memory(os.fspath(memory), backend="skdigits", verbose=0)


class _CutShort(Exception):  # noqa: N818 (never seen outside)
    """Carries a fit that a callback stopped past joblib, which caches returned values only."""


def _fit(key: Any, X: Any, y: Any, fit_params: dict[str, Any], *, estimator: Any, inside: Any):
    """Fit a clone of the estimator; joblib's key consists of the first four arguments."""
    estimator = clone(estimator)
    with noting_cuts() as cuts, inside(estimator):
        estimator.fit(X, y, **fit_params)
    if cuts:
        raise _CutShort(estimator)
    return without_callbacks(estimator)


def _codes(estimator: Any) -> dict[str, str]:
    """Return hashes of the code behind the parameters, of which pickle sees the names only."""
    return {name: code_hash(value) for name, value in estimator.get_params().items()}
