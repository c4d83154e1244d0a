import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.model_selection import train_test_split

from skdigits import (
    DigitANNClassifier,
    DigitCNNClassifier,
    PixelScaler,
    load_sample_digits,
)

# Read before the fixture below takes it away: the tests are offline, and only `mnist_folder`
# may look at real data.
_REAL_DATA = os.environ.get("SKDIGITS_DATA")


def pytest_collection_modifyitems(items):
    """Mark the tests that start new processes."""
    for item in items:
        function = getattr(item, "function", None)
        if function and ("python" in item.fixturenames or _starts_processes(function, set())):
            item.add_marker("process")


def _starts_processes(function, seen):
    """Return whether a function of a test module uses `subprocess`, or another that does."""
    seen.add(function)
    codes, names = [inspect.unwrap(function).__code__], set()
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [const for const in code.co_consts if inspect.iscode(const)]
    if "subprocess" in names:
        return True
    used = (function.__globals__.get(name) for name in names)
    return any(
        _starts_processes(other, seen)
        for other in used
        if inspect.isfunction(other)
        and other not in seen
        and other.__module__ == function.__module__
    )


@pytest.fixture(autouse=True)
def no_data_but_the_tests_own(monkeypatch, tmp_path):
    monkeypatch.setenv("SKDIGITS_DATA", str(tmp_path / "skdigits-data"))


@pytest.fixture(scope="session")
def mnist_folder():
    if not _REAL_DATA or not list(Path(_REAL_DATA).glob("**/train-images*")):
        pytest.skip("real MNIST is not here: SKDIGITS_DATA names no folder that has it")
    return Path(_REAL_DATA).resolve()


@pytest.fixture(scope="session")
def digits():
    """Scaled sample digits: X_train, X_test, y_train, y_test."""
    X, y = load_sample_digits(return_X_y=True)
    X = PixelScaler().fit_transform(X)
    return train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)


@pytest.fixture(scope="session")
def few(digits):
    """300 scaled digits, for what does not depend on how many there are."""
    X, _, y, _ = digits
    return X[:300], y[:300]


@pytest.fixture(scope="session")
def fitted_ann(few):
    """A dense network fitted for three epochs on the few digits, to be read and never changed.

    A test that sets parameters, fits or goes on with training takes a copy.
    """
    return DigitANNClassifier(epochs=3, random_state=0).fit(*few)


@pytest.fixture(scope="session")
def fitted_cnn(few):
    """A convolutional network fitted for an epoch, to be read and never changed."""
    return DigitCNNClassifier(epochs=1, random_state=0).fit(*few)


@pytest.fixture(scope="session")
def python():
    """Run code in a new process; return what it printed, and fail the test where it fails."""

    def run(code, *args, **options):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code, *map(str, args)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            **options,
        )
        assert done.returncode == 0, done.stderr
        return done

    return run
