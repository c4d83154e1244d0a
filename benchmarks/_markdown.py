"""The README's two tables, from a result file: `python -m benchmarks._markdown FILE`."""

import json
import sys
from pathlib import Path

BESIDE = ("skdigits", "SciKeras", "MLPClassifier")
ROWS = (
    ("`predict` of one row, Pipeline", "predict", "predict, one row (s)"),
    ("`predict_proba` of 10,000 rows, Pipeline", "predict", "predict_proba, 10,000 rows (s)"),
    ("`GridSearchCV`, 12 candidates x 3 folds, 10,000 rows, 2 jobs", "search", "search (s)"),
    ("unpickle and predict in a new process", "load", "unpickle and predict (s)"),
    ("its peak memory", "load", "peak memory (MB)"),
)


def tables(summary):
    """Write the tables of fits and of everything else.

    Parameters
    ----------
    summary : dict
        `summary` of a result file with all tasks.

    Returns
    -------
    tables : list of str
        Markdown. Each figure is a median, with the ratio to that of skdigits after it.
    """
    fits = ["| | first fit | later fits | test accuracy |", "|---|---|---|---|"]
    for peer, figures in summary["fit"].items():
        accuracy = figures["accuracy"]
        mean, spread = (100 * accuracy[name] for name in ("mean", "standard_deviation"))
        told = [_told(figures[name], "s") for name in ("first fit (s)", "later fit (s)")]
        fits.append(f"| {peer} | {told[0]} | {told[1]} | {mean:.2f} ± {spread:.2f} % |")
    others = ["| | " + " | ".join(BESIDE) + " |", "|---" * (len(BESIDE) + 1) + "|"]
    for words, task, name in ROWS:
        unit = "MB" if "MB" in name else "s"
        told = " | ".join(_told(summary[task][peer][name], unit) for peer in BESIDE)
        others.append(f"| {words} | {told} |")
    return ["\n".join(fits), "\n".join(others)]


def _told(figure, unit):
    value, ratio = figure["median"], figure["ratio"]["median"]
    if unit == "s" and value < 0.5:
        value, unit = value * 1000, "ms"
    shown = f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
    beside = "" if ratio == 1 else f" ({ratio:.1f} x)" if ratio < 100 else f" ({ratio:.0f} x)"
    return f"{shown} {unit}{beside}"


if __name__ == "__main__":
    result = json.loads(Path(sys.argv[1]).read_text())
    print("\n\n".join(tables(result["summary"])))
