"""EMNIST by its own file names: it is published transposed."""

import re
from dataclasses import replace

import numpy as np

from skdigits.datasets._bunch import SIDE

_SETS = "digits|mnist|balanced|letters|byclass|bymerge"
_NAME = re.compile(rf"(?:^|.*[^a-z])emnist[-_ ]?({_SETS})[-_ ](train|test)[-_. ].*", re.IGNORECASE)
_FOLDER = re.compile(rf"emnist[-_ ]({_SETS})", re.IGNORECASE)
_NOTE = "EMNIST is published transposed: the images are turned upright"


def is_transposed(name, path):
    """Return whether a file is one of EMNIST by its name, or by that of its folder.

    Parameters
    ----------
    name : str
        Of the file, or of the member of an archive.
    path : Path
        Of the file or the archive.

    Returns
    -------
    transposed : bool
        True for names such as `emnist-digits-train-images-idx3-ubyte.gz` and
        `emnist-balanced-train.csv`, and for files as MNIST's in a folder `emnist-digits`.
    """
    names = (name.rsplit("/", 1)[-1], path.name)
    if any(map(_NAME.fullmatch, names)):
        return True
    folders = (path.resolve().parent.name, *name.split("/")[:-1])
    return "-images" in name and any(map(_FOLDER.fullmatch, folders))


def upright(part):
    """Turn images that are transposed; those of another size are left alone."""
    images = part.images
    if images.ndim == 2 and images.shape[1] == SIDE * SIDE:
        turned = images.reshape(-1, SIDE, SIDE).transpose(0, 2, 1).reshape(len(images), -1)
    elif images.ndim == 3 and images.shape[1] == images.shape[2]:
        turned = images.transpose(0, 2, 1)
    else:
        return part
    return replace(part, images=np.ascontiguousarray(turned), notes=[*part.notes, _NOTE])
