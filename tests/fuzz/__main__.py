"""`python -m tests.fuzz KIND --count N --seed S`."""

import argparse
import importlib
import pkgutil
import time

import tests.fuzz

KINDS = [name for _, name, _ in pkgutil.iter_modules(tests.fuzz.__path__) if name[0] != "_"]


def main():
    """Run one kind, or all of them, and show how many inputs ended how."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=tests.fuzz.__doc__)
    parser.add_argument("kind", choices=[*KINDS, "all"])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for kind in KINDS if options.kind == "all" else [options.kind]:
        start = time.perf_counter()
        found = importlib.import_module(f"tests.fuzz.{kind}").run(options.count, options.seed)
        seconds = time.perf_counter() - start
        words = ", ".join(f"{n:,} {how}" for how, n in sorted(found.items()))
        print(f"{kind}, seed {options.seed}: {words}; {seconds:.0f} s")  # noqa: T201


main()
