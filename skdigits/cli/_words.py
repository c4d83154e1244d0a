"""From words on the command line to what the library takes, or to an error that helps."""

import ast
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
import typer
from sklearn.base import clone

from skdigits import datasets, make_model
from skdigits.models import MODELS
from skdigits.report import need_matplotlib

# What the command ends with: something typed wrong, that could not be done, or Ctrl-C.
WRONG_WORDS, FAILED, INTERRUPTED = 2, 1, 130
_HELD_OUT = 0.25
_PAGES = {".html", ".json", ".md"}


def stop(message, code=WRONG_WORDS) -> NoReturn:
    """End with a short message."""
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(code)


@contextmanager
def ending_well():
    """End with the library's own words where it refuses what was asked; Ctrl-C ends it all."""
    try:
        yield
    except BrokenPipeError:  # `| head`: typer ends quietly
        raise
    except OSError as error:
        named = error.filename is not None and error.strerror
        stop(f"{error.filename}: {error.strerror}" if named else str(error), FAILED)
    except (ValueError, ImportError, MemoryError) as error:
        stop(str(error), FAILED)
    except KeyboardInterrupt:
        stop("interrupted", INTERRUPTED)


@dataclass(frozen=True)
class Rows:
    """Digits to learn from and to be scored on."""

    title: str
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    def subset(self, name):
        """Give the rows and labels of "train", "test" or "all"."""
        parts = {"train": (self.X_train, self.y_train), "test": (self.X_test, self.y_test)}
        if name != "all":
            return parts[name]
        return tuple(np.concatenate(pair) for pair in zip(*parts.values(), strict=True))


# The data sets that have a name: what they are called, and what loads them.
PUBLISHED = {
    "mnist": ("MNIST", datasets.load_mnist),
    "fashion-mnist": ("Fashion-MNIST", datasets.load_fashion_mnist),
    "kmnist": ("KMNIST", datasets.load_kmnist),
    "emnist-digits": ("EMNIST digits", datasets.load_emnist_digits),
}


def load(word):
    """Give the rows of `--data`: a data set's name, or the path of one's own file."""
    if word == "sample":
        return _split("sample digits", *datasets.load_sample_digits(return_X_y=True))
    with ending_well():
        if word in PUBLISHED:
            title, loader = PUBLISHED[word]
            train, test = (loader(subset=subset, return_X_y=True) for subset in ("train", "test"))
            return Rows(title, *train, *test)
        if not os.path.exists(word):  # noqa: PTH110 (False where Path would raise)
            known = ", ".join(["sample", *PUBLISHED])
            stop(f"--data {word!r} is neither one of {known} nor a file or folder that exists.")
        file = datasets.load_data_file(word)
        X, y, n, title = file.data, file.target, file.n_train, Path(word).name
        return _split(title, X, y) if n is None else Rows(title, X[:n], y[:n], X[n:], y[n:])


def _split(title, X, y):
    """Set a quarter aside, the same rows in every command and with every seed."""
    from sklearn.model_selection import train_test_split

    try:
        X_train, X_test, y_train, y_test = train_test_split(
            X, y, test_size=_HELD_OUT, stratify=y, random_state=0
        )
    except ValueError as error:
        stop(
            f"{title} has {len(y)} rows, of which a quarter of each label cannot be set aside to "
            f"be scored on: {error}",
            FAILED,
        )
    return Rows(title, X_train, y_train, X_test, y_test)


def choice(option, word, table):
    """Give what a word stands for."""
    if word not in table:
        stop(f"{option} {word!r} is not known; it takes {', '.join(table)}.")
    return table[word]


def model_names(text):
    """Split the words of `--models`."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        stop(f"--models {text!r}: no model is named; known are {', '.join(MODELS)}.")
    for name in names:
        choice("--models", name, MODELS)
    if len(set(names)) < len(names):
        stop(f"--models {text}: a model is named twice.")
    return names


def models(names, settings, seed):
    """Make the models, each with those settings that it has a parameter for."""
    made = {name: make_model(name, random_state=seed) for name in names}
    for setting in settings:
        parameter, equals, text = setting.partition("=")
        if not parameter or not equals:
            stop(f"--set {setting!r}: it takes NAME=VALUE, such as epochs=10.")
        taken = [_set(model, parameter, _value(text)) for model in made.values()]
        if not any(taken):
            known = sorted({key for model in made.values() for key in model[-1].get_params()})
            stop(
                f"--set {setting}: there is no parameter {parameter!r}; known are "
                f"{', '.join(known)}."
            )
    for model in made.values():
        _check(model, {}, "--set")
    return made


def grid(model, words):
    """Give what a search tries, from words such as "learning_rate=0.001,0.003"."""
    tried = {}
    for word in words:
        parameter, equals, text = word.partition("=")
        key = _key(model, parameter)
        if not equals or not text.strip():
            stop(f"--param {word!r}: it takes NAME=VALUE,VALUE, such as learning_rate=0.001,0.003.")
        if key is None:
            known = ", ".join(sorted(model[-1].get_params()))
            stop(f"--param {word}: there is no parameter {parameter!r}; known are {known}.")
        if key in tried:
            stop(f"--param {word}: {parameter!r} is named twice; put all its values into one.")
        tried[key] = _values(text)
        for value in tried[key]:
            _check(model, {key: value}, "--param")
    return tried


def _values(text):
    """Read values with commas between, such as `0.1,0.3`, `(64,),(128,)` or `relu,tanh`."""
    values, part = [], ""
    for piece in text.split(","):
        part = f"{part},{piece}" if part else piece
        if all(part.count(a) == part.count(b) for a, b in ("()", "[]", "{}")):
            values.append(_value(part.strip()))
            part = ""
    return [*values, _value(part.strip())] if part else values


def _check(model, params, option):
    """End where a step of the Pipeline does not take a parameter's value."""
    for _, step in clone(model).set_params(**params).steps:
        try:
            step._validate_params()
        except ValueError as error:
            stop(f"{option}: {error}")


def _key(model, parameter):
    """Give the name of the classifier's parameter in the Pipeline, or of the Pipeline's own."""
    for key in (f"{model.steps[-1][0]}__{parameter}", parameter):
        if key in model.get_params() and "__" in key:
            return key
    return None


def _set(model, parameter, value):
    """Set the classifier's parameter, or the Pipeline's; tell whether there is one."""
    key = _key(model, parameter)
    if key is not None:
        model.set_params(**{key: value})
    return key is not None


def _value(text):
    """Read a value as Python writes it; what Python cannot read is a word."""
    named = {"true": True, "false": False, "none": None}
    if text.lower() in named:
        return named[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def need_folder(option, path):
    """Make sure that a report can be written there, before hours are spent on it."""
    if path.suffix in _PAGES or os.path.isfile(path):  # noqa: PTH113 (False where Path raises)
        stop(f"{option} {path}: it takes a folder, in which the report's files are put.")
    above = path
    while not os.path.exists(above):  # noqa: PTH110
        above = above.parent
    if not os.access(above, os.W_OK) or not os.path.isdir(above):  # noqa: PTH112
        stop(f"{option} {path}: {above} is not a folder that can be written to.")
    with ending_well():
        need_matplotlib()


def need_file(option, path):
    """Make sure that a file can be put there, before hours are spent on what goes into it."""
    # os.path answers False where Path would raise: for a name too long, or a closed folder.
    folder = os.path.isdir(path.parent) and os.access(path.parent, os.W_OK)  # noqa: PTH112
    if not folder or os.path.isdir(path) or len(path.name) > 255:  # noqa: PTH112
        stop(f"{option} {path}: this is not a file in a folder that exists and can be written to.")
