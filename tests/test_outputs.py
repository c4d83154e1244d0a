"""`--out`: what it may replace, and what happens where it cannot be written."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from skdigits import load_model, load_sample_digits
from skdigits.cli import app

FULL = Path("/dev/full")


def in_this_process(*args):
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, [str(arg) for arg in args])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(scope="module")
def rows():
    X, y = load_sample_digits(return_X_y=True)
    return {"x_train": X[:80], "y_train": y[:80], "x_test": X[80:99], "y_test": y[80:99]}


@pytest.fixture
def data(tmp_path, rows):
    np.savez(tmp_path / "my.npz", **rows)
    return tmp_path / "my.npz"


TRAIN = ("train", "logreg")
TUNE = ("tune", "logreg", "--param", "C=0.1", "--cv", "2")
COMPARE = ("compare", "--models", "logreg")
# What each command writes, by the name that --out gives.
WRITES = [
    (TRAIN, "out", "out"),
    (TUNE, "out", "out"),
    (TUNE, "out", "out.png"),
    (COMPARE, "out", "out/report.html"),
    (COMPARE, "out", "out/report.md"),
    (COMPARE, "out", "out/report.json"),
    (("explore",), "out", "out/explore.html"),
]


def ids(value):
    return value[0] if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("link", [None, os.symlink, os.link], ids=["name", "symlink", "link"])
@pytest.mark.parametrize(("command", "out", "file"), WRITES, ids=ids)
def test_what_is_read_is_not_replaced(command, out, file, link, data, tmp_path):
    target = tmp_path / file
    target.parent.mkdir(exist_ok=True)
    content = data.read_bytes()
    if link is None:
        data = data.rename(target)
    else:
        link(data, target)
    done = in_this_process(*command, "--data", data, "--out", tmp_path / out)
    assert done.exit_code == 2
    assert f"{target} is what this command reads" in done.stderr
    assert "--force" in done.stderr
    assert data.read_bytes() == target.read_bytes() == content


@pytest.mark.parametrize(("command", "out", "file"), WRITES, ids=ids)
def test_what_skdigits_did_not_write_is_not_replaced(command, out, file, data, tmp_path):
    target = tmp_path / file
    target.parent.mkdir(exist_ok=True)
    target.write_text("mine")
    words = [*command, "--data", data, "--out", tmp_path / out]
    done = in_this_process(*words)
    assert done.exit_code == 2
    assert f"{target} is there already, and is not " in done.stderr
    assert done.stdout == ""
    assert target.read_text() == "mine"
    assert in_this_process(*words, "--force").exit_code == 0
    assert target.read_bytes() != b"mine"
    assert in_this_process(*words).exit_code == 0  # now it is skdigits' own


def test_a_folder_where_a_file_is_to_be_is_found_before_the_work(data, tmp_path):
    (tmp_path / "out" / "report.md").mkdir(parents=True)
    done = in_this_process(*COMPARE, "--data", data, "--out", tmp_path / "out", "--force")
    assert done.exit_code == 2
    assert "report.md is to be a file, and is a folder" in done.stderr


def test_a_report_is_written_again_in_its_place(data, tmp_path):
    assert in_this_process(*COMPARE, "--data", data, "--out", tmp_path).exit_code == 0
    found = tmp_path / "report.json"
    text = found.read_text()
    assert in_this_process("report", found, "--out", tmp_path).exit_code == 0
    assert found.read_text() == text
    found.write_text(text.replace("\n ", "\n"))  # somebody has laid it out otherwise
    done = in_this_process("report", found, "--out", tmp_path)
    assert done.exit_code == 2
    assert "is what this command reads" in done.stderr


def test_report_says_of_a_model_what_it_reads(data, tmp_path):
    model = tmp_path / "m.skops"
    assert in_this_process(*TRAIN, "--data", data, "--out", model).exit_code == 0
    for path, words in ((model, "m.skops is a model"), (data, "a zip archive"), (tmp_path, "is a")):
        done = in_this_process("report", path, "--out", tmp_path / "r")
        assert done.exit_code == 1
        assert words in done.stderr
        assert "report.json that compare --out wrote" in done.stderr


# --- A full disk ------------------------------------------------------------------------------


@pytest.fixture
def full_disk(monkeypatch, tmp_path):
    """Make writing anything of a size below a folder fail; return the folder."""
    folder = tmp_path / "full"
    folder.mkdir()
    replace = Path.replace

    def no_space(self, target):
        if Path(target).is_relative_to(folder):
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", no_space)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return folder


@pytest.mark.parametrize("command", [TRAIN, TUNE], ids=ids)
def test_a_model_goes_somewhere_else_where_the_disk_is_full(command, data, full_disk):
    done = in_this_process(*command, "--data", data, "--out", full_disk / "m.skops")
    assert done.exit_code == 1
    assert re.search(r"\d\d\.\d\d%", done.stdout)
    assert "m.skops could not be written (No space left on device); a copy is in" in done.stderr
    assert load_model(done.stderr.split("a copy is in ")[1].strip())
    if command is TUNE:  # what has been fitted is not lost either
        assert list((full_disk / "m.skops.search").rglob("output.pkl"))


def test_a_report_goes_somewhere_else_where_the_disk_is_full(data, full_disk):
    done = in_this_process(*COMPARE, "--data", data, "--out", full_disk / "r")
    assert done.exit_code == 1
    assert re.search(r"logreg +\d\d\.\d\d%", done.stdout)
    assert "r could not be written (No space left on device); a copy is in" in done.stderr
    copy = Path(done.stderr.split("a copy is in ")[1].strip())
    assert {path.name for path in copy.iterdir()} == {"report.html", "report.md", "report.json"}


def test_it_is_said_where_there_is_no_copy(data, full_disk, monkeypatch):
    def no_space(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", no_space)
    done = in_this_process(*TRAIN, "--data", data, "--out", full_disk / "m.skops")
    assert done.exit_code == 1
    assert "accuracy" in done.stdout
    assert "there is none" in done.stderr


def test_a_place_that_cannot_be_written_to_is_found_before_the_fit(data, tmp_path, monkeypatch):
    def no_space(self, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", no_space)
    for command in (TRAIN, TUNE, COMPARE):
        done = in_this_process(*command, "--data", data, "--out", tmp_path / "new")
        assert done.exit_code == 2
        assert "cannot be written to (No space left on device)" in done.stderr
        assert done.stdout == ""


@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("command", [TRAIN, TUNE, COMPARE, ("explore",)], ids=ids)
def test_what_cannot_be_shown_is_written_all_the_same(command, data, tmp_path):
    words = [*command, "--data", data, "--out", tmp_path / "out"]
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "skdigits", *map(str, words)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.endswith("Error: [Errno 28] No space left on device\n")
    if command != ("explore",):  # which has done no work to lose
        assert done.stderr.startswith(f"written: {tmp_path / 'out'}")
        assert (tmp_path / "out").exists()
