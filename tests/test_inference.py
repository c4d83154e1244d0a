import numpy as np
import pytest

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
