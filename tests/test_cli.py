import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skdigits import Comparison
from skdigits.cli import app


def skdigits(*args, **env):
    return subprocess.run(
        [sys.executable, "-m", "skdigits", *map(str, args)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "80", **env},
    )


def test_compare_shows_a_table_writes_json_and_is_quiet(tmp_path):
    out = tmp_path / "result.json"
    done = skdigits("compare", "--models", "ann,logreg", "--out", out)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "1,347 digits to learn from, 450 to be scored on" in done.stdout
    accuracy = {n: float(a) for n, a in re.findall(r"(ann|logreg) .*? (\d+\.\d\d)%", done.stdout)}
    comparison = Comparison.from_json(out.read_text())
    assert accuracy == {r.name: round(100 * r.accuracy, 2) for r in comparison.results}
    assert min(accuracy.values()) > 90
    assert "\x1b" not in done.stdout


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


@pytest.mark.parametrize("args", [["--help"], ["compare", "--help"]])
def test_help_imports_no_tensorflow(args):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "skdigits", *args],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "compare" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "skdigits.cli" in imported
    assert not {"tensorflow", "keras", "scikeras", "matplotlib"} & imported


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["compare", "--data", "mist"], ["mist", "sample", "mnist"]),
        (["compare", "--models", "ann,forest"], ["forest", "ann, svm, logreg"]),
        (["compare", "--models", ","], ["no model is named"]),
        (["compare", "--models", "ann,ann"], ["named twice"]),
        (["compare", "--out", "/no/such/folder/x.json"], ["/no/such/folder/x.json"]),
        (["compare", "--out", "x" * 300], ["--out"]),
        (["compare", "--out", "."], ["--out"]),
        (["compare", "--seed", "-1"], ["--seed"]),
        (["compare", "--seed", "99999999999"], ["--seed"]),
        (["compare", "--seed", "one"], ["--seed"]),
        (["compare", "--colour"], ["--colour"]),
        (["compere"], ["compere"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_wrong_words_end_with_a_short_message_and_code_2(args, words):
    done = skdigits(*args)
    assert done.returncode == 2
    assert all(word in done.stderr for word in words)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) < 12
    assert done.stdout == ""


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
        out = tmp_path / f"{i}.json"
        # In this process, which has TensorFlow already.
        words = ["compare", "--models", "ann", "--seed", str(seed), "--out", str(out)]
        assert CliRunner().invoke(app, words).exit_code == 0
        comparison = json.loads(out.read_text())
        results.append((comparison["results"][0]["log_loss"], comparison["data"]["checksum"]))
    assert results[0] == results[1]
    assert results[0] != results[2]
