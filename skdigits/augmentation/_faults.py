"""What pens, paper and cameras do to a digit: each function changes images of shape (n, h, w).

`full` is the ink of each image at its darkest, so that the scale of the pixels does not matter. An
amount is drawn for each image, evenly between nothing and its limit.
"""

import numpy as np


def darkest(images: np.ndarray) -> np.ndarray:
    """Return the largest pixel of each image, of shape (n, 1, 1)."""
    return images.max(axis=(1, 2), keepdims=True)


def change_pen(images: np.ndarray, amounts: np.ndarray) -> None:
    """Make strokes wider by so many pixels to each side, or narrower where that is negative.

    A narrower stroke keeps its darkest pixel, or thin ones would fade.
    """
    full = darkest(images)
    for step in range(int(np.ceil(np.abs(amounts).max()))):
        part = np.clip(np.abs(amounts) - step, 0, 1).astype(np.float32)[:, None, None]
        wider = (amounts > 0)[:, None, None]
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        rows, columns = padded[:, 1:-1], padded[:, :, 1:-1]
        beside = (rows[:, :, :-2], rows[:, :, 2:], columns[:, :-2], columns[:, 2:])
        most, least = images.copy(), images.copy()
        for other in beside:
            np.maximum(most, other, out=most)
            np.minimum(least, other, out=least)
        images += part * (np.where(wider, most, least) - images)
    left = darkest(images)
    images *= np.where(left > 0, full / np.where(left > 0, left, 1), 1)


def cut_patches(images: np.ndarray, share: float, rng: np.random.Generator) -> None:
    """Take a piece of up to a quarter of the side out of a share of the images."""
    n, height, width = images.shape
    places = rng.random((5, n), dtype=np.float32)
    hit = np.flatnonzero(places[0] < share)
    inside = []
    for side, size, start in ((height, places[1], places[2]), (width, places[3], places[4])):
        length = side * (0.07 + 0.18 * size[hit, None])
        first = start[hit, None] * (side - length)
        pixels = np.arange(side, dtype=np.float32)
        inside.append((pixels >= first) & (pixels < first + length))
    images[hit] *= ~(inside[0][:, :, None] & inside[1][:, None, :])


def fade(images: np.ndarray, most: float, rng: np.random.Generator) -> None:
    """Make the ink of each image fainter by up to a share of it."""
    images *= 1 - np.float32(most) * rng.random((len(images), 1, 1), dtype=np.float32)


def draw_lines(
    images: np.ndarray, full: np.ndarray, share: float, rng: np.random.Generator
) -> None:
    """Draw a line across a share of the images, as of ruled paper or of a neighbour's stroke."""
    n, height, width = images.shape
    drawn = rng.random((6, n), dtype=np.float32)
    hit = np.flatnonzero(drawn[0] < share)
    tilt = (drawn[1, hit] - 0.5) * 0.2 + np.where(drawn[2, hit] < 0.5, 0, np.pi / 2)
    rows = np.arange(height, dtype=np.float32)[:, None] - (height - 1) / 2
    columns = np.arange(width, dtype=np.float32) - (width - 1) / 2
    normal = (np.cos(tilt)[:, None, None] * rows + np.sin(tilt)[:, None, None] * columns).astype(
        np.float32
    )
    # Mostly beside the digit, where a ruled line is.
    off = (0.25 + 0.25 * drawn[3, hit]) * np.where(drawn[4, hit] < 0.5, -1, 1) * max(height, width)
    thickness = 1 + drawn[5, hit]
    line = np.clip(
        thickness[:, None, None] / 2 + 0.5 - np.abs(normal - off[:, None, None]), 0, 1
    ).astype(np.float32)
    strength = 0.3 + 0.7 * rng.random((len(hit), 1, 1), dtype=np.float32)
    images[hit] = np.maximum(images[hit], line * strength * full[hit])


def add_specks(images: np.ndarray, full: np.ndarray, most: float, rng: np.random.Generator) -> None:
    """Put up to so many specks of a pixel or a few on each image."""
    n, height, width = images.shape
    counts = np.floor(rng.random(n) * (most + 1)).astype(int)
    image = np.repeat(np.arange(n), counts)
    rows, columns = (rng.integers(0, side, len(image)) for side in (height, width))
    ink = (0.2 + 0.8 * rng.random(len(image), dtype=np.float32)) * full[image, 0, 0]
    large = rng.random((2, len(image))) < 0.4
    for down, right, there in ((0, 0, None), (1, 0, large[0]), (0, 1, large[1])):
        these = slice(None) if there is None else there
        places = (
            image[these],
            np.minimum(rows[these] + down, height - 1),
            np.minimum(columns[these] + right, width - 1),
        )
        np.maximum.at(images, places, ink[these])


def shade(images: np.ndarray, full: np.ndarray, most: float, rng: np.random.Generator) -> None:
    """Make the ground uneven: a plane between nothing and up to a share of the darkest ink."""
    n, height, width = images.shape
    amount, turn = rng.random((2, n, 1, 1), dtype=np.float32)
    down = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    across = np.linspace(-0.5, 0.5, width, dtype=np.float32)
    turn = turn * np.float32(2 * np.pi)
    plane = np.cos(turn) * down + np.sin(turn) * across
    images += np.maximum(plane, 0) * (amount * np.float32(2 * most) * full)
    np.minimum(images, full, out=images)


def blur(images: np.ndarray, most: float, rng: np.random.Generator) -> np.ndarray:
    """Return images, each blurred by a Gaussian of up to so many pixels' standard deviation."""
    variance = (np.float32(most) * rng.random((len(images), 1, 1), dtype=np.float32)) ** 2
    passes = max(1, int(np.ceil(2 * most**2)))
    side = variance / (2 * passes)
    for _ in range(passes):
        for axis in (1, 2):
            padded = np.pad(images, [(0, 0)] + [(1, 1) if a == axis else (0, 0) for a in (1, 2)])
            length = images.shape[axis]
            before, after = (
                np.take(padded, np.arange(start, start + length), axis=axis) for start in (0, 2)
            )
            images = images + side * (before + after - 2 * images)
    return images


def add_noise(images: np.ndarray, full: np.ndarray, most: float, rng: np.random.Generator) -> None:
    """Add normal noise, its standard deviation up to a share of the darkest ink; keep the range."""
    amount = np.float32(most) * rng.random((len(images), 1, 1), dtype=np.float32)
    noise = rng.standard_normal(images.shape, dtype=np.float32)
    noise *= amount * full
    images += noise
    np.clip(images, 0, full, out=images)
