"""Guards of docs/architecture.md."""

import ast
import re
from pathlib import Path

import pytest

import skdigits

ROOT = Path(skdigits.__file__).parent

# A room imports only from floors below its own.
FLOORS = {
    "__main__": 7,
    "cli": 6,
    "models": 4,
    "classifiers": 3,
    "networks": 2,
    "evaluation": 2,
    "training": 1,
    "inference": 1,
    "preprocessing": 1,
    "datasets": 1,
    "runtime": 0,
    "files": 0,
}
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
            f"import sys\n{line}\n"
            "loaded = {'tensorflow', 'keras', 'scikeras', 'matplotlib'} & set(sys.modules)\n"
            "assert not loaded, loaded\n"
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
    assert skdigits.__all__ == sorted(skdigits.__all__)
    api = (ROOT.parent / "docs" / "api.md").read_text()
    assert re.findall(r"^## `(\w+)`", api, re.MULTILINE) == skdigits.__all__
    assert all(getattr(skdigits, name).__doc__ for name in skdigits.__all__)


def test_architecture_page_names_every_room():
    page = (ROOT.parent / "docs" / "architecture.md").read_text()
    missing = [name for name in FLOORS if f"`{name}`" not in page]
    assert not missing
    assert {room(path) for path in MODULES} == FLOORS.keys()
