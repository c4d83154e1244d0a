import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils._param_validation import InvalidParameterError
from typer.testing import CliRunner

from skdigits import (
    Comparison,
    ModelResult,
    datasets,
    exploration,
    load_model,
    load_sample_digits,
    model_info,
    models,
    save_model,
)
from skdigits.cli import _names, app
from skdigits.cli._show import show_comparison
from skdigits.errors import DataError, MissingExtraError


def skdigits(*args, **env):
    return subprocess.run(
        [sys.executable, "-m", "skdigits", *map(str, args)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "80", **env},
    )


def in_this_process(*args):
    """Do the same without starting Python anew, for what does not depend on that."""
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, [str(arg) for arg in args])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_compare_shows_a_table_writes_the_report_and_is_quiet(tmp_path):
    out = tmp_path / "new" / "report"
    done = skdigits("compare", "--models", "ann,logreg", "--out", out)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "1,347 digits to learn from, 450 to be scored on" in done.stdout
    accuracy = {n: float(a) for n, a in re.findall(r"(ann|logreg) .*? (\d+\.\d\d)%", done.stdout)}
    assert {path.name for path in out.iterdir()} == {"report.html", "report.md", "report.json"}
    assert f"written: {out / 'report.html'}" in done.stdout
    comparison = Comparison.from_json((out / "report.json").read_text())
    assert accuracy == {r.name: round(100 * r.accuracy, 2) for r in comparison.results}
    assert min(accuracy.values()) > 90
    assert "\x1b" not in done.stdout


def test_compare_says_who_is_better_and_with_how_many_seeds(tmp_path):
    words = ["--models", "ann,logreg", "--set", "epochs=1", "--seeds", "2", "--seed", "5"]
    done = in_this_process("compare", *words, "--out", tmp_path)
    found = Comparison.from_json((tmp_path / "report.json").read_text())
    assert " ".join(found.verdict().split()) in " ".join(done.stdout.split())
    assert "better than ann" in done.stdout
    assert [result.seeds for result in found.results] == [(5, 6), ()]


@pytest.mark.slow
def test_compare_reads_mnist_from_a_folder(mnist_folder):
    done = skdigits("compare", "--data", "mnist", "--models", "ann", SKDIGITS_DATA=mnist_folder)
    assert done.returncode == 0, done.stderr
    assert "60,000 digits to learn from, 10,000 to be scored on" in done.stdout
    assert 97 < float(re.search(r"(\d+\.\d\d)%", done.stdout)[1]) < 98.5


def test_the_installed_command_is_the_module():
    command = Path(sys.executable).with_name("skdigits")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == skdigits("--version").stdout
    assert re.fullmatch(r"skdigits \d+\.\d+\.\d+\S*\n", done.stdout)


COMMANDS = ["fetch", "explore", "train", "tune", "evaluate", "compare", "report"]


def test_every_command_has_help_and_is_on_the_api_page():
    page = (Path(__file__).parent.parent / "docs" / "api.md").read_text()
    assert [command.name for command in app.registered_commands] == COMMANDS
    for name in COMMANDS:
        shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, [name, "--help"]).output
        options = set(re.findall(r"--[a-z-]+", shown)) - {"--help"}
        (usage,) = re.findall(rf"^    skdigits {name} .*\n(?:     .*\n)*", page, re.MULTILINE)
        assert options == set(re.findall(r"--[a-z-]+", usage)), name


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ("--help", 0),
        ("--version", 0),
        ("compare --help", 0),
        ("compere", 2),
        ("train forest --out m.skops", 2),
        ("compare --data mist", 2),
        ("fetch mist", 2),
    ],
)
def test_help_and_a_wrong_word_import_nothing_heavy(args, code):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "skdigits", *args.split()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "skdigits.cli" in imported
    assert not {"numpy", "pandas", "sklearn", "scipy", "rich", "keras", "matplotlib"} & imported


def test_names_on_the_command_line_are_the_librarys():
    assert tuple(models.MODELS) == _names.MODELS
    loaders = {name for name in datasets.__all__ if name.startswith("load_")}
    assert {loader for _, loader in _names.PUBLISHED.values()} == loaders - {
        "load_data_file",
        "load_sample_digits",
    }


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.6, 1.2, 2])
def test_ctrl_c_while_starting_ends_with_one_line(seconds, tmp_path):
    code = "from skdigits.cli import main\nprint('here', flush=True)\nmain()\n"
    words = ["train", "cnn-best", "--out", str(tmp_path / "m.skops")]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=-1, stderr=-1, text=True
    )
    assert process.stdout.readline() == "here\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out, errors) == (130, "", "Error: interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (DataError("two labels are needed"), 1, "Error: two labels are needed\n"),
        (MissingExtraError("pip install it"), 1, "Error: pip install it\n"),
        (InvalidParameterError("C is wrong"), 1, "Error: C is wrong\n"),
        (FileNotFoundError(2, "No such file", "x.csv"), 1, "Error: x.csv: No such file\n"),
        (MemoryError(), 1, "Error: MemoryError\n"),
        (KeyboardInterrupt(), 130, "Error: interrupted\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_user_can_have_got_wrong_is_one_line(error, code, words, monkeypatch):
    monkeypatch.setattr(exploration, "explore", Mock(side_effect=error))
    done = in_this_process("explore")
    assert (done.exit_code, done.stderr) == (code, words)


@pytest.mark.parametrize("error", [ValueError("bad"), TypeError("bad"), ImportError("bad")])
def test_a_fault_of_the_package_shows_its_traceback(error, monkeypatch):
    monkeypatch.setattr(exploration, "explore", Mock(side_effect=error))
    done = CliRunner().invoke(app, ["explore"])
    assert done.exception is error
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["compare", "--data", "mist"], ["mist", "sample", "mnist"]),
        (
            ["compare", "--models", "ann,forest"],
            ["forest", "ann, ann-best, cnn, cnn-best, svm, logreg"],
        ),
        (["compare", "--models", ","], ["no model is named"]),
        (["compare", "--models", "ann,ann"], ["named twice"]),
        (["compare", "--data", "no/such.csv"], ["no/such.csv", "file or folder"]),
        (["compare", "--out", "report.html"], ["report.html", "takes a folder"]),
        (["compare", "--out", __file__], ["takes a folder"]),
        (["compare", "--out", f"{__file__}/report"], ["not a folder that can be written to"]),
        (["compare", "--set", "epochs"], ["NAME=VALUE"]),
        (["compare", "--set", "ink=3"], ["'ink'", "learning_rate"]),
        (["compare", "--set", "invert=true"], ["'invert'", "scale__invert"]),
        (["tune", "ann", "--param", "invert=true,false", "--out", "m.skops"], ["scale__invert"]),
        (["compare", "--set", "epochs=0"], ["'epochs'", "Got 0"]),
        (["train", "cnn-best", "--out", "m.skops", "--set", "epochs=0"], ["'epochs'", "Got 0"]),
        (["compare", "--set", "epochs=many"], ["'epochs'", "'many'"]),
        (["train"], ["name"]),
        (["train", "ann"], ["--out"]),
        (
            ["train", "forest", "--out", "m.skops"],
            ["forest", "ann, ann-best, cnn, cnn-best, svm, logreg"],
        ),
        (["train", "ann", "--out", "/no/such/folder/m.skops"], ["/no/such/folder/m.skops"]),
        (["train", "ann", "--out", "x" * 300], ["--out"]),
        (["train", "ann", "--out", f"{__file__}/m.skops"], ["not a file in a folder"]),
        (["train", "ann", "--out", "."], ["--out"]),
        (["tune", "ann", "--out", "m.skops"], ["--param"]),
        (["tune", "ann", "--out", "m.skops", "--param", "epochs"], ["NAME=VALUE,VALUE"]),
        (["tune", "ann", "--out", "m.skops", "--param", "epochs="], ["NAME=VALUE,VALUE"]),
        (["tune", "ann", "--out", "m.skops", "--param", "ink=1"], ["'ink'", "learning_rate"]),
        (["tune", "ann-best", "--out", "m.skops", "--param", "epochs=1,0"], ["'epochs'", "Got 0"]),
        (["tune", "ann", "--out", "m.skops", "--param", "epochs=1", "--cv", "1"], ["--cv"]),
        (["tune", "ann", "--out", "m", "--param", "epochs=1", "--param", "epochs=2"], ["twice"]),
        (["evaluate"], ["model"]),
        (["fetch", "mist"], ["mist", "mnist, fashion-mnist"]),
        (["report", "x.json", "--out", "x.html"], ["takes a folder"]),
        (["compare", "--seed", "-1"], ["--seed"]),
        (["compare", "--seed", "99999999999"], ["--seed"]),
        (["compare", "--seed", "one"], ["--seed"]),
        (["compare", "--seeds", "0"], ["--seeds"]),
        (["compare", "--seed", "4294967295", "--seeds", "2"], ["--seeds 2", "only 1"]),
        (["compare", "--colour"], ["--colour"]),
        (["compere"], ["compere"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_wrong_words_end_with_a_short_message_and_code_2(args, words):
    done = in_this_process(*args)
    assert done.exit_code == 2
    assert all(word in done.stderr for word in words)
    assert len(done.stderr.splitlines()) < 12
    assert done.stdout == ""


def test_no_traceback_is_shown_for_a_wrong_word():
    done = skdigits("compare", "--data", "mist")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_missing_data_ends_with_what_to_do(tmp_path):
    # Every way out is closed, so that this needs no network and waits for none.
    closed = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https")}
    done = skdigits("compare", "--data", "mnist", SKDIGITS_DATA=tmp_path, NO_PROXY="", **closed)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(tmp_path) in done.stderr
    assert "load_sample_digits" in done.stderr


def test_the_seed_decides_the_result(tmp_path):
    results = []
    for i, seed in enumerate((1, 1, 2)):
        out = tmp_path / str(i)
        # In this process, which has TensorFlow already.
        words = ["compare", "--models", "ann", "--seed", str(seed), "--out", str(out)]
        assert CliRunner().invoke(app, words).exit_code == 0
        comparison = json.loads((out / "report.json").read_text())
        results.append((comparison["results"][0]["log_loss"], comparison["data"]["checksum"]))
    assert results[0] == results[1]
    assert results[0][0] != results[2][0]
    assert results[0][1] == results[2][1]  # the rows are the same with every seed


# --- Train, evaluate --------------------------------------------------------------------------


def accuracy_of(output):
    right, total = re.search(r"accuracy .*\(([\d,]+) of ([\d,]+);", output).groups()
    return int(right.replace(",", "")), int(total.replace(",", ""))


def without_tensorflow(*args):
    """Run the command where importing TensorFlow is an error."""
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['tensorflow', 'keras', 'scikeras']))\n"
        "from skdigits.cli import app\n"
        "app(prog_name='skdigits')\n"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, args)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_train_then_evaluate_without_tensorflow_gives_the_same_accuracy(tmp_path):
    path = tmp_path / "model.skops"
    trained = skdigits("train", "ann", "--out", path, "--set", "epochs=3", "--seed", "4")
    assert trained.returncode == 0, trained.stderr
    assert trained.stderr == ""
    evaluated = without_tensorflow("evaluate", path)
    assert evaluated.returncode == 0, evaluated.stderr
    assert accuracy_of(evaluated.stdout) == accuracy_of(trained.stdout)
    assert accuracy_of(trained.stdout)[1] == 450
    digits = re.findall(r"^ \d .*", trained.stdout, re.MULTILINE)
    assert len(digits) == 10
    assert re.findall(r"^ \d .*", evaluated.stdout, re.MULTILINE) == digits
    model = load_model(path)
    assert model["ann"].n_iter_ == 3
    assert model["ann"].random_state == 4
    info = model_info(path)
    assert info["training_data"]["n_rows"] == 1347
    right, total = accuracy_of(trained.stdout)
    assert info["result"]["accuracy"] == right / total


@pytest.mark.slow
def test_real_mnist_is_trained_and_evaluated(mnist_folder, tmp_path):
    path = tmp_path / "model.skops"
    words = ["--data", "mnist"]
    trained = skdigits("train", "ann", "--out", path, *words, SKDIGITS_DATA=mnist_folder)
    evaluated = skdigits("evaluate", path, *words, SKDIGITS_DATA=mnist_folder)
    assert accuracy_of(evaluated.stdout) == accuracy_of(trained.stdout)
    right, total = accuracy_of(evaluated.stdout)
    assert total == 10_000
    assert 0.97 < right / total < 0.985


def test_evaluate_says_where_rows_were_trained_on(tmp_path):
    path = tmp_path / "model.skops"
    words = ["train", "logreg", "--out", str(path), "--only-predict"]
    assert CliRunner().invoke(app, words).exit_code == 0
    for subset, n_rows, note in (("train", 1347, True), ("test", 450, False), ("all", 1797, False)):
        done = in_this_process("evaluate", path, "--subset", subset)
        assert accuracy_of(done.output)[1] == n_rows
        assert ("rows that it was trained on" in done.output) == note


def test_settings_reach_the_models_that_have_them(tmp_path):
    words = "--models ann,logreg --set epochs=2 --set logreg__C=0.5 --set scale__invert=true"
    done = CliRunner().invoke(app, ["compare", *words.split(), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    ann, logreg = Comparison.from_json((tmp_path / "report.json").read_text()).results
    assert "epochs=2" in ann.model
    assert "C=0.5" in logreg.model
    assert "invert=True" in ann.model
    assert "invert=True" in logreg.model


def test_tune_shows_a_table_draws_and_saves_the_best(tmp_path):
    out = tmp_path / "best.skops"
    words = ["--param", "C=1e-9,0.01", "--param", "fit_intercept=true", "--cv", "4"]
    done = in_this_process("tune", "logreg", "--out", out, *words)
    assert done.exit_code == 0
    model = load_model(out)
    assert model["logreg"].C == 0.01
    X, y = load_sample_digits(return_X_y=True)
    assert model.score(X, y) > 0.95
    lines = re.findall(r"^ (1e-09|0\.01) +True .*", done.stdout, re.MULTILINE)
    assert lines == ["0.01", "1e-09"]
    assert "best: C=0.01, fit_intercept=True" in done.stdout
    assert model_info(out)["training_data"]["n_rows"] == 1347
    assert (tmp_path / "best.skops.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == {"best.skops", "best.skops.png"}


@pytest.mark.slow
def test_tune_removes_nothing_that_is_not_its_own(tmp_path):
    (tmp_path / "m.skops.search").mkdir()
    (tmp_path / "m.skops.search" / "notes.txt").write_text("mine")
    done = in_this_process("tune", "logreg", "--out", tmp_path / "m.skops", "--param", "C=0.1")
    assert done.exit_code == 0
    assert "going on" not in done.stderr
    assert [path.name for path in (tmp_path / "m.skops.search").iterdir()] == ["notes.txt"]


def test_tune_reads_values_with_commas_in_them(tmp_path):
    words = ["--param", "class_weight=balanced,{0: 2.0, 1: 1.0},none", "--cv", "2"]
    words += ["--param", "C=0.1", "--param", "tol=0.01", "--param", "fit_intercept=true,false"]
    done = in_this_process("tune", "logreg", "--out", tmp_path / "m.skops", *words)
    assert done.exit_code == 0
    assert len(re.findall(r"\d\d\.\d\d%  ", done.stdout)) == 6  # each row is read whole
    assert "{0: 2.0, 1: 1.0}" in done.stdout


@pytest.mark.slow
def test_an_interrupted_tune_goes_on_with_the_same_command(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "skdigits", "tune", "ann", "--set", "epochs=9"]
    command += ["--param", "learning_rate=0.001,0.002,0.003", "--out", str(tmp_path / "m.skops")]
    process = subprocess.Popen(command, stdout=-1, stderr=-1, text=True)
    folder = tmp_path / "m.skops.search"
    while len(list(folder.rglob("output.pkl"))) < 3:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == f"Error: interrupted; the same command goes on with the fits in {folder}\n"
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert done.stderr == f"going on with the fits in {folder}\n"
    assert load_model(tmp_path / "m.skops")["ann"].n_iter_ == 9
    assert not folder.exists()


@pytest.mark.slow
def test_interrupting_train_leaves_no_model(tmp_path):
    path = tmp_path / "model.skops"
    code = (
        "import os, signal, sys, threading\n"
        "from skdigits._ground import progress\n"
        "def end(self, epoch):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "progress.EpochLines.end = end\n"
        "from skdigits.cli import app\n"
        "app(prog_name='skdigits')\n"
    )
    words = ["train", "ann", "--out", path, "--set", "verbose=2"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 130
    assert done.stderr == "Error: interrupted\n"
    assert not path.exists()


def test_ones_own_file_is_trained_on_and_evaluated(tmp_path):
    X, y = load_sample_digits(return_X_y=True)
    pixels = [f"pixel{i}" for i in range(784)]
    frame = pd.DataFrame(X[:500], columns=pixels)
    frame.insert(0, "label", y[:500])
    frame.to_csv(tmp_path / "train.csv", index=False)
    path = tmp_path / "model.skops"
    words = ["--data", str(tmp_path / "train.csv")]
    trained = CliRunner().invoke(app, ["train", "logreg", "--out", str(path), *words])
    assert trained.exit_code == 0, trained.output
    assert accuracy_of(trained.output)[1] == 125
    evaluated = CliRunner().invoke(app, ["evaluate", str(path), *words])
    assert accuracy_of(evaluated.output) == accuracy_of(trained.output)
    np.savez(
        tmp_path / "split.npz", x_train=X[:99], y_train=y[:99], x_test=X[99:200], y_test=y[99:200]
    )
    done = CliRunner().invoke(app, ["evaluate", str(path), "--data", str(tmp_path / "split.npz")])
    assert accuracy_of(done.output)[1] == 101


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["bad.csv"]),
        (b"label,a,b\n1,2,255\n", ["a quarter of each label cannot be set aside"]),
        (b"<html>", ["bad.csv", "web page"]),
    ],
)
def test_a_bad_file_ends_with_a_short_message(content, words, tmp_path):
    (tmp_path / "bad.csv").write_bytes(content)
    done = in_this_process("compare", "--data", tmp_path / "bad.csv")
    assert done.exit_code == 1
    assert all(word in done.stderr for word in words)


@pytest.fixture
def few_rows(tmp_path):
    """Return a function that writes a data file with some rows of each label."""
    X, y = load_sample_digits(return_X_y=True)

    def write(**n_rows):
        rows = np.concatenate([np.flatnonzero(y == int(k[1:]))[:n] for k, n in n_rows.items()])
        # Both subsets, so that nothing is set aside.
        split = {"x_train": X[rows], "y_train": y[rows], "x_test": X[:20], "y_test": y[:20]}
        np.savez(tmp_path / "few.npz", **split)
        return tmp_path / "few.npz"

    return write


def test_one_label_is_nothing_to_learn(few_rows, tmp_path):
    words = ["--data", few_rows(_3=20)]
    out = ["--out", tmp_path / "m.skops"]
    for command in (
        ["train", "logreg", *out],
        ["tune", "ann", "--param", "epochs=1", *out],
        ["compare"],
    ):
        done = in_this_process(*command, *words)
        assert done.exit_code == 1
        assert done.stderr == (
            "Error: few.npz has 20 rows to learn from and the label 3 only; a classifier needs two "
            "labels.\n"
        )
    assert in_this_process("explore", *words).exit_code == 0


def test_tune_takes_no_more_parts_than_there_are_rows_of_each_label(few_rows, tmp_path):
    words = ["tune", "logreg", "--param", "C=0.1", "--out", tmp_path / "m.skops", "--data"]
    done = in_this_process(*words, few_rows(_1=9, _7=3), "--cv", "4")
    assert done.exit_code == 2
    assert "--cv 4: few.npz has 3 rows of the label 7 to learn from" in done.stderr
    assert in_this_process(*words, few_rows(_1=9, _7=3), "--cv", "3").exit_code == 0


@pytest.mark.parametrize("command", [["train", "logreg"], ["tune", "logreg", "--param", "tol=0.1"]])
def test_settings_that_scikit_learn_refuses_in_fit_end_with_its_words(command, tmp_path):
    words = ["--set", "solver=lbfgs", "--set", "l1_ratio=1.0"]
    done = in_this_process(*command, "--out", tmp_path / "m.skops", *words)
    assert done.exit_code == 1
    assert "Error: LogisticRegression: " in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_bad_model_file_ends_with_a_short_message(tmp_path):
    for name, content in (("none.skops", None), ("cut.skops", b"PK\x03\x04")):
        if content:
            (tmp_path / name).write_bytes(content)
        done = in_this_process("evaluate", tmp_path / name)
        assert done.exit_code == 1
        assert name in done.stderr


def test_a_model_of_other_rows_ends_with_a_short_message(tmp_path):
    save_model(LogisticRegression().fit([[0], [1]], [0, 1]), tmp_path / "model.skops")
    done = in_this_process("evaluate", tmp_path / "model.skops")
    assert done.exit_code == 1
    assert "784 features" in done.stderr


def test_explore_shows_counts_and_writes_a_page(tmp_path):
    done = in_this_process("explore", "--out", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert "1,347" in done.stdout
    assert max(map(len, done.stdout.splitlines()[:-1])) <= 80
    assert (tmp_path / "explore.html").read_text().startswith("<!DOCTYPE html>")


def test_fetch_tells_where_the_data_is(mnist_folder):
    done = skdigits("fetch", "mnist", SKDIGITS_DATA=mnist_folder)
    assert done.returncode == 0, done.stderr
    assert f"MNIST: 70,000 images of 28x28 pixels, verified, in {mnist_folder}" in done.stdout


def test_the_report_is_written_again_from_its_json(tmp_path):
    words = ["compare", "--models", "logreg", "--out", str(tmp_path / "a")]
    assert CliRunner().invoke(app, words).exit_code == 0
    words = ["report", str(tmp_path / "a" / "report.json"), "--out", str(tmp_path / "b")]
    assert CliRunner().invoke(app, words).exit_code == 0
    for name in ("report.html", "report.md", "report.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    done = in_this_process("report", __file__, "--out", tmp_path)
    assert done.exit_code == 1
    assert "not the JSON of a Comparison" in done.stderr
    (tmp_path / "picture.json").write_bytes(b"\x89PNG")
    done = in_this_process("report", tmp_path / "picture.json", "--out", tmp_path)
    assert done.exit_code == 1
    assert "is not a report.json that compare wrote: it is not text" in done.stderr


def test_labels_and_titles_are_shown_as_they_are(tmp_path):
    X, y = load_sample_digits(return_X_y=True)
    names = np.array(["[/b]", "[red]x", ":smile:"])[y[:200] % 3]
    np.savez(tmp_path / "x[red]y.npz", X=X[:200], y=names)
    words = ["--data", tmp_path / "x[red]y.npz"]
    done = in_this_process("train", "logreg", "--out", tmp_path / "model.skops", *words)
    assert done.exit_code == 0, done.output
    assert all(name in done.stdout for name in ("[/b]", "[red]x", ":smile:"))
    done = in_this_process("compare", "--models", "logreg", *words)
    assert "x[red]y.npz: 150 digits to learn from" in done.stdout


def test_no_number_is_cut_at_eighty_columns(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    results = [
        ModelResult(
            name="logreg",
            model="",
            accuracy=1.0,
            accuracy_low=0.99999,
            accuracy_high=1.0,
            split_accuracies=(1.0,),
            macro_f1=1.0,
            log_loss=12.3456,
            fit_seconds=(12345.6,),
            predict_one_ms=123.45,
            predict_rows_per_second=1_234_567.8,
        )
    ]
    show_comparison(Comparison(tuple(results), (), {"checksum": ""}, {}), "title")
    out = capsys.readouterr().out
    assert "…" not in out
    assert "1,235k" in out


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_the_report_is_there_even_where_the_table_cannot_be_shown(tmp_path):
    with Path("/dev/full").open("w") as full:
        words = ["compare", "--models", "logreg", "--out", tmp_path]
        done = subprocess.run(
            [sys.executable, "-m", "skdigits", *map(str, words)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert (tmp_path / "report.html").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [["evaluate"], ["--help"], ["--version"]], ids=" ".join)
def test_output_that_cannot_be_written_ends_with_one_line(words, fitted_ann, tmp_path):
    save_model(fitted_ann, tmp_path / "m.skops")
    model = [tmp_path / "m.skops"] if words == ["evaluate"] else []
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "skdigits", *words, *model],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "Error: [Errno 28] No space left on device\n"
