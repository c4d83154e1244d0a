import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skdigits import DigitANNClassifier
from skdigits.inference import ACTIVATIONS


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_is_that_of_keras(activation):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 30)), np.arange(60) % 4
    model = DigitANNClassifier((16, 8), activation=activation, epochs=2).fit(X * 3, y)
    theirs = model.to_keras().predict((X * 3).astype(np.float32), verbose=0)
    ours = model.predict_proba(X * 3)
    assert ours.dtype == np.float32
    assert np.allclose(ours, theirs, atol=1e-5)
    assert ours.std(axis=0).min() > 1e-3


def blas_threads():
    return [
        library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
def test_many_rows_have_the_same_bits_with_one_thread_and_two(dtype):
    rng = np.random.default_rng(0)
    X = rng.integers(256, size=(5000, 784)).astype(dtype)
    model = DigitANNClassifier(scale="pixels", epochs=1).fit(X[:300], np.arange(300) % 10)
    found = []
    for n_threads in (1, 2):
        with threadpool_limits(n_threads, user_api="blas"):
            found.append(model.predict_proba(X))
    assert np.array_equal(*found)


def test_predictions_in_several_threads_leave_blas_as_it_was():
    X = np.random.default_rng(0).random((3000, 784), dtype=np.float32)
    model = DigitANNClassifier(epochs=1).fit(X[:300], np.arange(300) % 10)
    expected = model.predict_proba(X)
    wrong = []

    def predict():
        for _ in range(20):
            if not np.array_equal(model.predict_proba(X), expected):
                wrong.append(threading.get_ident())

    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        threads = [threading.Thread(target=predict) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert blas_threads() == before
    assert not wrong
