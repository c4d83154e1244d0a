"""Rows that are taken at once, and those that scikit-learn is asked about."""

import numpy as np
import pandas as pd
import pytest

from skdigits import DigitANNClassifier, PixelScaler
from skdigits._ground.validation import is_ready

FLOATS = {np.dtype("float32")}


@pytest.fixture(scope="module")
def scaler():
    return PixelScaler().fit(np.zeros((2, 3)))


def test_a_plain_array_is_ready(scaler):
    assert is_ready(scaler, np.ones((2, 3), dtype=np.float32), FLOATS)


@pytest.mark.parametrize(
    "X",
    [
        [[1.0, 2.0, 3.0]],
        pd.DataFrame(np.ones((2, 3), dtype=np.float32)),
        np.ma.ones((2, 3), dtype=np.float32),
        np.ones((2, 3)),
        np.ones((0, 3), dtype=np.float32),
        np.ones((2, 4), dtype=np.float32),
        np.ones(3, dtype=np.float32),
        np.ones((2, 3), dtype=np.float32, order="F"),
        np.array([[1, 2, np.nan]], dtype=np.float32),
        np.array([[1, 2, np.inf]], dtype=np.float32),
        np.array([[-np.inf, np.inf, 1]], dtype=np.float32),
        np.array([[3e38, 3e38, 3e38]], dtype=np.float32),  # finite, its sum is not
    ],
    ids=str,
)
def test_everything_else_is_not(scaler, X):
    assert not is_ready(scaler, X, FLOATS)


def test_where_names_were_seen_scikit_learn_is_asked():
    X = np.ones((2, 3), dtype=np.float32)
    named = PixelScaler().fit(pd.DataFrame(X, columns=list("abc")))
    assert not is_ready(named, X, FLOATS)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        named.transform(X)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_in_predict(value):
    X = np.random.default_rng(0).random((40, 6), dtype=np.float32)
    model = DigitANNClassifier((4,), epochs=1).fit(X, np.arange(40) % 2)
    X[3, 2] = value
    with pytest.raises(ValueError, match="Input X contains"):
        model.predict(X)


def test_large_finite_values_are_predicted():
    X = np.random.default_rng(0).random((40, 6), dtype=np.float32)
    model = DigitANNClassifier((4,), epochs=1).fit(X, np.arange(40) % 2)
    assert model.predict(np.full((2, 6), 1e38, dtype=np.float32)).shape == (2,)
