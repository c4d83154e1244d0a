"""Run every task for every peer in turn, several rounds, and tell medians and ratios.

    python -m benchmarks --data mnist --out docs/results/speed-mnist.json

PyTorch and skorch come with `pip install -e ".[benchmarks]"`, and are left out without.
"""

import json
import statistics
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from benchmarks._tasks import TASKS
from skdigits._ground.environment import environment, versions
from skdigits._ground.files import write_whole

NEEDS = {"skorch": "skorch", "PyTorch": "torch", "PyTorch, fused Adam": "torch"}


def main(
    data: Annotated[Literal["sample", "mnist"], typer.Option(help="The rows.")] = "sample",
    rounds: Annotated[int, typer.Option(min=1, help="How often everything is run.")] = 3,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for everything, as JSON.")] = None,
):
    """Measure skdigits and its peers side by side: about 20 minutes on MNIST with two cores."""
    unknown = set(task or []) - set(TASKS)
    if unknown:
        raise typer.BadParameter(f"{sorted(unknown)}; there are {', '.join(TASKS)}")
    console = Console(highlight=False, markup=False)
    runs = list(_run_all(console, task or list(TASKS), data, rounds))
    summary = _summary(runs)
    result = {
        "data": data,
        "rounds": rounds,
        "environment": environment() | {"peers": versions(("torch", "skorch"))},
        "summary": summary,
        "runs": runs,
    }
    if out is not None:
        write_whole(out, (json.dumps(result, indent=1) + "\n").encode())
    _show(summary, console)


def _run_all(console, tasks, data, rounds):
    """Yield what each task found for each peer: one round after the other, never two at once."""
    absent = {peer for peer, package in NEEDS.items() if find_spec(package) is None}
    for peer in sorted(absent):
        console.print(f'{peer}: not installed, left out; pip install -e ".[benchmarks]"')
    for i in range(rounds):
        for task in tasks:
            for peer in TASKS[task][1]:
                if peer in absent:
                    continue
                wanted = {"task": task, "peer": peer, "data": data, "seed": i}
                console.print(f"round {i + 1}/{rounds}  {task}: {peer}")
                yield wanted | {"figures": _in_a_new_process(wanted)}


def _in_a_new_process(wanted):
    command = [sys.executable, "-m", "benchmarks._tasks", json.dumps(wanted)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{wanted} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _summary(runs):
    """Give each figure of each task and peer: median and range, or mean and standard deviation.

    `ratio` is the peer's figure divided by that of skdigits in the same round: 2 is twice as long,
    or twice as much memory.
    """
    found = {}
    for run in runs:
        of_peer = found.setdefault(run["task"], {}).setdefault(run["peer"], {})
        for name, value in run["figures"].items():
            of_peer.setdefault(name, []).append(value)
    summary = {}
    for task, peers in found.items():
        ours = peers[TASKS[task][1][0]]
        for peer, figures in peers.items():
            told = summary.setdefault(task, {}).setdefault(peer, {})
            for name, values in figures.items():
                if isinstance(values[0], list):
                    told[name] = _mean([value for each in values for value in each])
                else:
                    ratios = [b / a for a, b in zip(ours[name], values, strict=True)]
                    told[name] = _spread(values) | {"ratio": _spread(ratios)}
    for figures in found.get("epoch", {}).values():
        pairs = zip(figures["epoch (s)"], figures["epoch in bare BLAS (s)"], strict=True)
        summary["epoch"]["skdigits"]["epoch / bare BLAS"] = _spread([a / b for a, b in pairs])
    return summary


def _mean(values):
    spread = statistics.stdev(values) if len(values) > 1 else None
    return {"mean": statistics.mean(values), "standard_deviation": spread, "values": values}


def _spread(values):
    return {
        "median": statistics.median(values),
        "low": min(values),
        "high": max(values),
        "values": values,
    }


def _show(summary, console):
    for task, peers in summary.items():
        figures = next(iter(peers.values()))
        table = Table("", *figures, title=f"{task}: median, and ratio to skdigits (its range)")
        for peer, values in peers.items():
            table.add_row(peer, *(_cell(values[name]) for name in figures))
        console.print(table)


def _cell(value):
    if "mean" in value:
        spread = value["standard_deviation"]
        return f"{value['mean']:.2%}" + ("" if spread is None else f" ± {spread:.2%}")
    ratio = value.get("ratio")
    shown = f"{value['median']:.3g}"
    if ratio is None or ratio["low"] == ratio["high"] == 1:
        return shown
    return f"{shown}\n{ratio['median']:.3g} ({ratio['low']:.3g}-{ratio['high']:.3g})"


if __name__ == "__main__":
    typer.run(main)
