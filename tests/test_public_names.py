"""The package's front: names that are imported when they are asked for."""

import ast
import doctest
import pickle
from pathlib import Path

import pytest

import skdigits

# pytest looks for examples in the module that a name says it is of, and there it finds no name
# that was not asked for yet. Names that say another module than the front have theirs run there.
OF_THE_FRONT = [
    name for name in skdigits.__all__ if getattr(skdigits, name).__module__ == "skdigits"
]


@pytest.mark.parametrize("name", OF_THE_FRONT)
def test_examples_of_public_names(name):
    runner = doctest.DocTestRunner(verbose=False)
    for example in doctest.DocTestFinder().find(getattr(skdigits, name), name, module=False):
        runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


def test_what_type_checkers_read_is_what_is_imported():
    (block,) = [
        node
        for node in ast.parse(Path(skdigits.__file__).read_text()).body
        if isinstance(node, ast.If)
    ]
    read = {
        node.module.removeprefix("skdigits."): [alias.name for alias in node.names]
        for node in block.body
    }
    assert read == {module: names for module, names in skdigits._NAMES.items() if names}
    assert sorted(skdigits._MODULES) == skdigits.__all__


def test_names_and_modules_are_there_without_being_imported_first(python):
    python(
        "import skdigits\n"
        "assert skdigits.plots.SearchDisplay\n"
        "assert skdigits.errors.SkdigitsError\n"
        "assert 'compare' in dir(skdigits) and 'evaluation' in dir(skdigits)\n"
        "from skdigits import *\n"
        "assert compare is skdigits.evaluation.compare\n"
    )


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'skdigits' has no attribute 'DigitForest'"):
        skdigits.DigitForest  # noqa: B018


def test_classes_are_found_in_the_front_by_pickle(python, tmp_path):
    class_ = skdigits.PixelScaler
    (tmp_path / "class").write_bytes(pickle.dumps(class_))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')))"
    assert python(code, tmp_path / "class").stdout == f"{class_}\n"
