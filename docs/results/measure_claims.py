"""How often `verdict` claims a difference, where there is none and where there is: claims.json.

    python docs/results/measure_claims.py

Fifty times, other rows of MNIST: the dense network against itself with other seeds, and against
logistic regression, on a test set with three seeds each and by cross-validation. Twenty minutes on
two cores. MNIST is downloaded where it is not found.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from skdigits import compare, load_mnist, make_model
from skdigits._ground.environment import environment
from skdigits._ground.files import write_whole

OUT = Path(__file__).with_name("claims.json")
REPETITIONS, LEVEL, EPOCHS, N_SEEDS = 50, 0.05, 20, 3
N_TRAIN, N_TEST = 3_000, 4_000  # of the test set
N_CV, N_SPLITS = 4_000, 5  # of the cross-validation
CLAIM = "is better than"


def main():
    """Repeat, count, write the result file."""
    X, y = load_mnist(return_X_y=True)
    claims = {}
    for repetition in range(REPETITIONS):
        rows = np.random.default_rng(repetition).permutation(len(y))
        train, test = rows[:N_TRAIN], rows[N_TRAIN : N_TRAIN + N_TEST]
        on_test_set = (X[train], y[train], X[test], y[test])
        for name, comparison in {
            **with_seeds(on_test_set, N_SEEDS * 2 * repetition),
            **by_splits((X[rows[:N_CV]], y[rows[:N_CV]]), 2 * repetition),
        }.items():
            found = comparison.pairwise().iloc[0]
            claims.setdefault(name, []).append(
                {
                    "claimed": CLAIM in comparison.verdict(level=LEVEL),
                    "best": found.name[0],
                    **{key: float(found[key]) for key in ("difference", "low", "high", "p_value")},
                }
            )
        counts = {name: sum(c["claimed"] for c in of) for name, of in claims.items()}
        print(repetition + 1, counts, flush=True)
    result = {
        "environment": environment(),
        "level": LEVEL,
        "epochs": EPOCHS,
        "rows": {"n_train": N_TRAIN, "n_test": N_TEST, "n_cv": N_CV, "n_splits": N_SPLITS},
        "seeds": "rows: the repetition's number r; networks: 6 r to 6 r + 2 and 6 r + 3 to 6 r + 5 "
        "on the test set, 2 r and 2 r + 1 over splits",
        "summary": {name: summary(of) for name, of in claims.items()},
        "repetitions": claims,
    }
    write_whole(OUT, (json.dumps(result, indent=1) + "\n").encode())
    print(json.dumps(result["summary"], indent=1))


def with_seeds(data, seed):
    """Compare on one test set, three seeds of each network."""
    network, seeds = make_model("ann", epochs=EPOCHS), range(seed, seed + N_SEEDS)
    others = range(seed + N_SEEDS, seed + 2 * N_SEEDS)
    one = compare({"ann": network}, *data, seeds=seeds, warm_up=False)
    other = compare({"other": network}, *data, seeds=others, warm_up=False)
    logreg = compare({"logreg": make_model("logreg")}, *data, warm_up=False)
    # It has a random_state, but its solver uses none.
    logreg = replace(logreg, results=(replace(logreg.results[0], one_seed=False),))
    return {"test set, equal": one.joined(other), "test set, logreg": one.joined(logreg)}


def by_splits(data, seed):
    """Compare by cross-validation, one seed of each network."""
    networks = [make_model("ann", epochs=EPOCHS, random_state=seed + i) for i in range(2)]
    options = {"cv": N_SPLITS, "warm_up": False}
    one = compare({"ann": networks[0]}, *data, **options)
    other = compare({"other": networks[1]}, *data, **options)
    logreg = compare({"logreg": make_model("logreg")}, *data, **options)
    return {"cv, equal": one.joined(other), "cv, logreg": one.joined(logreg)}


def summary(found):
    """Count the claims, with the interval of their rate."""
    claimed = sum(one["claimed"] for one in found)
    rate = binomtest(claimed, len(found)).proportion_ci(method="wilson")
    return {
        "repetitions": len(found),
        "claims": claimed,
        "rate": claimed / len(found),
        "rate_low": float(rate.low),
        "rate_high": float(rate.high),
        "mean_difference": float(np.mean([one["difference"] for one in found])),
    }


if __name__ == "__main__":
    main()
