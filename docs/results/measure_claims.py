"""How often `verdict` claims a difference, where there is none and where there is: claims.json.

    python docs/results/measure_claims.py

Fifty times, other rows of MNIST: the dense network against itself with another seed, and against
logistic regression, on a test set and by cross-validation. Half an hour on two cores. MNIST is
downloaded where it is not found.
"""

import json
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from skdigits import compare, load_mnist, make_model
from skdigits.environment import environment
from skdigits.files import write_whole

OUT = Path(__file__).with_name("claims.json")
REPETITIONS, LEVEL = 50, 0.05
N_TRAIN, N_TEST = 4_000, 4_000  # of the test set
N_CV, N_SPLITS = 4_000, 5  # of the cross-validation
CLAIM = "is better than"


def main():
    """Repeat, count, write the result file."""
    X, y = load_mnist(return_X_y=True)
    claims = {f"{how}, {pair}": [] for how in ("test set", "cv") for pair in ("equal", "logreg")}
    for repetition in range(REPETITIONS):
        rows = np.random.default_rng(repetition).permutation(len(y))
        train, test = rows[:N_TRAIN], rows[N_TRAIN : N_TRAIN + N_TEST]
        parts = {
            "test set": ((X[train], y[train], X[test], y[test]), {}),
            "cv": ((X[rows[:N_CV]], y[rows[:N_CV]]), {"cv": N_SPLITS}),
        }
        for how, (data, options) in parts.items():
            for pair, models in pairs(repetition).items():
                comparison = compare(models, *data, **options, warm_up=False)
                found = comparison.pairwise().iloc[0]
                claims[f"{how}, {pair}"].append(
                    {
                        "claimed": CLAIM in comparison.verdict(level=LEVEL),
                        "best": found.name[0],
                        "difference": found["difference"],
                        "p_value": found["p_value"],
                        "low": found["low"],
                    }
                )
        print(repetition + 1, {name: sum(c["claimed"] for c in of) for name, of in claims.items()})
    result = {
        "environment": environment(),
        "level": LEVEL,
        "rows": {"n_train": N_TRAIN, "n_test": N_TEST, "n_cv": N_CV, "n_splits": N_SPLITS},
        "seeds": "rows drawn with the repetition's number r; networks with seeds 2 r and 2 r + 1",
        "summary": {name: summary(of) for name, of in claims.items()},
        "repetitions": claims,
    }
    write_whole(OUT, (json.dumps(result, indent=1) + "\n").encode())
    print(json.dumps(result["summary"], indent=1))


def pairs(repetition):
    """Give two networks that differ in their seeds only, and a network and another model."""
    seed = 2 * repetition
    network = make_model("ann", random_state=seed)
    return {
        "equal": {"one": network, "other": make_model("ann", random_state=seed + 1)},
        "logreg": {"ann": network, "logreg": make_model("logreg")},
    }


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
