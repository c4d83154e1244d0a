import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from skdigits import PixelScaler

ALL_PIXELS = np.arange(256).reshape(1, -1)


@parametrize_with_checks([PixelScaler(), PixelScaler(invert=True)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_pixels_become_0_to_1(dtype):
    scaled = PixelScaler().fit_transform(ALL_PIXELS.astype(dtype))
    assert scaled.dtype == np.float32
    assert np.allclose(scaled, np.linspace(0, 1, 256), atol=1e-7)
    assert scaled[0, 0] == 0
    assert scaled[0, 255] == 1


def test_invert_swaps_dark_and_light():
    scaled = PixelScaler(invert=True).fit_transform(ALL_PIXELS)
    assert np.allclose(scaled, np.linspace(1, 0, 256), atol=1e-7)


@pytest.mark.parametrize("invert", [False, True])
def test_inverse_transform_gives_the_pixels_back(invert):
    scaler = PixelScaler(invert=invert)
    scaled = scaler.fit_transform(ALL_PIXELS.astype(np.uint8))
    kept = scaled.copy()
    back = scaler.inverse_transform(scaled)
    assert back.dtype == np.uint8
    assert np.array_equal(back, ALL_PIXELS)
    assert np.array_equal(scaled, kept)


def test_inverse_transform_clips_what_no_pixel_can_be():
    assert PixelScaler().inverse_transform([[-0.5, 1.5]]).tolist() == [[0, 255]]


def test_values_outside_0_255_pass_through_scaled():
    assert np.allclose(PixelScaler().fit_transform([[-255, 510]]), [[-1, 2]])


def test_transform_needs_no_fit_and_changes_no_argument():
    X = np.array([[0.0, 255.0]])
    assert PixelScaler().transform(X).tolist() == [[0, 1]]
    assert X.tolist() == [[0, 255]]


def test_frames_keep_their_names():
    X = pd.DataFrame({"left": [0, 255], "right": [51, 0]})
    scaler = PixelScaler().set_output(transform="pandas").fit(X)
    assert list(scaler.get_feature_names_out()) == ["left", "right"]
    assert scaler.transform(X).columns.tolist() == ["left", "right"]


def test_another_width_is_refused():
    with pytest.raises(ValueError, match="X has 3 features, but PixelScaler is expecting 2"):
        PixelScaler().fit([[0, 1]]).transform([[0, 1, 2]])
