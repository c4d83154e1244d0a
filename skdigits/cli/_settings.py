"""From `--models`, `--set` and `--param` to models and the grid of a search."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from skdigits.cli._errors import choose, stop
from skdigits.cli._names import MODELS
from skdigits.errors import ParameterError, SkdigitsError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


def model_names(text: str) -> list[str]:
    """Split the names of `--models`."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        stop(f"--models {text!r}: no model is named; known are {', '.join(MODELS)}.")
    for name in names:
        choose("--models", name, MODELS)
    if len(set(names)) < len(names):
        stop(f"--models {text}: a model is named twice.")
    return names


def need_settings(settings: Sequence[str] | None) -> None:
    """Stop unless each `--set` is written as NAME=VALUE."""
    for setting in settings or []:
        parameter, equals, _ = setting.partition("=")
        if not parameter or not equals:
            stop(f"--set {setting!r}: it takes NAME=VALUE, such as epochs=10.")


def need_params(params: Sequence[str]) -> None:
    """Stop unless each `--param` is written as NAME=VALUE,VALUE."""
    for param in params:
        _, equals, text = param.partition("=")
        if not equals or not text.strip():
            stop(
                f"--param {param!r}: it takes NAME=VALUE,VALUE, such as learning_rate=0.001,0.003."
            )


def make_models(
    names: Sequence[str], settings: Sequence[str] | None, seed: int
) -> dict[str, Pipeline]:
    """Make the models, each with those settings that it has a parameter for."""
    from skdigits.models import make_model

    need_settings(settings)
    models = {name: make_model(name, random_state=seed) for name in names}
    for setting in settings or []:
        parameter, _, text = setting.partition("=")
        taken = [_set(model, parameter, _value(text)) for model in models.values()]
        if not any(taken):
            stop(f"--set {setting}: {_no_parameter(list(models.values()), parameter)}")
    for model in models.values():
        _check(model, {}, "--set")
    return models


def grid(model: Pipeline, params: Sequence[str]) -> dict[str, list[Any]]:
    """Return what a search tries, from words such as "learning_rate=0.001,0.003"."""
    need_params(params)
    tried: dict[str, list[Any]] = {}
    for param in params:
        parameter, _, text = param.partition("=")
        key = _key(model, parameter)
        if key is None:
            stop(f"--param {param}: {_no_parameter([model], parameter)}")
        if key in tried:
            stop(f"--param {param}: {parameter!r} is named twice; put all its values into one.")
        tried[key] = _values(text)
        for value in tried[key]:
            _check(model, {key: value}, "--param")
    return tried


@contextmanager
def refusals_of(model: Pipeline) -> Iterator[None]:
    """Make a ParameterError of a ValueError with which scikit-learn's own classifier refuses.

    Some of its settings do not fit together, or do not fit the rows, and only its `fit` knows.
    Errors of a classifier of ours pass as they are.
    """
    try:
        yield
    except SkdigitsError:
        raise
    except ValueError as error:
        if not type(model[-1]).__module__.startswith("sklearn."):
            raise
        raise ParameterError(f"{type(model[-1]).__name__}: {error}") from error


def _no_parameter(models: Sequence[Pipeline], parameter: str) -> str:
    """Return that there is no such parameter, and which there are: another step's of this name."""
    wrong = f"there is no parameter {parameter!r}"
    others = {
        key: None
        for model in models
        for key in model.get_params()
        if key.endswith(f"__{parameter}")
    }
    if others:
        return f"{wrong} of the classifier; there is {' and '.join(others)}."
    known = sorted({key for model in models for key in model[-1].get_params()})
    return f"{wrong}; known are {', '.join(known)}."


def _values(text: str) -> list[Any]:
    """Read values with commas between, such as `0.1,0.3`, `(64,),(128,)` or `relu,tanh`."""
    values, part = [], ""
    for piece in text.split(","):
        part = f"{part},{piece}" if part else piece
        if all(part.count(a) == part.count(b) for a, b in ("()", "[]", "{}")):
            values.append(_value(part.strip()))
            part = ""
    return [*values, _value(part.strip())] if part else values


def _check(model: Pipeline, params: dict[str, Any], option: str) -> None:
    """Stop where a step of the Pipeline does not take a parameter's value."""
    from sklearn.base import clone
    from sklearn.utils._param_validation import InvalidParameterError

    for _, step in clone(model).set_params(**params).steps:
        try:
            step._validate_params()
        except (InvalidParameterError, SkdigitsError) as error:
            stop(f"{option}: {error}")


def _key(model: Pipeline, parameter: str) -> str | None:
    """Return the Pipeline's name of the classifier's parameter, or of one of its own."""
    for key in (f"{model.steps[-1][0]}__{parameter}", parameter):
        if key in model.get_params() and "__" in key:
            return key
    return None


def _set(model: Pipeline, parameter: str, value: Any) -> bool:
    """Set the classifier's parameter, or the Pipeline's; return whether there is one."""
    key = _key(model, parameter)
    if key is not None:
        model.set_params(**{key: value})
    return key is not None


def _value(text: str) -> Any:
    """Read a value as Python writes it; what Python cannot read is a word."""
    named = {"true": True, "false": False, "none": None}
    if text.lower() in named:
        return named[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text
