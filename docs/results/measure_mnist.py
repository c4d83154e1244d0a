"""Compare six models on all of MNIST: writes docs/report, whose report.json has every figure.

    python docs/results/measure_mnist.py

The networks with three seeds, but "cnn-best" with one. Forty minutes on two cores that do nothing
else. MNIST is downloaded where it is not found.
"""

from dataclasses import replace
from pathlib import Path

from skdigits import compare, load_mnist, make_model, write_report

OUT = Path(__file__).parent.parent / "report"
SEEDS = 3


def main():
    """Compare, with seeds and without, and write the report."""
    rows = (
        *load_mnist(subset="train", return_X_y=True),
        *load_mnist(subset="test", return_X_y=True),
    )
    options = {"title": "MNIST", "on_progress": tell}
    networks = {name: make_model(name) for name in ("ann", "ann-best", "cnn")}
    others = {name: make_model(name, random_state=0) for name in ("cnn-best", "svm", "logreg")}
    comparison = compare(networks, *rows, seeds=SEEDS, **options)
    comparison = comparison.joined(compare(others, *rows, **options))
    results = tuple(
        # They have a random_state, but their solvers use none.
        replace(result, one_seed=False) if result.name in ("svm", "logreg") else result
        for result in comparison.results
    )
    comparison = replace(comparison, results=results)
    write_report(comparison, OUT)
    print(comparison.verdict())
    print(comparison.pairwise().round(5).to_string())
    print(table(comparison))


def table(comparison):
    """Write the README's table of models.

    Parameters
    ----------
    comparison : Comparison
        What docs/report/report.json holds.

    Returns
    -------
    table : str
        Markdown, the best model first.
    """
    lines = ["| model | test accuracy | fit | one row | on disk |", "|---|---|---|---|---|"]
    for name, row in comparison.frame().sort_values("accuracy", ascending=False).iterrows():
        seconds, megabytes = row.fit_seconds, row.size_bytes / 1e6
        cells = [
            f"`{name}`",
            f"{100 * row.accuracy:.2f} %",
            f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s",
            f"{row.predict_one_ms:.2f} ms",
            f"{megabytes:.2f} MB",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def tell(name, step, n_steps):
    """Say where it is."""
    print(f"{step + 1}/{n_steps} {name}", flush=True)


if __name__ == "__main__":
    main()
