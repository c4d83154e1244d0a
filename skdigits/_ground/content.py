"""A hash of what a value holds, by which things are found again or told apart."""

from __future__ import annotations

import functools
import inspect
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import joblib


def content_hash(value: Any) -> str:
    """Return a hash of a value's content.

    Parameters
    ----------
    value : object
        Anything; arrays count by their values, what pickle takes by name only (lambdas, functions
        in a notebook) by its code and what it refers to.

    Returns
    -------
    hash : str
        The same for equal contents.
    """
    try:
        return joblib.hash(value)
    except Exception:  # pickle raises whatever its parts raise
        import cloudpickle

        return joblib.hash(cloudpickle.dumps(value))


def code_hash(value: Any) -> str:
    """Return a hash of the code that a value runs, where it is the user's own.

    Pickle takes functions and classes by their names. Their code may have changed under the same
    name, and so may what it uses: default arguments, constants, other functions and classes.

    Parameters
    ----------
    value : object
        Functions, classes, instances of classes and modules are followed, unless they come from the
        standard library or an installed package, which versions tell.

    Returns
    -------
    hash : str
        The same in another process, with the same Python.
    """
    return joblib.hash(_Code().of(value))


class _Code:
    """Turns values into plain ones that tell their code, each function, class and module once."""

    def __init__(self):
        self._known = {}  # by id, with the thing itself: its id stays its own
        self._around = set()  # ids of the containers that are being told

    def of(self, value: Any) -> Any:
        if isinstance(value, (FunctionType, type, ModuleType)):
            if id(value) in self._known:
                return "known", self._known[id(value)][0]
            self._known[id(value)] = len(self._known), value
            return value.__name__, self._definition(value)
        if value is None or isinstance(value, (str, bytes, bool, int, float, complex)):
            return value
        if id(value) in self._around:
            return "around"
        self._around.add(id(value))
        try:
            return self._contents(value)
        finally:
            self._around.discard(id(value))

    def _definition(self, value):
        if isinstance(value, ModuleType):
            path = getattr(value, "__file__", None)
            return Path(path).read_bytes() if path and _is_users(path) else None
        if not _is_own(value):
            return None
        return self._class(value) if isinstance(value, type) else self._function(value)

    def _contents(self, value):
        if isinstance(value, functools.partial):
            return self.of([value.func, value.args, value.keywords])
        if isinstance(value, MethodType):
            return self.of([value.__func__, value.__self__])
        if isinstance(value, (list, tuple)):
            return [self.of(item) for item in value]
        if isinstance(value, Mapping):
            return [(repr(key), self.of(item)) for key, item in value.items()]
        if _is_own(type(value)):
            return [self.of(type(value)), self.of(vars(value) if hasattr(value, "__dict__") else 0)]
        try:
            return content_hash(value)
        except Exception:  # a lock, an open file: nothing that a fit depends on
            return repr(type(value))

    def _function(self, function):
        codes = list(_codes(function.__code__))
        used = dict.fromkeys(name for code in codes for name in code.co_names)
        known = {name: function.__globals__[name] for name in used if name in function.__globals__}
        values = [function.__defaults__, function.__kwdefaults__, _enclosed(function), known]
        return [_bytecode(code) for code in codes], [self.of(value) for value in values]

    def _class(self, cls):
        members = {name: _unwrapped(member) for name, member in sorted(vars(cls).items())}
        # Python and its tools leave marks of their own in a class.
        told = {
            name: self.of(member)
            for name, member in members.items()
            if isinstance(member, FunctionType) or not name.startswith("_")
        }
        return [self.of(base) for base in cls.__bases__], told


def _enclosed(function):
    """Return the values of the functions around it that a function uses."""
    values = []
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # nothing is in it yet
            values.append(cell.cell_contents)
    return values


def _unwrapped(member):
    if isinstance(member, (staticmethod, classmethod)):
        return member.__func__
    return member.fget if isinstance(member, property) else member


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a function's code and that of the functions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _bytecode(code):
    constants = [c for c in code.co_consts if not isinstance(c, CodeType)]
    ordered = [sorted(map(repr, c)) if isinstance(c, frozenset) else repr(c) for c in constants]
    return code.co_code, ordered, code.co_names, code.co_varnames


def _is_own(value):
    """Return whether a function or class comes neither from Python nor from a package."""
    module = (getattr(value, "__module__", None) or "__main__").split(".")[0]
    if module == "skdigits" or module in sys.stdlib_module_names:
        return module == "__main__"
    try:
        return _is_users(inspect.getfile(value))
    except (TypeError, OSError):  # written in C
        return False


def _is_users(path):
    folders = (sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    return not any(Path(path).is_relative_to(folder) for folder in folders if folder)
