"""The benchmark command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import _summary

ROOT = Path(__file__).parent.parent


def benchmarks(*args):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
def test_a_task_is_measured_and_written(tmp_path):
    out = tmp_path / "speed.json"
    done = benchmarks("--task", "epoch", "--rounds", "1", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "epoch: skdigits" in done.stdout
    result = json.loads(out.read_text())
    assert result["data"] == "sample"
    assert "tensorflow" in result["environment"]["versions"]
    (run,) = result["runs"]
    told = result["summary"]["epoch"]["skdigits"]
    assert told["epoch (s)"]["median"] == run["figures"]["epoch (s)"] > 0
    ratio = run["figures"]["epoch (s)"] / run["figures"]["epoch in bare BLAS (s)"]
    assert told["epoch / bare BLAS"]["median"] == pytest.approx(ratio)


def test_an_unknown_task_is_refused():
    done = benchmarks("--task", "sprint")
    assert done.returncode == 2
    assert "sprint" in done.stderr
    assert "fit, epoch, predict, search, load" in done.stderr


def test_ratios_are_taken_round_by_round():
    runs = [
        {"task": "load", "peer": peer, "figures": {"s": seconds, "accuracy": [accuracy, 0.9]}}
        for peer, rounds in {
            "skdigits": [(1.0, 0.8), (2.0, 0.9), (4.0, 1.0)],
            "SciKeras": [(4.0, 0.9), (4.0, 0.9), (4.0, 0.9)],
        }.items()
        for seconds, accuracy in rounds
    ]
    told = _summary(runs)["load"]["SciKeras"]
    assert told["s"]["ratio"]["values"] == [4.0, 2.0, 1.0]
    assert told["s"]["ratio"]["median"] == 2.0
    assert told["accuracy"]["mean"] == pytest.approx(0.9)
    ours = _summary(runs)["load"]["skdigits"]["accuracy"]
    assert ours["standard_deviation"] == pytest.approx(0.0632, abs=1e-4)
