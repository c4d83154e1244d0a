import pickle

import numpy as np
import pytest

from skdigits import Exploration, explore, load_sample_digits
from skdigits._ground.validation import picture_shape
from skdigits.errors import ImageError


def test_a_small_set_is_counted_right():
    X = np.array([[0, 10], [0, 20], [0, 10], [0, 0]], dtype=np.uint8)
    found = explore(X, ["b", "a", "b", "b"], title="four rows")
    assert (found.n_rows, found.n_features, found.dtype) == (4, 2, "uint8")
    assert (found.labels, found.counts) == (("a", "b"), (1, 3))
    assert (found.pixel_min, found.pixel_max, found.pixel_mean) == (0, 20, 5)
    assert found.pixel_std == pytest.approx(np.sqrt(50))
    assert found.zero_share == 5 / 8
    assert found.constant_features == 1
    assert found.duplicates == 1
    # Bins of 16: seven pixels in the first, 20 in the second.
    assert found.histogram[:2] == (7 / 8, 1 / 8)
    assert found.edges[:2] == (0, 16)
    assert found.pictures == ()
    assert found.facts()["rows a label"] == "1 to 3"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda X: X, "0 to 255 (taken for 0-255)"),
        (lambda X: X / 255, "0 to 1 (taken for 0-1)"),
        (lambda X: np.rint(X / 255 * 16), "0 to 16 (taken for 0-16)"),
        (lambda X: X / 127.5 - 1, "-1 to 1 (taken for -1 to 1)"),
        (lambda X: np.rint(X / 255 * 9), "0 to 9 (no known range)"),
        (lambda X: np.rint(X / 255 * 100), "0 to 100 (taken for 0-255, which is doubtful)"),
    ],
)
def test_the_range_of_the_pixels_is_said(change, said):
    X, y = load_sample_digits(return_X_y=True)
    assert explore(change(X), y).facts()["pixel values"] == said


def test_many_labels_do_not_fill_the_screen():
    found = explore(np.eye(3000, 4), np.arange(3000))
    assert found.facts()["labels"].startswith("3,000: 0, 1, 2, ")
    assert found.facts()["labels"].endswith("11, ... (2,988 more)")


def test_digits_are_kept_as_pictures_some_of_each_label():
    X, y = load_sample_digits(return_X_y=True)
    found = explore(X, y)
    assert np.bincount([picture.label for picture in found.pictures]).tolist() == [4] * 10
    for picture in found.pictures:
        assert np.array_equal(picture.array().ravel(), X[picture.row])


def test_pixels_of_another_scale():
    X, y = load_sample_digits(return_X_y=True)
    found = explore(X / 255, y)
    assert found.edges[0] == 0
    assert found.edges[-1] == 1
    assert sum(found.histogram) == pytest.approx(1)
    assert np.array_equal(found.pictures[0].array().ravel(), X[found.pictures[0].row])


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[1.0], [2.0]], [0], "inconsistent numbers"),
        (np.empty((0, 4)), [], "0 sample"),
        ([1.0, 2.0], [0, 1], "Expected 2D array"),
        ([["ink"], ["paper"]], [0, 1], "not compatible with arrays of bytes/strings"),
    ],
)
def test_what_is_no_data_is_refused(X, y, message):
    with pytest.raises(ValueError, match=message):
        explore(X, y)


@pytest.mark.parametrize("shape", [(28, 27), (28,), 5, "ab", (-28, -28), (28.5, 28)])
def test_a_shape_that_does_not_fit_is_refused(shape):
    X, y = load_sample_digits(return_X_y=True)
    with pytest.raises(ImageError, match=r"image_shape=.* does not fit rows of 784 features"):
        explore(X, y, image_shape=shape)


@pytest.mark.parametrize(
    ("image_shape", "n_features", "expected"),
    [
        (None, 784, (28, 28)),
        (None, 64, None),  # a square, but nobody said that it is a picture
        ((8, 8), 64, (8, 8)),
        ((4, -1), 64, (4, 16)),
        ((14, 56), 784, (14, 56)),
    ],
)
def test_rows_are_pictures_of_28x28_or_of_the_shape_given(image_shape, n_features, expected):
    assert picture_shape(image_shape, n_features) == expected


def test_an_exploration_is_pickled_by_its_public_path():
    found = explore(*load_sample_digits(return_X_y=True))
    content = pickle.dumps(found)
    assert pickle.loads(content) == found
    assert b"skdigits.exploration" not in content
    assert (Exploration.__module__, explore.__module__) == ("skdigits", "skdigits")
