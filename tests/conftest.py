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

# Several workers with several threads each are slower than one. TensorFlow reads it at its start.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

# Read before the fixture below takes it away: the tests are offline, and only `mnist_folder`
# may look at real data.
_REAL_DATA = os.environ.get("SKDIGITS_DATA")

# What `-m quick` runs: all of these files but the tests that start processes, and a few of others.
_QUICK_FILES = {
    "test_architecture",
    "test_augmentation",
    "test_data_files",
    "test_environment",
    "test_exploration",
    "test_files",
    "test_preprocessing",
    "test_public_names",
    "test_significance",
}
_QUICK_TESTS = {
    "test_a_missing_file_is_an_oserror",
    "test_class_balance_draws_the_counts",
    "test_defaults_learn_the_sample_digits",
    "test_json_reads_back_equal",
    "test_seeds_and_splits_are_told_apart",
    "test_one_label_is_nothing_to_learn",
    "test_pairs_are_tested_on_the_rows_that_tell_them_apart",
    "test_products_in_pieces_are_products",
    "test_scores_are_scikit_learns",
    "test_the_default_cnn_is_small",
    "test_the_same_fit_is_done_once",
    "test_what_is_known_of_a_model_is_in_its_file",
    "test_wrong_words_end_with_a_short_message_and_code_2",
}


def pytest_collection_modifyitems(items):
    """Mark the tests that start new processes, and those of a quick look at most rooms."""
    for item in items:
        function = getattr(item, "function", None)
        if function is None:  # an example of a docstring
            continue
        if "python" in item.fixturenames or _starts_processes(function, set()):
            item.add_marker("process")
        elif item.path.stem in _QUICK_FILES or function.__name__ in _QUICK_TESTS:
            item.add_marker("quick")


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
