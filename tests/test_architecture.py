"""Guards of docs/architecture.md."""

import ast
import re
from pathlib import Path

import pytest

import skdigits
import skdigits.plots
import skdigits.significance

ROOT = Path(skdigits.__file__).parent

# A room imports only from floors below its own.
FLOORS = {
    "__main__": 7,
    "cli": 6,
    "report": 5,
    "plots": 4,
    "models": 4,
    "tuning": 3,
    "exploration": 3,
    "classifiers": 3,
    "networks": 2,
    "evaluation": 2,
    "persistence": 1,
    "significance": 1,
    "training": 1,
    "diagnosis": 3,
    "inference": 1,
    "augmentation": 1,
    "preprocessing": 1,
    "datasets": 1,
    "environment": 0,
    "callbacks": 0,
    "interruption": 0,
    "progress": 0,
    "runtime": 0,
    "files": 0,
    "links": 0,
    "validation": 0,
    "pipelines": 0,
    "pixels": 0,
    "blas": 0,
}
HEAVY = {"tensorflow", "keras", "scikeras", "matplotlib", "skops", "jinja2"}
SAY_KERAS = {"networks", "training", "runtime"}
SAY_SCIKERAS = {"classifiers", "runtime"}


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
    public = {name: getattr(skdigits, name).__module__ for name in skdigits.__all__}
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "skdigits" and rest and rest[0] != "__version__":
            there = public[rest[0]].split(".")[1] if rest[0] in public else rest[0]
            assert there == here or FLOORS[there] < FLOORS[here], f"{here} imports {name}"
        if top in ("keras", "tensorflow"):
            assert here in SAY_KERAS, f"{here} imports {name}"
        if top == "scikeras":
            assert here in SAY_SCIKERAS, f"{here} imports {name}"


def test_public_names_are_sorted_documented_and_on_the_api_page():
    api = (ROOT.parent / "docs" / "api.md").read_text()
    for module in (skdigits, skdigits.plots, skdigits.significance):
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
