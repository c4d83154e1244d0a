"""Comparisons' JSON: what is read is tested, shown and written, whatever is in it."""

import random
from collections import Counter
from functools import cache

from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier

from skdigits import Comparison, compare, load_sample_digits, report_html, report_markdown
from skdigits.errors import ComparisonError
from tests.fuzz._damage import damaged_text

# Drawing takes a hundred times as long as all the rest.
_DRAWN = 0.1


def run(count, seed):
    """Damage comparisons' JSON; raise AssertionError at what is neither read nor refused."""
    ends = Counter()
    for number in range(count):
        source = random.Random(f"{seed} {number}")
        text = damaged_text(source.choice(_texts()), source)
        try:
            ends[_read(text, drawn=source.random() < _DRAWN)] += 1
        except Exception as error:
            raise AssertionError(
                f"seed {seed}, number {number}: {error!r}\n{text[:2000]}"
            ) from error
    return ends


def _read(text, drawn):
    try:
        comparison = Comparison.from_json(text)
    except ComparisonError:
        return "refused"
    assert Comparison.from_json(comparison.to_json()) == comparison
    comparison.verdict()
    comparison.frame()
    report_markdown(comparison).encode()
    if drawn:
        report_html(comparison).encode()
    return "read and drawn" if drawn else "read"


@cache
def _texts():
    """Return a comparison on one test set, with seeds and a model that fails, and one with cv."""
    X, y = load_sample_digits(return_X_y=True)
    X = X / 255
    bayes, failing = GaussianNB(var_smoothing=0.1), LogisticRegression(C=-1)
    network = MLPClassifier((8,), max_iter=3, tol=10, n_iter_no_change=9)
    return (
        compare(
            {"$a$": bayes, "b": failing, "net": network},
            X[:90],
            y[:90],
            X[90:131],
            y[90:131],
            seeds=2,
            warm_up=False,
            title="digits",
        ).to_json(),
        compare(
            {"bayes": bayes, "other": GaussianNB()}, X[:90], y[:90].astype(str), cv=2, warm_up=False
        ).to_json(),
    )
