"""What `verbose` shows where there is no terminal."""

import builtins
import sys
from types import ModuleType

import pytest

from skdigits import DigitANNClassifier
from skdigits.cli._show import progress


def shown(capsys, few, **options):
    DigitANNClassifier(epochs=3, random_state=0, **options).fit(*few)
    return capsys.readouterr()


@pytest.mark.parametrize("force", [None, "FORCE_COLOR", "TTY_COMPATIBLE"])
def test_a_log_gets_one_line_whatever_forces_colours(force, few, capsys, monkeypatch):
    if force:
        monkeypatch.setenv(force, "1")
    out = shown(capsys, few, verbose=1).out
    assert len(out.splitlines()) == 1
    assert out.startswith("3/3")
    assert "loss" in out
    assert "\x1b[2K" not in out  # what erases a terminal's line


class Output:
    """A notebook's output, as IPython's `display` gives it: what it showed, one after the other."""

    made: list["Output"]

    def __init__(self, data, *, raw, display_id):
        assert raw
        assert display_id
        self.lines = [data["text/plain"]]
        self.made.append(self)

    def update(self, data, *, raw):
        assert raw
        self.lines.append(data["text/plain"])


@pytest.fixture
def notebook(monkeypatch):
    """Stand in for a kernel; return the outputs that come to be."""

    class ZMQInteractiveShell:
        """What rich knows a notebook by."""

    monkeypatch.setattr(builtins, "get_ipython", ZMQInteractiveShell, raising=False)
    monkeypatch.setattr(Output, "made", [], raising=False)
    module = ModuleType("IPython.display")
    module.display = Output
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return Output.made


@pytest.mark.parametrize("validation_fraction", [None, 0.2])
def test_a_notebook_has_one_output_that_is_changed_in_place(
    validation_fraction, few, capsys, notebook
):
    written = shown(capsys, few, verbose=1, validation_fraction=validation_fraction)
    (output,) = notebook
    assert output.lines[0].startswith("1/3 DigitANNClassifier loss ")
    assert output.lines[-1].startswith("3/3 DigitANNClassifier loss ")
    assert ("val_loss" in output.lines[-1]) == (validation_fraction is not None)
    assert (written.out, written.err) == ("", "")


@pytest.mark.parametrize("force", ["FORCE_COLOR", "TTY_COMPATIBLE"])
def test_a_command_draws_no_bar_into_a_log_whatever_forces_colours(force, capsys, monkeypatch):
    monkeypatch.setenv(force, "1")
    with progress() as move:
        assert move is None
    assert capsys.readouterr().err == ""
