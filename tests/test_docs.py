"""README and pages say what is there."""

import inspect
import json
import re
import runpy
from pathlib import Path

import pytest

import skdigits
import skdigits.errors
import skdigits.plots
import skdigits.significance
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


def test_the_readmes_models_and_verdict_are_the_reports():
    text = (ROOT / "docs" / "report" / "report.json").read_text()
    comparison = skdigits.Comparison.from_json(text)
    measure = runpy.run_path(ROOT / "docs" / "results" / "measure_mnist.py")
    assert measure["table"](comparison) in README
    said = " ".join(line.removeprefix("> ") for line in README.splitlines())
    assert comparison.verdict() in said
    assert comparison.verdict() in (ROOT / "docs" / "report" / "report.md").read_text().replace(
        "\\", ""
    )
    assert all(
        result.model == repr(skdigits.make_model(result.name))
        for result in comparison.results
        if result.seeds
    )


def test_the_readmes_claims_are_the_result_file():
    summary = json.loads((ROOT / "docs" / "results" / "claims.json").read_text())["summary"]
    assert all(found["repetitions"] == 50 for found in summary.values())
    said = [
        f"{summary['test set, equal']['claims']} of 50 times on a test set",
        f"{summary['cv, equal']['claims']} of 50 by cross-validation",
        f"{summary['test set, logreg']['claims']} and {summary['cv, logreg']['claims']} of 50",
    ]
    assert all(words in README.replace("\n", " ") for words in said), said


def test_the_readmes_accuracies_are_the_result_file():
    results = ROOT / "docs" / "results"
    measure = runpy.run_path(results / "measure_mnist.py")
    result = json.loads((results / "accuracy.json").read_text())
    for table in measure["tables"](result):
        assert table in README
    assert set(result["summary"]) == set(measure["NETWORKS"])
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


FUNCTIONS = [
    *((skdigits, name) for name in skdigits.__all__ if name not in FROZEN),
    *(
        (skdigits.significance, name)
        for name in skdigits.significance.__all__
        if inspect.isfunction(getattr(skdigits.significance, name))
    ),
]


def bare_signature(function):
    """Return a signature as the API page has it, without types."""
    signature = inspect.signature(function)
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty))


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_the_api_page_gives_the_signature(module, name):
    page = (ROOT / "docs" / "api.md").read_text()
    section = re.search(rf"^## `{name}`\n(.*?)(?=^## |^# |\Z)", page, re.MULTILINE | re.DOTALL)[1]
    block = "".join(line for line in section.splitlines(True) if line.startswith("    "))
    said = re.sub(r"\s+", " ", block).strip().replace('"', "'")
    assert said == f"{name}{bare_signature(getattr(module, name))}"


def test_the_reference_lists_every_public_name():
    page = (ROOT / "docs" / "reference.md").read_text()
    for module in (skdigits, skdigits.errors, skdigits.plots, skdigits.significance):
        own = [
            name
            for name in module.__all__
            if getattr(module, name).__module__.startswith("skdigits")
        ]
        listed = re.search(
            rf"^\.\. currentmodule:: {re.escape(module.__name__)}\n(.*?)^```", page, re.M | re.S
        )[1]
        assert re.findall(r"^   (\w+)$", listed, re.MULTILINE) == own


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
            assert said == " ".join(f"{m}{bare_signature(getattr(display, m))}" for m in methods)
            assert set(methods) == {m for m in vars(display) if m.startswith("from_")}


PAGES = [
    path
    for folder in ("docs", "docs/guide", "docs/coming_from")
    for path in sorted((ROOT / folder).glob("*.md"))
    if "```python" in path.read_text()
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_pages_python_runs(path, tmp_path, monkeypatch):
    """Each page from top to bottom; what is marked as `py` needs a network or is only quoted."""
    import matplotlib as mpl

    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    with mpl.rc_context({"backend": "template"}):
        for code in re.findall(r"^```python\n(.*?)^```", path.read_text(), re.M | re.S):
            exec(compile(code, path.name, "exec"), names)


def test_links_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if "auto_examples/" in target:  # made from examples/ when the pages are built
                name = Path(target).stem
                assert name == "index" or (ROOT / "examples" / f"{name}.py").exists(), target
                continue
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
