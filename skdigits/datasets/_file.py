"""One's own data file: CSV, .npz or IDX, known by its content."""

import os
import re
from pathlib import Path

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils._param_validation import validate_params

from skdigits._ground.public import public
from skdigits.datasets._csv import read_csv
from skdigits.datasets._idx import decompress, parse_idx
from skdigits.datasets._npz import ZIP_MAGICS, read_npz
from skdigits.datasets._rows import check_rows, to_labels, to_pixels
from skdigits.errors import DataFileError

_IDX_MAGIC = b"\x00\x00"


@public()
@validate_params({"path": [str, os.PathLike]}, prefer_skip_nested_validation=True)
def load_data_file(path: str | os.PathLike[str]) -> Bunch:
    r"""Load images and their labels from one's own file.

    What the file is, is seen from its content; any of them may be gzipped:

    - CSV text (UTF-8, commas): under a header, the one column named `label`, `target`, `class`, `y`
      or `digit` has the labels and all others are pixels; without a header, the first column has
      the labels.
    - .npz: the arrays `x_train`, `y_train`, `x_test` and `y_test`, or one of `X`, `data`, `images`
      and one of `y`, `target`, `labels`, `label`; large and small letters are the same.
    - IDX, as MNIST is published: the images' file, beside which the labels' lies, or a folder with
      the four files of training and test. Kaggle's names will do.

    Parameters
    ----------
    path : str or path-like
        The file, or the folder with four IDX files. It is only read.

    Returns
    -------
    data : Bunch
        With `data` (ndarray of shape (n_samples, n_pixels), uint8 where all values are whole
        numbers from 0 to 255, else float32; where no value is above 1, the pixels were scaled
        before and are brought back to 0-255), `target` (ndarray of shape (n_samples,), int64 where
        all labels are whole numbers, else str), and `n_train` (int or None: how many of the rows,
        from the first, are for training, where the file itself is split).

    Raises
    ------
    FileNotFoundError
        If there is nothing at this path.
    DataFileError
        If it is anything else than images with as many labels: the message begins with the path.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skdigits import load_data_file
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     _ = path.write_text("label,pixel0,pixel1\n7,0,255\n1,128,0\n")
    ...     mine = load_data_file(path)
    >>> mine.data
    array([[  0, 255],
           [128,   0]], dtype=uint8)
    >>> mine.target
    array([7, 1])
    """
    path = Path(os.path.expanduser(path))  # noqa: PTH111 (Path's own raises)
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is not there: give the path of a CSV, .npz or IDX file, or of a folder with "
            "four IDX files."
        )
    try:
        return _bunch(_read_folder(path) if path.is_dir() else _read_file(path))
    except DataFileError as error:
        raise DataFileError(f"{path} {error}") from error


def _bunch(parts):
    """Join the parts, each of images and labels: all there is, or training and test."""
    pairs = [check_rows(images, labels) for images, labels in parts]
    shapes = [images.shape[1:] for images, _ in pairs]
    if len(set(shapes)) > 1:
        raise DataFileError(
            f"has images of {shapes[0][0]} pixels in training, {shapes[1][0]} in test"
        )
    n_train = len(pairs[0][0]) if len(pairs) > 1 else None
    # Each part by itself: one may have been scaled before, or have labels of another kind.
    pixels = np.concatenate([to_pixels(images) for images, _ in pairs])
    labels = [to_labels(labels) for _, labels in pairs]
    if len({part.dtype.kind for part in labels}) > 1:
        examples = " and ".join(repr(part.tolist()[0]) for part in labels)
        raise DataFileError(f"has labels of two kinds in training and test, such as {examples}")
    return Bunch(data=pixels, target=np.concatenate(labels), n_train=n_train)


def _read_file(path):
    content = decompress(path.read_bytes())
    if not content:
        raise DataFileError("is empty")
    if content.startswith(ZIP_MAGICS):
        return read_npz(content)
    if content.startswith(_IDX_MAGIC):
        return [_read_idx(path, parse_idx(content))]
    return [read_csv(content)]


def _read_idx(path, images):
    """Return the images with the labels that lie beside them."""
    if images.ndim == 0:
        raise DataFileError("holds a single number, and no images")
    if images.ndim == 1:
        other = path.name.replace("labels", "images").replace("idx1", "idx3")
        raise DataFileError(f"holds labels: give the path of their images' file, such as {other}")
    name = path.name.replace("images", "labels").replace("idx3", "idx1")
    if name == path.name:
        raise DataFileError(
            "holds images, but where their labels are cannot be told: give it a name with 'images' "
            "in it, and put the labels beside it under the same name with 'labels'"
        )
    plain = name.removesuffix(".gz")
    for beside in (path.with_name(name), path.with_name(plain), path.with_name(f"{plain}.gz")):
        if beside.is_file():
            return images, _read_idx_labels(beside)
    raise DataFileError(f"holds images, but their labels are not beside it: put {name} there")


def _read_idx_labels(path):
    try:
        labels = parse_idx(decompress(path.read_bytes()))
    except DataFileError as error:
        raise DataFileError(f"has its labels in {path.name}, which {error}") from error
    if labels.ndim != 1:
        raise DataFileError(f"has its labels in {path.name}, which holds the shape {labels.shape}")
    return labels


def _read_folder(folder):
    """Return training and test of the four IDX files in a folder."""
    pairs = []
    for part in ("train", "t10k|test"):
        images = _images_file(folder, part)
        try:
            pairs.append(_read_idx(images, parse_idx(decompress(images.read_bytes()))))
        except DataFileError as error:
            raise DataFileError(f"has a file {images.name} that {error}") from error
    return pairs


def _images_file(folder, part):
    pattern = re.compile(rf"(.*-)?({part})-images[-.]idx3-ubyte(\.gz)?")
    # Sorted so, an unpacked file takes the place of its .gz.
    paths = sorted((path for path in folder.iterdir() if path.is_file()), reverse=True)
    found = {path.name.removesuffix(".gz"): path for path in paths if pattern.fullmatch(path.name)}
    if len(found) != 1:
        raise DataFileError(
            f"is a folder with {len(found)} IDX files of images named {part.replace('|', ' or ')}"
            f"{': ' if found else ''}{', '.join(sorted(found))}. Give the path of a file, or of a "
            "folder with one each of train-images-idx3-ubyte, train-labels-idx1-ubyte, "
            "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (plain or .gz)"
        )
    return next(iter(found.values()))
