"""Damaged inputs are read or refused; `python -m tests.fuzz` tries as many as are asked for."""

import importlib
import pkgutil

import pytest

import tests.fuzz

KINDS = [name for _, name, _ in pkgutil.iter_modules(tests.fuzz.__path__) if name[0] != "_"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_input_is_read_or_refused_with_a_clear_error(kind):
    found = importlib.import_module(f"tests.fuzz.{kind}").run(100, seed=0)
    assert found.total() == 100
    assert len(found) > 1  # some of them are read
