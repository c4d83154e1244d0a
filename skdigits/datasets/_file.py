"""One's own data file: CSV, .npz or IDX, known by its content."""

import os
import re
import warnings
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils._param_validation import validate_params

from skdigits._ground.pixels import checked_range
from skdigits._ground.public import public
from skdigits._ground.words import shortened
from skdigits.datasets._csv import read_csv
from skdigits.datasets._emnist import is_transposed, upright
from skdigits.datasets._foreign import refuse_foreign
from skdigits.datasets._idx import SUFFIXES, decompress, parse_idx
from skdigits.datasets._npz import ZIP_MAGICS, read_npz, read_zip
from skdigits.datasets._rows import check_rows, in_notes, to_labels, to_pixels
from skdigits.errors import DataFileError, PixelRangeWarning

_IDX_MAGIC = b"\x00\x00"
_LONGEST_MESSAGE = 1500


@dataclass
class _Part:
    """Images and labels as they are in a file, and what was taken for what."""

    images: np.ndarray
    labels: np.ndarray
    notes: list = field(default_factory=list)


@public()
@validate_params(
    {
        "path": [str, os.PathLike],
        "label_column": [str, Integral, None],
        "pixel_range": [tuple, list, None],
    },
    prefer_skip_nested_validation=True,
)
def load_data_file(
    path: str | os.PathLike[str],
    *,
    label_column: str | int | None = None,
    pixel_range: tuple[float, float] | None = None,
) -> Bunch:
    r"""Load images and their labels from one's own file.

    What the file is, is seen from its content; any of them may be compressed by gzip, bzip2, xz, or
    lie alone in a zip archive:

    - CSV text (UTF-8; separated by commas, semicolons, tabs, bars or spaces; with decimal points or
      commas): under a header, the one column named `label`, `target`, `class`, `y` or `digit` has
      the labels. Columns that count the rows or are named as no pixel is (`id`, `index`, `split`,
      ...) are left out. Without a header, or under one of numbers, the labels are in the first
      column or in the last, whichever looks like labels.
    - .npz: the arrays `x_train`, `y_train`, `x_test` and `y_test`, or one of `X`, `data`, `images`
      and one of `y`, `target`, `labels`, `label`; large and small letters are the same.
    - IDX, as MNIST is published: the images' file, beside which the labels' lies, or a folder with
      the four files of training and test. Kaggle's names will do, and so will the folder above
      torchvision's `MNIST/raw`.

    What is doubtful is refused, with the likeliest readings. EMNIST is published transposed: files
    by its own names (`emnist-digits-...`) are turned upright.

    Parameters
    ----------
    path : str or path-like
        The file, or the folder with four IDX files. It is only read.
    label_column : str or int, default=None
        Which column of CSV text has the labels, by its name or by its position, from 0 on or from
        -1 backwards. By default it is told from the names, or from what is in the columns.
    pixel_range : tuple of two float, default=None
        What is brought to 0 and what to 255, such as `(0, 100)`. By default it is told from the
        pixels: 0-255, 0-1, 0-15, 0-16 or -1 to 1.

    Returns
    -------
    data : Bunch
        With `data` (ndarray of shape (n_samples, n_pixels), uint8 where all values are whole
        numbers from 0 to 255, else float32; pixels of another known range are brought to 0-255),
        `target` (ndarray of shape (n_samples,), int64 where all labels are whole numbers, else
        str), `n_train` (int or None: how many of the rows, from the first, are for training, where
        the file itself is split), `pixel_range` (tuple of two float: the range that the pixels had
        in the file; None if it is none of those known, and the pixels are left as they are) and
        `notes` (list of str: what was taken for what).

    Raises
    ------
    FileNotFoundError
        If there is nothing at this path.
    DataFileError
        If it is anything else than images with as many labels, or what is what cannot be told: the
        message begins with the path.

    Warns
    -----
    PixelRangeWarning
        If the range of the pixels is doubtful.

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
    >>> mine.notes
    ["labels: the column 'label'; pixels: 2 columns ('pixel0' to 'pixel1')", 'pixels: 0-255']
    """
    path = Path(os.path.expanduser(path))  # noqa: PTH111 (Path's own raises)
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is not there: give the path of a CSV, .npz or IDX file, or of a folder with "
            "four IDX files."
        )
    range_ = None if pixel_range is None else checked_range(pixel_range)
    try:
        if path.is_dir():
            _need_csv(label_column, "a folder of IDX files")
            return _bunch(_read_folder(path), range_, path)
        return _bunch(_read_file(path, label_column), range_, path)
    except DataFileError as error:
        words = str(error)
        if len(words) > _LONGEST_MESSAGE:
            words = f"{words[: _LONGEST_MESSAGE // 2]} ... {words[-_LONGEST_MESSAGE // 2 :]}"
        raise DataFileError(f"{path} {words.replace('FILE', str(path))}") from error


def _bunch(parts, pixel_range, path):
    """Join the parts, each of images and labels: all there is, or training and test."""
    pairs = [check_rows(part.images, part.labels) for part in parts]
    shapes = [images.shape[1:] for images, _ in pairs]
    if len(set(shapes)) > 1:
        raise DataFileError(
            f"has images of {shapes[0][0]} pixels in training, {shapes[1][0]} in test"
        )
    n_train = len(pairs[0][0]) if len(pairs) > 1 else None
    # Each part by itself: one may have been scaled before, or have labels of another kind.
    scaled = [to_pixels(images, pixel_range) for images, _ in pairs]
    labels = [to_labels(labels) for _, labels in pairs]
    if len({part.dtype.kind for part in labels}) > 1:
        examples = " and ".join(repr(part.tolist()[0]) for part in labels)
        raise DataFileError(f"has labels of two kinds in training and test, such as {examples}")
    said = [in_notes(seen, pixel_range is not None) for _, seen in scaled]
    for doubt in dict.fromkeys(doubt for _, doubt in said if doubt):
        warnings.warn(f"{path} {doubt}.", PixelRangeWarning, stacklevel=4)  # the caller's line
    notes = [note for part in parts for note in part.notes] + [note for note, _ in said if note]
    return Bunch(
        data=np.concatenate([pixels for pixels, _ in scaled]),
        target=np.concatenate(labels),
        n_train=n_train,
        pixel_range=scaled[0][1].range,
        notes=list(dict.fromkeys(notes)),
    )


def _need_csv(label_column, what):
    if label_column is not None:
        raise DataFileError(
            f"is {what}, which has no columns: leave label_column={label_column!r} (--label) out"
        )


def _read_file(path, label_column):
    content, name = decompress(path.read_bytes()), path.name
    if not content:
        raise DataFileError("is empty")
    if content.startswith(ZIP_MAGICS):
        inside = read_zip(content)
        if inside is None:
            _need_csv(label_column, "an .npz file")
            return [_Part(*pair) for pair in read_npz(content)]
        packed, name = inside
        content = decompress(packed)
        if not content:
            raise DataFileError(f"holds {name}, which is empty")
        if content.startswith((*ZIP_MAGICS, _IDX_MAGIC)):
            raise DataFileError(f"holds {name}: unpack it, and give the path of that")
    refuse_foreign(content)
    if content.startswith(_IDX_MAGIC):
        _need_csv(label_column, "an IDX file")
        return [_read_idx(path, parse_idx(content))]
    part = _Part(*read_csv(content, label_column))
    return [upright(part) if is_transposed(name, path) else part]


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
    plain = _without_suffix(name)
    for other in (name, plain, *(f"{plain}{suffix}" for suffix in SUFFIXES)):
        beside = path.with_name(other)
        if beside.is_file():
            labels = _read_idx_labels(beside)
            part = _Part(images, labels, [f"images: {path.name}; labels: {beside.name}"])
            return upright(part) if is_transposed(path.name, path) else part
    raise DataFileError(f"holds images, but their labels are not beside it: put {name} there")


def _without_suffix(name):
    return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)


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
    folder = _folder_of_idx(folder)
    parts = []
    for part in ("train", "t10k|test"):
        images = _images_file(folder, part)
        try:
            parts.append(_read_idx(images, parse_idx(decompress(images.read_bytes()))))
        except DataFileError as error:
            raise DataFileError(f"has a file {images.name} that {error}") from error
    return parts


def _folder_of_idx(folder):
    """Return the folder itself, or the one below it that has the files, as torchvision's has."""
    if any(_images_files(folder, part) for part in ("train", "t10k|test")):
        return folder
    below = [path for pattern in ("*/", "*/raw/") for path in sorted(folder.glob(pattern))]
    found = [path for path in below if path.is_dir() and _images_files(path, "train")]
    if len(found) > 1:
        names = [str(path.relative_to(folder)) for path in found]
        raise DataFileError(
            f"is a folder with several folders of IDX files: {shortened(names, 6)}. Give the path "
            "of one of them"
        )
    return found[0] if found else folder


def _images_files(folder, part):
    """Return the files of images by name, each once, however it is packed."""
    packed = "|".join(map(re.escape, SUFFIXES))
    pattern = re.compile(rf"(.*-)?({part})-images[-.]idx3-ubyte({packed})?")
    # Sorted so, an unpacked file takes the place of its .gz.
    paths = sorted((path for path in folder.iterdir() if path.is_file()), reverse=True)
    return {_without_suffix(path.name): path for path in paths if pattern.fullmatch(path.name)}


def _images_file(folder, part):
    found = _images_files(folder, part)
    if len(found) != 1:
        raise DataFileError(
            f"is a folder with {len(found)} IDX files of images named {part.replace('|', ' or ')}"
            f"{': ' if found else ''}{shortened(sorted(found))}. Give the path of a file, or of a "
            "folder with one each of train-images-idx3-ubyte, train-labels-idx1-ubyte, "
            "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (plain or .gz)"
        )
    return next(iter(found.values()))
