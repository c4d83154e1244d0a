"""What is found again by its content: values, and the code behind them."""

import importlib
import sys

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skdigits import CachedEstimator
from skdigits._ground.content import code_hash

USER_CODE = """\
import numpy as np
import helping
UNITS = {units}

class Layer:
    width = {width}
    def __call__(self, x):
        return x * {factor}

    @property
    def shape(self):
        return {shape}

def helper(x):
    return [{term} for _ in x if _ in {{"a", "b", "c"}}]

def by_constant(x):
    return x + UNITS

def by_default(x, units=UNITS, *, more={more}):
    return x + units

def by_class(x):
    return Layer()(x)

def by_helper(x):
    return helper(x)

def by_module(x):
    return helping.help(x)

def enclosing(value):
    def by_closure(x):
        return x + value
    return by_closure

by_closure = enclosing({units})
by_lambda = lambda x: (lambda y: y + {term})(x)
by_instance = Layer()
by_partial = __import__("functools").partial(by_helper, x={more})
by_method = Layer().__call__
recursive = [Layer, by_helper, np, print, None]
recursive.append(recursive)
"""
USUAL = {"units": 1, "width": 2, "factor": 3, "term": 4, "more": 5, "shape": 6}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A function that writes the user's module, and imports what it says now."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(helping=0, **values):
        (tmp_path / "helping.py").write_text(f"def help(x):\n    return x + {helping}\n")
        (tmp_path / "users.py").write_text(USER_CODE.format(**{**USUAL, **values}))
        for name in ("users", "helping"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module("users")

    yield write
    for name in ("users", "helping"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("by_constant", {"units": 9}),
        ("by_default", {"units": 9}),
        ("by_default", {"more": 9}),
        ("by_class", {"width": 9}),
        ("by_class", {"factor": 9}),
        ("by_class", {"shape": 9}),
        ("by_helper", {"term": 9}),
        ("by_module", {"helping": 9}),
        ("by_closure", {"units": 9}),
        ("by_lambda", {"term": 9}),
        ("by_instance", {"factor": 9}),
        ("by_partial", {"more": 9}),
        ("by_partial", {"term": 9}),
        ("by_method", {"factor": 9}),
        ("recursive", {"factor": 9}),
    ],
)
def test_code_is_told_by_all_that_it_uses(written, name, change):
    def hashed(**values):
        return code_hash(getattr(written(**values), name))

    assert hashed() == hashed()
    assert hashed(**change) != hashed()


def test_code_is_told_alike_in_every_process(written, python, tmp_path):
    here = written()
    names = ["by_default", "by_class", "by_helper", "by_module", "by_closure", "recursive"]
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import users\n"
        "from skdigits._ground.content import code_hash\n"
        f"print(*[code_hash(getattr(users, name)) for name in {names}])\n"
    )
    assert python(code, tmp_path).stdout.split() == [code_hash(getattr(here, n)) for n in names]


def test_a_cached_fit_is_not_read_when_what_its_function_uses_has_changed(written, tmp_path):
    X = np.random.default_rng(0).random((40, 3))
    y = np.arange(40) % 2

    def coefs(**values):
        model = make_pipeline(FunctionTransformer(written(**values).by_class), LogisticRegression())
        return CachedEstimator(model, tmp_path / "cache").fit(X, y).estimator_[-1].coef_

    assert np.array_equal(coefs(), coefs())
    assert not np.array_equal(coefs(factor=30), coefs())
