"""Distortions of digits."""

import pickle

import numpy as np
import pytest
from scipy.ndimage import affine_transform, shift

from skdigits import Augmentation, load_sample_digits

STILL = {"shift": 0, "rotation": 0, "scale": 0, "shear": 0, "elastic": 0}


@pytest.fixture(scope="module")
def X():  # noqa: N802 (what scikit-learn calls rows)
    return load_sample_digits(return_X_y=True)[0][:200]


def centre(images):
    """Rows and columns of the centres of mass."""
    images = images.reshape(-1, 28, 28).astype(float)
    total = images.sum(axis=(1, 2))
    return np.stack(
        [images.sum(axis=2) @ np.arange(28) / total, images.sum(axis=1) @ np.arange(28) / total], 1
    )


def test_without_any_distortion_nothing_changes(X):
    distorted = Augmentation(**STILL).distort(X, random_state=0)
    assert distorted.dtype == np.float32
    assert np.array_equal(distorted, X)


def test_each_kind_changes_digits_and_leaves_them_alike(X):
    for name, value in {
        "shift": 1.5, "rotation": 10, "scale": 0.1, "shear": 0.1, "elastic": 1.0
    }.items():  # fmt: skip
        distorted = Augmentation(**{**STILL, name: value}).distort(X, random_state=0)
        correlation = [np.corrcoef(a, b)[0, 1] for a, b in zip(X, distorted, strict=True)]
        assert 0.6 < np.mean(correlation) < 0.99, name
        assert distorted.min() >= 0, name
        assert distorted.max() <= X.max(), name


def test_shifts_are_even_and_within_their_limit():
    point = np.zeros((5000, 28, 28), dtype=np.float32)
    point[:, 14, 14] = 1
    moved = centre(Augmentation(**{**STILL, "shift": 3}).distort(point.reshape(5000, -1))) - 14
    assert np.abs(moved).max() <= 3
    for share in (0.25, 0.5, 0.75):
        assert np.quantile(moved, share) == pytest.approx(6 * share - 3, abs=0.15)


def test_a_shift_is_scipys(X):
    # One image's own shift, found from a single point and asked of scipy.ndimage.
    augmentation = Augmentation(**{**STILL, "shift": 3})
    point = np.zeros((1, 784), dtype=np.float32)
    point[0, 14 * 28 + 14] = 1
    by = centre(augmentation.distort(point, random_state=5))[0] - 14
    expected = shift(X[0].reshape(28, 28).astype(float), by, order=1, cval=0.0)
    assert np.abs(by).min() > 0.05
    assert np.allclose(
        augmentation.distort(X[:1], random_state=5).reshape(28, 28), expected, atol=0.01
    )


def test_a_rotation_is_scipys_and_keeps_the_middle(X):
    augmentation = Augmentation(**{**STILL, "rotation": 30})
    distorted = augmentation.distort(X[:1], random_state=1).reshape(28, 28)

    def rotated(degrees):
        c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
        matrix = np.array([[c, s], [-s, c]])
        offset = 13.5 - matrix @ [13.5, 13.5]
        image = X[0].reshape(28, 28).astype(float)
        return affine_transform(image, matrix, offset, order=1, cval=0.0)

    def apart(degrees):
        return np.abs(rotated(degrees) - distorted).max()

    best = min(np.arange(-30, 30, 0.05), key=apart)
    assert apart(best) < 2
    assert apart(0) > 50


def test_the_seed_decides_and_nothing_else_is_touched(X):
    before, state = X.copy(), np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = (Augmentation().distort(X, random_state=3) for _ in "ab")
    assert np.array_equal(first, again)
    assert not np.array_equal(first, Augmentation().distort(X, random_state=4))
    assert np.array_equal(X, before)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_each_image_has_a_distortion_of_its_own(X):
    same = np.repeat(X[:1], 50, axis=0)
    distorted = Augmentation().distort(same, random_state=0)
    assert len(np.unique(distorted, axis=0)) == 50


def test_the_elastic_displacement_has_its_strength_and_is_smooth():
    rng = np.random.default_rng(0)
    augmentation = Augmentation(elastic=2.0, smoothness=4.0)
    fields = augmentation._displacement(4000, 28, 28, rng).reshape(-1, 28, 28)
    assert fields.std(axis=0) == pytest.approx(np.full((28, 28), 2.0), abs=0.15)
    beside = (fields[:, :, 1:] * fields[:, :, :-1]).mean() / 4
    far = (fields[:, :, 20:] * fields[:, :, :8]).mean() / 4
    assert beside > 0.95
    assert abs(far) < 0.05


def test_images_need_not_be_square(X):
    assert Augmentation().distort(X, image_shape=(14, -1), random_state=0).shape == X.shape
    with pytest.raises(ValueError, match=r"783 features are no square images.*image_shape="):
        Augmentation().distort(X[:, :783])
    with pytest.raises(ValueError, match=r"image_shape=\(20, 20\) does not fit rows of 784"):
        Augmentation().distort(X, image_shape=(20, 20))


@pytest.mark.parametrize(
    ("params", "message"),
    [({"rotation": 200}, "'rotation' parameter"), ({"elastic": -1}, "'elastic' parameter")],
)
def test_bad_parameters_are_refused(X, params, message):
    with pytest.raises(ValueError, match=message):
        Augmentation(**params).distort(X)


# --- Pens, paper and cameras ------------------------------------------------------------------

FAULTS = {
    "pen": 1.0, "aspect": 0.3, "faint": 0.7, "patches": 1.0, "lines": 1.0, "specks": 6,
    "shade": 0.6, "blur": 1.0, "noise": 0.3,
}  # fmt: skip


def alone(X, seed=0, **faults):
    return Augmentation(**STILL, **faults).distort(X, random_state=seed)


@pytest.mark.parametrize(("name", "value"), FAULTS.items(), ids=FAULTS)
def test_each_fault_is_off_by_default_seeded_and_on_any_scale(X, name, value):
    assert getattr(Augmentation(), name) == 0
    faulty = alone(X, **{name: value})
    assert np.array_equal(faulty, alone(X, **{name: value}))
    assert not np.array_equal(faulty, alone(X, seed=1, **{name: value}))
    assert not np.allclose(faulty, X)
    assert faulty.min() >= 0
    assert np.all(faulty.max(axis=1) <= X.max(axis=1) * 1.0001)
    scaled = alone((X / 255).astype(np.float32), **{name: value})
    assert np.allclose(scaled * 255, faulty, atol=0.05)


def test_all_faults_at_once_leave_most_of_a_digit(X):
    faults = {"pen": 0.8, "aspect": 0.15, "faint": 0.5, "patches": 0.1, "lines": 0.1, "specks": 3}
    faulty = alone(X, **faults, shade=0.3, blur=0.8, noise=0.15)
    correlation = [np.corrcoef(a, b)[0, 1] for a, b in zip(X, faulty, strict=True)]
    assert 0.6 < np.mean(correlation) < 0.95


def test_the_pen_changes_the_width_of_strokes_and_not_the_size_of_the_digit():
    bar = np.zeros((400, 28, 28), dtype=np.float32)
    bar[:, 4:24, 12:16] = 1  # as high as a digit, four pixels wide
    changed = alone(bar.reshape(400, -1), pen=1.0).reshape(bar.shape)
    width = changed[:, 14].sum(axis=1)
    assert 2.2 < width.min() < 2.8
    assert 5.2 < width.max() < 6.0
    heights = changed[:, :, 13:15].mean(axis=2).sum(axis=1)
    assert np.abs(heights - 20).max() < 1.5


def test_the_aspect_changes_width_against_height():
    square = np.zeros((400, 28, 28), dtype=np.float32)
    square[:, 9:19, 9:19] = 1
    changed = alone(square.reshape(400, -1), aspect=0.5).reshape(square.shape)
    ratio = changed[:, 14].sum(axis=1) / changed[:, :, 14].sum(axis=1)
    assert 0.64 < ratio.min() < 0.7
    assert 1.43 < ratio.max() < 1.55


def test_ink_stays_where_it_was_under_noise_and_specks(X):
    # Where there is no ink there is nothing to measure noise by, and nothing happens.
    blank = np.zeros((20, 784), dtype=np.float32)
    assert not alone(blank, **FAULTS).any()
    assert np.array_equal(alone(X, specks=6) >= X, np.ones(X.shape, dtype=bool))


def test_the_share_of_images_with_a_fault_is_the_one_given():
    faint = np.full((4000, 784), 0.1, dtype=np.float32)
    faint[:, 14 * 28 + 14] = 1  # what a line is measured by
    for name in ("lines", "patches"):
        hit = (alone(faint, **{name: 0.3}) != faint).any(axis=1).mean()
        assert hit == pytest.approx(0.3, abs=0.03), name


def test_an_augmentation_from_before_there_were_faults_still_works(X):
    old = Augmentation()
    for name in FAULTS:
        del old.__dict__[name]
    again = pickle.loads(pickle.dumps(old))
    assert np.array_equal(
        again.distort(X, random_state=0), Augmentation().distort(X, random_state=0)
    )
