"""What `verbose` shows where there is no terminal."""

import builtins

import pytest

from skdigits import DigitANNClassifier


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


@pytest.mark.parametrize("validation_fraction", [None, 0.2])
def test_a_notebook_has_one_line_that_is_written_over(
    validation_fraction, few, capsys, monkeypatch
):
    class ZMQInteractiveShell:
        """What rich knows a notebook by."""

    monkeypatch.setattr(builtins, "get_ipython", ZMQInteractiveShell, raising=False)
    out, err = shown(capsys, few, verbose=1, validation_fraction=validation_fraction)
    lines = out.removeprefix("\r").removesuffix("\n").split("\r")
    assert [line.split()[0] for line in lines] == ["1/3", "2/3", "3/3"]
    assert ("val_loss" in out) == (validation_fraction is not None)
    assert len(lines[-1]) >= len(lines[0].rstrip())  # nothing of a longer line is left
    assert "\n" not in lines
    assert err == ""
