"""Models on disk: saved and loaded without pickle."""

import hashlib
import io
import json
import os
import warnings
import zipfile
from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skdigits._ground.environment import versions
from skdigits._ground.files import write_whole
from skdigits._ground.public import public
from skdigits._ground.routing import put_back, without_requests
from skdigits.errors import ModelFileError, ParameterError

# A file of a later format is refused. To be raised when an older release could not read what a
# newer one writes, or would read it wrong.
_FORMAT = 1
# A model file is a skops file with one member more.
_INFO = "skdigits.json"
_INFO_LIMIT = 10_000_000
_KEYS = {"model", "training_state", "training_data", "result", "sha256"}
_SCORES = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss")

# What skops does not trust by itself and has no code that loading would run: plain attributes.
_TRUSTED = frozenset(
    {
        "skdigits.Augmentation",
        "skdigits.CachedEstimator",
        "skdigits.DigitANNClassifier",
        "skdigits.DigitCNNClassifier",
        "skdigits.DigitNetworkClassifier",
        "skdigits.PixelScaler",
        # The same under the paths that files of skdigits before 0.1.0 hold.
        "skdigits.augmentation.Augmentation",
        "skdigits.classifiers._ann.DigitANNClassifier",
        "skdigits.classifiers._cnn.DigitCNNClassifier",
        "skdigits.classifiers._network.DigitNetworkClassifier",
        "skdigits.preprocessing.PixelScaler",
        "skdigits.tuning._cached.CachedEstimator",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.metrics._scorer._PassthroughScorer",
        "sklearn.model_selection._split.StratifiedKFold",
        "sklearn.utils._bunch.Bunch",
    }
)


class Saving(NamedTuple):
    """What an estimator's state is asked for by `save_model`."""

    training_state: bool


_saving: ContextVar[Saving | None] = ContextVar("_saving", default=None)


@public()
def save_model(
    model: BaseEstimator,
    path: str | os.PathLike[str],
    *,
    training_data: tuple[Any, Any] | None = None,
    result: Any = None,
    training_state: bool = True,
) -> None:
    """Save a fitted model, a whole Pipeline best, to one file without pickle.

    Parameters
    ----------
    model : estimator
        Fitted, with `predict`.
    path : str or path-like
        Where the file goes; its folder must exist. A file that is there is replaced at the end, so
        that nobody ever sees half a model.
    training_data : tuple (X, y), default=None
        What the model was trained on; the number of rows and their checksum are put into the file.
    result : ModelResult, default=None
        What `evaluate` or `compare` found; its scores are put into the file.
    training_state : bool, default=True
        Whether to keep the optimizer's state, with which training goes on as if it had never
        stopped. Without it a network's file is a third of the size, and training that goes on
        starts with a new optimizer.

    Raises
    ------
    ModelFileError
        If the model is no fitted estimator, or holds what cannot be saved.
    OSError
        If the file cannot be written; nothing is left behind then.

    Warns
    -----
    UserWarning
        If `load_model` will need `trusted=`, with the names to pass.

    See Also
    --------
    load_model : Load the model.
    model_info : Read what is known of it.

    Notes
    -----
    The file is one of skops (https://skops.readthedocs.io): a zip of arrays and a schema, with
    `skdigits.json` added.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skdigits import load_model, load_sample_digits, make_model, save_model
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> model = make_model("logreg").fit(X[:500], y[:500])
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.skops"
    >>> save_model(model, path)
    >>> bool((load_model(path).predict(X) == model.predict(X)).all())
    True
    """
    if not isinstance(model, BaseEstimator) or not hasattr(model, "predict"):
        raise ModelFileError(
            f"save_model takes a scikit-learn classifier or Pipeline, got {model!r}."
        )
    check_is_fitted(model)
    path = os.path.expanduser(path)  # noqa: PTH111 (Path's own raises)
    content = _packed(model, training_state, training_data, result)
    untrusted = _needed_trust(model, content)
    write_whole(path, content)
    if untrusted:
        warnings.warn(
            f"{path} holds types that load_model does not trust by itself; it will need "
            f"trusted={untrusted}.",
            stacklevel=2,
        )


@public()
def load_model(path: str | os.PathLike[str], *, trusted: Sequence[str] = ()) -> Any:
    """Load a model that `save_model` wrote, without running any code from the file.

    Parameters
    ----------
    path : str or path-like
        The file.
    trusted : sequence of str, default=()
        Full names of further types that the file may hold, such as "mypackage.MyTransformer".

    Returns
    -------
    model : estimator
        Fitted. `DigitANNClassifier` predicts without TensorFlow; with `warm_start` or
        `partial_fit` its training goes on.

    Raises
    ------
    OSError
        If the file cannot be read.
    ModelFileError
        If it is no model file, is damaged or was changed, is of a later format, or holds a type
        that is not trusted.

    Warns
    -----
    InconsistentVersionWarning
        From scikit-learn, if the model was saved with another version of it.

    Examples
    --------
    >>> from skdigits import load_model
    >>> model = load_model("model.skops")  # doctest: +SKIP
    """
    import skops.io

    if isinstance(trusted, str):
        raise ParameterError(f"trusted takes a list of names, got {trusted!r}; put it into a list.")
    content, info = _read(path)
    trusted = [*_TRUSTED, *trusted]
    try:
        untrusted = set(skops.io.get_untrusted_types(data=content)) - set(trusted)
        if untrusted:
            raise _Refusal(
                f"holds types that are not trusted: {', '.join(sorted(untrusted))}. If you know "
                "them and where the file comes from, name them: load_model(path, trusted=[...])."
            )
        _check_members(content, info)
        model = skops.io.loads(content, trusted=trusted)
        if not isinstance(model, BaseEstimator) or not hasattr(model, "predict"):
            raise _Refusal(f"holds a {type(model).__name__} instead of a model.")
        check_is_fitted(model)
        put_back(model, info.get("requests", []))
    except _Refusal as refusal:
        raise ModelFileError(f"{path} {refusal}") from None
    except Exception as error:
        raise ModelFileError(
            f"{path} cannot be read here ({type(error).__name__}: {error}). It was written with "
            f"{_listed(info['versions'])}; this is {_listed(versions())}. Use those versions, or "
            "train and save the model anew."
        ) from error
    return model


@public()
def model_info(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what is known of a saved model, without loading it.

    Parameters
    ----------
    path : str or path-like
        The file that `save_model` wrote.

    Returns
    -------
    info : dict
        `format`, `model` (as scikit-learn prints it), `versions`, `training_state`,
        `training_data` (`n_rows` and `checksum`, or None), `result` (scores, or None) and `sha256`
        of the file's parts.

    Raises
    ------
    OSError
        If the file cannot be read.
    ModelFileError
        If it is no model file, is damaged, or is of a later format.
    """
    return _read(path)[1]


def model_size(model: Any) -> int | None:
    """Return the bytes of a model's file without training state; None if it cannot be saved."""
    try:
        return len(_packed(model, training_state=False))
    except Exception:
        return None


def _training_data_info(training_data):
    if not isinstance(training_data, (tuple, list)) or len(training_data) != 2:
        raise ParameterError(f"training_data takes (X, y), got {type(training_data).__name__}.")
    return data_info(*training_data)


def data_info(X: ArrayLike, y: ArrayLike) -> dict[str, Any]:
    """Return the number of rows and their checksum, the same for an array and a DataFrame."""
    import joblib
    import numpy as np

    X, y = np.ascontiguousarray(X), np.ascontiguousarray(y)
    check_consistent_length(X, y)
    return {"n_rows": len(y), "checksum": f"joblib-md5:{joblib.hash((X, y))}"}


def saving() -> Saving | None:
    """Return what `save_model` wants of an estimator's state; None while nothing is saved.

    A file holds no callbacks and no Keras objects, and the training state only where it is wanted.
    """
    return _saving.get()


@contextmanager
def _saving_with(training_state):
    token = _saving.set(Saving(bool(training_state)))
    try:
        yield
    finally:
        _saving.reset(token)


def _packed(model, training_state, training_data=None, result=None):
    """Return the bytes of a model's file."""
    import skops.io

    bare, requests = without_requests(model)
    try:
        with _saving_with(training_state):
            content = skops.io.dumps(bare, compression=zipfile.ZIP_DEFLATED)
    except Exception as error:
        raise ModelFileError(
            f"{type(model).__name__} holds what skops cannot save ({error}); see "
            "https://skops.readthedocs.io/en/stable/persistence.html."
        ) from error
    info = {
        "format": _FORMAT,
        "model": repr(model),
        "versions": versions(),
        "training_state": bool(training_state),
        "training_data": None if training_data is None else _training_data_info(training_data),
        "result": None if result is None else _scores(result),
    }
    if requests:  # skops runs in circles on them
        info["requests"] = requests
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", compression=zipfile.ZIP_DEFLATED) as archive:
        info["sha256"] = _hashes(archive)
        archive.writestr(_INFO, json.dumps(info, indent=1) + "\n")
    return file.getvalue()


def _needed_trust(model, content):
    """Make sure that the file can be loaded again; name the types that have to be trusted."""
    import skops.io

    needed = skops.io.get_untrusted_types(data=content)
    try:
        skops.io.loads(content, trusted=needed)
    except Exception as error:
        raise ModelFileError(
            f"{type(model).__name__} was not saved, because it could not be loaded again "
            f"({type(error).__name__}: {error}). It may hold a lambda or a type that was defined "
            "inside a function; define it in a module."
        ) from error
    return sorted(set(needed) - _TRUSTED)


def _scores(result):
    if getattr(result, "accuracy", None) is None:
        raise ParameterError(f"result takes a ModelResult with scores, got {result!r}.")
    n_rows = sum(sum(row) for row in result.confusion)
    return {**{name: getattr(result, name) for name in _SCORES}, "n_rows": n_rows}


def _hashes(archive):
    names = [name for name in archive.namelist() if name != _INFO]
    return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sorted(names)}


class _Refusal(Exception):  # noqa: N818 (never seen outside)
    """Why a file is not loaded."""


def _read(path):
    """Read a file as far as it can be read without trusting it."""
    content = Path(os.path.expanduser(path)).read_bytes()  # noqa: PTH111 (Path's own raises)
    try:
        return content, _info(content)
    except _Refusal as refusal:
        raise ModelFileError(f"{path} {refusal}") from None


def _info(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            damaged = archive.testzip()
            info = None
            if _INFO in archive.namelist():
                if archive.getinfo(_INFO).file_size > _INFO_LIMIT:
                    raise ValueError(f"{_INFO} is larger than {_INFO_LIMIT:,} bytes")
                info = json.loads(archive.read(_INFO))
    # zipfile raises what its parts raise: struct.error, zlib.error, EOFError, NotImplementedError.
    except Exception as error:
        raise _Refusal(
            f"is not a whole model file ({error}): it was cut or damaged, or is something else. "
            "Copy it again, or train and save the model anew."
        ) from error
    if damaged is not None:
        raise _Refusal(f"is damaged in {damaged}: copy it again, or save the model anew.")
    if info is None:
        raise _Refusal(
            f"has no {_INFO} in it: save_model did not write it. skops.io.load reads other files "
            "of skops."
        )
    format_ = info.get("format") if isinstance(info, dict) else None
    if type(format_) is not int or format_ < 1 or not isinstance(info.get("versions"), dict):
        raise _Refusal(f"has a {_INFO} that save_model did not write.")
    if format_ > _FORMAT:
        raise _Refusal(
            f"is of format {format_}, written by skdigits {info['versions'].get('skdigits', '?')}; "
            f"this is skdigits {versions().get('skdigits', '?')}, which reads up to format "
            f"{_FORMAT}: pip install --upgrade skdigits."
        )
    if not info.keys() >= _KEYS:
        raise _Refusal(f"has a {_INFO} that save_model did not write.")
    return info


def _check_members(content, info):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        same = _hashes(archive) == info.get("sha256")
        twice = len(set(archive.namelist())) < len(archive.namelist())
    if not same or twice:
        raise _Refusal(
            "was changed after it was saved: its parts do not have the hashes written in it. Copy "
            "it again, or train and save the model anew."
        )


def _listed(found):
    return ", ".join(f"{name} {version}" for name, version in found.items())
