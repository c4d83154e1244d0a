import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_matrix, csr_array, issparse
from sklearn.utils.estimator_checks import parametrize_with_checks

from skdigits import DigitANNClassifier, PixelScaler, load_sample_digits, make_model
from skdigits.errors import ParameterError, PixelRangeWarning

ALL_PIXELS = np.arange(256).reshape(1, -1)


# scikit-learn's checks pass numbers that are no pixels, of which the scaler warns.
@pytest.mark.filterwarnings("ignore::skdigits.errors.PixelRangeWarning")
@parametrize_with_checks(
    [PixelScaler(), PixelScaler(invert=True), PixelScaler(pixel_range=(-3, 7))]
)
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


def test_values_outside_0_255_pass_through_scaled_with_a_warning():
    with pytest.warns(PixelRangeWarning, match=r"values from -255 to 510.* pixel_range="):
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


# --- The range of pixels ------------------------------------------------------------------------

RNG = np.random.default_rng(0)
# Digits as bytes: mostly ground, and ink up to 255 in every row.
DIGITS = np.where(RNG.random((50, 64)) < 0.7, 0, RNG.integers(1, 256, (50, 64))).astype(np.uint8)
DIGITS[:, 7] = 255
SIXTEENTHS = np.rint(DIGITS / 255 * 16)
RANGES = {
    "0-255": (DIGITS, (0, 255)),
    "0-255 as floats": (DIGITS.astype(float), (0, 255)),
    "0-255, averaged": (DIGITS * 0.999, (0, 255)),
    "0-1": (DIGITS / 255, (0, 1)),
    "0 and 1": ((DIGITS > 99).astype(np.uint8), (0, 1)),
    "booleans": (DIGITS > 99, (0, 1)),
    "0-16": (SIXTEENTHS, (0, 16)),
    "0-16 as bytes": (SIXTEENTHS.astype(np.uint8), (0, 16)),
    "0-15": (np.rint(DIGITS / 17), (0, 15)),
    "-1 to 1": (DIGITS / 127.5 - 1, (-1, 1)),
    "nothing": (0 * DIGITS, (0, 255)),
}


@pytest.mark.parametrize("case", RANGES)
def test_the_range_is_learned(case):
    X, range_ = RANGES[case]
    scaler = PixelScaler().fit(X)
    assert scaler.pixel_range_ == range_
    low, high = range_
    expected = (X.astype(float) - low) / (high - low)
    assert np.allclose(scaler.transform(X), expected, atol=1e-6)
    assert np.allclose(PixelScaler(invert=True).fit_transform(X), 1 - expected, atol=1e-6)
    assert np.allclose(
        scaler.inverse_transform(scaler.transform(X)), X, atol=0.51 if high > 1 else 1e-6
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64])
@pytest.mark.parametrize("brightest", [17, 40, 90, 200])
def test_dark_images_of_0_255_are_not_taken_for_another_range(brightest, dtype):
    X = (DIGITS.astype(int) * brightest // 255).astype(dtype)
    assert np.array_equal(PixelScaler().fit_transform(X), np.float32(X) / np.float32(255))


def test_nearly_black_images_that_end_at_16_are_not_taken_for_sixteenths():
    X = (DIGITS // 60).astype(np.uint8)
    X[3, 3] = 16
    with pytest.warns(PixelRangeWarning, match=r"values from 0 to 16: .* cannot be told"):
        assert PixelScaler().fit(X).pixel_range_ == (0, 255)


@pytest.mark.parametrize("high", [7, 10, 63, 100])
def test_a_range_that_cannot_be_told_is_warned_of_and_can_be_said(high):
    X = np.rint(DIGITS / 255 * high)
    with pytest.warns(PixelRangeWarning, match=rf"to {high}: .*pixel_range=\(0, {high}\)"):
        assert PixelScaler().fit(X).pixel_range_ == (0, 255)
    scaled = PixelScaler(pixel_range=(0, high)).fit_transform(X)
    assert (scaled.min(), scaled.max()) == (0, 1)


def test_standardised_rows_are_no_pixels_that_can_be_told():
    with pytest.warns(PixelRangeWarning, match="cannot be told"):
        PixelScaler().fit((DIGITS / 255 - 0.1307) / 0.3081)


@pytest.mark.parametrize("value", [1.0001, 1.2, -0.3])
def test_a_stray_pixel_does_not_change_the_range_and_is_said(value):
    X = DIGITS / 255
    X[3, 3] = value
    with pytest.warns(PixelRangeWarning, match=r"taken for pixels of 0-1 with 1 of them outside"):
        scaler = PixelScaler().fit(X)
    assert scaler.pixel_range_ == (0, 1)
    scaler.transform(X)  # it has been said


WARNINGS = [
    ("0-255", "0-1", r"takes pixels of 0-255, .* 0 to 1, as pixels of 0-1 .* multiply them by 255"),
    ("0-255", "0-16", r"pixels of 0-16 have: multiply them by 15\.9"),
    ("0-255", "-1 to 1", r"pixels of -1 to 1 have: compute \(X \+ 1\) / 2 \* 255"),
    ("0-1", "0-255", r"takes pixels of 0-1, .* 0 to 255.* divide them by 255"),
    ("0-1", "0-16", "divide them by 16"),
    ("0-1", "-1 to 1", "takes pixels of 0-1, but these rows have values from -1 to 1"),
    ("0-16", "0-1", "multiply them by 16"),
    ("0-16", "0-255", "divide them by 15"),
    ("-1 to 1", "0-1", "takes pixels of -1 to 1, but these rows have values from 0 to 1"),
    ("-1 to 1", "0-255", "takes pixels of -1 to 1, but these rows have values from 0 to 255"),
]


@pytest.mark.parametrize("n", [1, 50])
@pytest.mark.parametrize(("learned", "passed", "words"), WARNINGS)
def test_rows_of_another_range_than_learned_are_warned_of(learned, passed, words, n):
    scaler = PixelScaler().fit(RANGES[learned][0])
    with pytest.warns(PixelRangeWarning, match=words):
        scaler.transform(RANGES[passed][0][:n])


@pytest.mark.parametrize("case", ["0-255", "0-1", "0-16", "-1 to 1"])
def test_every_row_of_the_learned_range_passes_without_a_word(case):
    X = RANGES[case][0]
    scaler = PixelScaler().fit(X)
    for row in X:
        scaler.transform(row[None])
    scaler.transform(np.full_like(X[:1], X.min()))
    if case == "0-255":
        scaler.transform(X // 40)  # bytes may be dark


def test_the_range_can_be_said_and_says_when_it_does_not_fit():
    assert PixelScaler(pixel_range=(0, 255)).fit(DIGITS / 255).pixel_range_ == (0, 255)
    with pytest.warns(PixelRangeWarning, match=r"pixel_range=\(0, 1\), but X has .* 0 to 255"):
        PixelScaler(pixel_range=(0, 1)).fit(DIGITS)


@pytest.mark.parametrize("wrong", [(0,), (1, 1), (0, np.inf), ("a", "b"), (2, 1), (0, 1, 2)])
def test_what_is_no_range_is_refused(wrong):
    with pytest.raises(ParameterError, match="it takes two numbers"):
        PixelScaler(pixel_range=wrong).fit(DIGITS)


def test_a_scaler_of_an_earlier_version_still_divides_by_255():
    old = PixelScaler()
    state = {"invert": False, "n_features_in_": 64}
    old.__setstate__(state)
    assert old.get_params() == {"invert": False, "pixel_range": "auto"}
    with pytest.warns(PixelRangeWarning, match="takes pixels of 0-255"):
        assert np.allclose(old.transform(DIGITS / 255), DIGITS / 255 / 255)


# --- Models -------------------------------------------------------------------------------------


def test_a_model_learns_the_same_from_scaled_digits():
    X, y = load_sample_digits(return_X_y=True)
    X, y = X[:500], y[:500]
    model = make_model("ann", epochs=3, random_state=0)
    score = model.fit(X, y).score(X, y)
    assert score > 0.8
    for other in (X / 255, X / 127.5 - 1):
        assert model.fit(other, y).score(other, y) == pytest.approx(score, abs=0.01)


def test_a_model_warns_of_rows_of_another_range_than_it_learned():
    model = make_model("logreg").fit(DIGITS, np.arange(50) % 3)
    with pytest.warns(PixelRangeWarning, match="multiply them by 255"):
        model.predict(DIGITS[:1] / 255)


def test_a_network_that_scales_itself_warns_of_rows_of_another_range():
    y = np.arange(50) % 3
    network = DigitANNClassifier((8,), scale="pixels", epochs=1, random_state=0)
    for other in (DIGITS / 255, SIXTEENTHS.astype(np.uint8)):
        with pytest.warns(PixelRangeWarning, match="scale='pixels' takes pixels of 0-255"):
            network.fit(other, y)
    network.fit(DIGITS, y)
    network.predict(DIGITS)
    for other in (DIGITS[:1] / 255, SIXTEENTHS[:1]):
        with pytest.warns(PixelRangeWarning, match="multiply them by"):
            network.predict(other)


def test_sparse_pixels_stay_sparse_and_keep_their_zeros():
    X = np.array([[0, 51, 255], [0, 0, 204]], dtype=np.uint8)
    for sparse in (csr_array, csc_matrix):
        scaled = PixelScaler().fit_transform(sparse(X))
        assert issparse(scaled)
        assert np.array_equal(scaled.toarray(), PixelScaler().fit_transform(X))
        with pytest.raises(TypeError, match="Sparse data was passed"):
            PixelScaler(invert=True).fit_transform(sparse(X))
        with pytest.raises(ValueError, match=r"would not stay zeros; pass X.toarray"):
            PixelScaler().fit(X / 127.5 - 1).transform(sparse(X))
    with pytest.warns(PixelRangeWarning, match="0-255"):
        PixelScaler().fit(X).transform(csr_array(X / 255))
