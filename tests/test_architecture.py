"""Guards of docs/architecture.md."""

import ast
import re
from pathlib import Path

import pytest

import skdigits
import skdigits.errors
import skdigits.plots
import skdigits.significance

ROOT = Path(skdigits.__file__).parent

# A room imports only from floors below its own.
FLOORS = {
    "__main__": 9,
    "cli": 8,
    "report": 7,
    "models": 6,
    "plots": 6,
    "classifiers": 5,
    "diagnosis": 4,
    "exploration": 4,
    "tuning": 4,
    "export": 4,
    "evaluation": 3,
    "training": 3,
    "augmentation": 2,
    "datasets": 2,
    "head": 2,
    "inference": 2,
    "networks": 2,
    "persistence": 2,
    "preprocessing": 2,
    "significance": 2,
    "_ground": 1,
    "errors": 0,
}
HEAVY = {"tensorflow", "keras", "scikeras", "matplotlib", "skops", "jinja2"}
SAY_KERAS = {"networks", "training", "export", "_ground"}
SAY_SCIKERAS = {"training/_scikeras.py", "_ground/runtime.py"}


def room(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


MODULES = sorted(path for path in ROOT.rglob("*.py") if room(path) != "__init__")


def imports(path):
    """Yield what a module imports, as dotted names, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_importing_the_package_leaves_the_heavy_ones_alone(python):
    for line in ("import skdigits", "from skdigits import DigitANNClassifier"):
        python(
            f"import sys\n{line}\nloaded = {HEAVY} & set(sys.modules)\nassert not loaded, loaded\n"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_from_floors_below(path):
    here = room(path)
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "skdigits" and rest:
            from_the_front = rest[0] in (*skdigits.__all__, "__version__")
            there = "models" if from_the_front else rest[0]  # no room below imports so
            assert there == here or FLOORS[there] < FLOORS[here], f"{here} imports {name}"
        if top in ("keras", "tensorflow"):
            assert here in SAY_KERAS, f"{here} imports {name}"
        if top == "scikeras":
            assert str(path.relative_to(ROOT)) in SAY_SCIKERAS, f"{path} imports {name}"


def test_public_names_are_sorted_documented_and_on_the_api_page():
    api = (ROOT.parent / "docs" / "api.md").read_text()
    for module in (skdigits, skdigits.errors, skdigits.plots, skdigits.significance):
        assert module.__all__ == sorted(module.__all__)
        page = re.search(
            rf"^# `{module.__name__}`\n(.*?)(?=^# |\Z)", api, re.MULTILINE | re.DOTALL
        )[1]
        assert re.findall(r"^## `(\w+)`", page, re.MULTILINE) == module.__all__
        assert all(getattr(module, name).__doc__ for name in module.__all__)


def test_architecture_page_names_every_room():
    page = (ROOT.parent / "docs" / "architecture.md").read_text()
    missing = [name for name in FLOORS if f"`{name}`" not in page]
    assert not missing
    assert {room(path) for path in MODULES} == FLOORS.keys()
