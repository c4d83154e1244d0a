"""README and pages say what is there."""

import inspect
import json
import re
import runpy
from pathlib import Path

import pytest

import skdigits
import skdigits.plots
from benchmarks._markdown import tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_readmes_python_runs(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for code in re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        exec(compile(code, "README.md", "exec"), names)
    out = capsys.readouterr().out
    assert 0.9 < float(out.splitlines()[0]) < 1
    assert re.search(r"^logistic +0\.9\d", out, re.MULTILINE)
    assert re.search(r"^\[\d\]$", out, re.MULTILINE)
    assert re.search(r"^\d+ +6 +\d +NaN +\d+ +8 +0\.\d+$", out, re.MULTILINE)  # the refit
    assert [path.name for path in tmp_path.iterdir()] == ["digits.skops"]


def test_the_readmes_figures_are_the_result_files():
    summary = json.loads((ROOT / "docs" / "results" / "mnist.json").read_text())["summary"]
    said = re.findall(r"^\| [^|]* \| (\d[^|]* %) \| (\d[^|]* s) \|$", README, re.MULTILINE)
    measured = []
    for group in summary.values():
        spread = group["accuracy_standard_deviation"]
        accuracy = f"{100 * group['accuracy_mean']:.2f}"
        seconds = group["fit_seconds_median"]
        measured.append(
            (
                f"{accuracy} ± {100 * spread:.2f} %" if spread else f"{accuracy} %",
                f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s",
            )
        )
    assert said == measured


def test_the_readmes_accuracies_are_the_result_file():
    results = ROOT / "docs" / "results"
    measure = runpy.run_path(results / "measure_accuracy.py")
    result = json.loads((results / "accuracy.json").read_text())
    for table in measure["tables"](result):
        assert table in README
    assert set(result["summary"]) == set(measure["MODELS"])
    for name, shown in result["models"].items():
        assert shown == repr(skdigits.make_model(name)[-1]), (
            f"{name} was measured with other settings"
        )


def test_the_readmes_speeds_are_the_result_file():
    result = json.loads((ROOT / "docs" / "results" / "speed-mnist.json").read_text())
    fits, others = tables(result["summary"])
    assert fits in README
    assert others in README
    epoch = result["summary"]["epoch"]["skdigits"]["epoch / bare BLAS"]["median"]
    assert f"after the first takes {epoch:.2f} times" in README
    predict = result["summary"]["predict"]["skdigits, scale"]
    one, many = (1000 * figure["median"] for figure in predict.values())
    assert f"predicts a row in {one:.2f} ms and 10,000\nin {many:.0f} ms" in README
    memory = result["summary"]["memmap"]["skdigits, scale"]
    size, added = (memory[name]["median"] for name in memory if "x 10" in name)
    assert f"{size:.0f} MB of pixels, adds {added:.0f} MB of memory" in README
    sample = json.loads((ROOT / "docs" / "results" / "speed-sample.json").read_text())
    for name in ("first fit (s)", "later fit (s)"):
        seconds = (sample["summary"]["fit"][peer][name]["median"] for peer in ("skdigits", "Keras"))
        assert "({:.1f} s against {:.1f} s)".format(*seconds) in README


def test_the_readmes_race_is_the_result_file():
    result = json.loads((ROOT / "docs" / "results" / "speed-cnn.json").read_text())
    ours, theirs = result["summary"]["reach"].values()
    goal = "to 99.15% (s)"
    said = (
        f"in {ours[goal]['median']:.0f} s and {ours['epochs']['median']} epochs",
        f"in {theirs[goal]['median']:.0f} s and {theirs['epochs']['median']} "
        f"({theirs[goal]['ratio']['median']:.1f} x; one run of each)",
    )
    assert all(words in README for words in said)
    assert result["rounds"] == 1


FROZEN = {
    "Comparison",
    "EpochCurve",
    "Exploration",
    "Finding",
    "ModelResult",
}  # made by functions, not by hand


@pytest.mark.parametrize("name", [name for name in skdigits.__all__ if name not in FROZEN])
def test_the_api_page_gives_the_signature(name):
    page = (ROOT / "docs" / "api.md").read_text()
    section = re.search(rf"^## `{name}`\n(.*?)(?=^## |^# |\Z)", page, re.MULTILINE | re.DOTALL)[1]
    block = "".join(line for line in section.splitlines(True) if line.startswith("    "))
    said = re.sub(r"\s+", " ", block).strip().replace('"', "'")
    assert said == f"{name}{inspect.signature(getattr(skdigits, name))}"


def test_the_api_page_gives_the_displays_signatures():
    page = re.search(
        r"^# `skdigits.plots`\n(.*?)^# ", (ROOT / "docs" / "api.md").read_text(), re.M | re.S
    )[1]
    for name in skdigits.plots.__all__:
        display = getattr(skdigits.plots, name)
        if display.__module__.startswith("skdigits"):
            section = re.search(rf"^## `{name}`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[
                1
            ]
            block = "".join(line for line in section.splitlines(True) if line.startswith("    "))
            said = re.sub(r"\s+", " ", block).strip().replace('"', "'")
            methods = [
                method for method in re.findall(r"from_\w+", said) if hasattr(display, method)
            ]
            assert said == " ".join(f"{m}{inspect.signature(getattr(display, m))}" for m in methods)
            assert set(methods) == {m for m in vars(display) if m.startswith("from_")}


def test_links_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
