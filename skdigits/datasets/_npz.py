"""Images and labels in NumPy's .npz."""

import io
import zipfile

import numpy as np

from skdigits._ground.words import shortened
from skdigits.datasets._foreign import members, refuse_foreign_archive, refuse_several
from skdigits.errors import DataFileError

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")  # the second is of an archive without members
_SPLIT = ("x_train", "y_train", "x_test", "y_test")
_IMAGES = ("x", "data", "images")
_LABELS = ("y", "target", "labels", "label")


def read_zip(content):
    """Return the one file in a zip archive that is not an .npz, with its name, or None.

    Raises
    ------
    DataFileError
        If the archive is damaged, or holds several files, or is another program's file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = members(archive)
            if any(name.endswith(".npy") for name in names) or not names:
                return None
            refuse_foreign_archive(names)
            if len(names) == 1:
                return archive.read(names[0]), names[0]
    except DataFileError:
        raise
    except Exception as error:  # as in read_npz
        raise DataFileError(_damaged(error)) from error
    if not any(name.lower() in (*_SPLIT, *_IMAGES, *_LABELS) for name in names):
        refuse_several(names)
    return None


def read_npz(content):
    """Return the arrays of images and labels: one pair, or those of training and test.

    Raises
    ------
    DataFileError
        If the archive is damaged or does not hold such arrays.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return [
                (_array(arrays, images), _array(arrays, labels))
                for images, labels in _choose(arrays.files)
            ]
    except DataFileError:
        raise
    # zipfile and NumPy raise what their parts raise: zlib.error, LZMAError, struct.error, EOFError,
    # NotImplementedError, RuntimeError, ValueError, ...
    except Exception as error:
        raise DataFileError(_damaged(error)) from error


def _damaged(error):
    return f"is a damaged or cut .npz or zip file, or a locked one ({shortened([error])})"


def _choose(keys):
    """Choose the pairs of keys."""
    lower = {key.lower(): key for key in keys}
    if all(key in lower for key in _SPLIT):
        x_train, y_train, x_test, y_test = (lower[key] for key in _SPLIT)
        return [(x_train, y_train), (x_test, y_test)]
    images = [key for key in keys if key.lower() in _IMAGES]
    labels = [key for key in keys if key.lower() in _LABELS]
    if len(images) != 1 or len(labels) != 1:
        raise DataFileError(
            f"holds {shortened(list(map(repr, keys))) or 'nothing'}, but should hold "
            f"{', '.join(_SPLIT)}, or exactly one of X, {', '.join(_IMAGES[1:])} "
            f"and exactly one of {', '.join(_LABELS)}"
        )
    return [(images[0], labels[0])]


def _array(arrays, key):
    try:
        array = arrays[key]
    except ValueError as error:
        raise DataFileError(
            f"holds {key!r}, which is damaged or pickled Python objects ({error}): these are not "
            "read, because they may run any code. Save arrays of numbers or text"
        ) from error
    if not isinstance(array, np.ndarray):
        raise DataFileError(f"holds {key!r}, which is not a NumPy array")
    return array
