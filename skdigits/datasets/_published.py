"""The loaders of MNIST and its siblings."""

import os
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, StrOptions, validate_params

from skdigits._ground.public import public
from skdigits.datasets._bunch import SIDE, make_bunch
from skdigits.datasets._fetch import (
    array_of,
    data_folder,
    find_or_download,
)
from skdigits.datasets._registry import DATA_SETS

_checked = validate_params(
    {
        "subset": [StrOptions({"all", "train", "test"})],
        "data_home": [str, os.PathLike, None],
        "download_if_missing": ["boolean"],
        "return_X_y": ["boolean"],
        "as_frame": ["boolean"],
        "n_retries": [Interval(Integral, 0, None, closed="left")],
        "delay": [Interval(Real, 0, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)


@public()
@_checked
def load_mnist(
    *,
    subset: str = "all",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load MNIST, from a folder or from the network.

    Parameters
    ----------
    subset : {"all", "train", "test"}, default="all"
        Which images: the official 60,000 for training, the 10,000 for testing, or both in that
        order.
    data_home : str or path-like, default=None
        Folder to look in, and one folder down: for the published IDX files, plain or gzipped, or
        Kaggle's copy of them. What is missing is downloaded to its subfolder `mnist`. By default
        the folder that the environment variable `SKDIGITS_DATA` names, else the user's cache
        folder.
    download_if_missing : bool, default=True
        Whether to download what is not there.
    return_X_y : bool, default=False
        Whether to return `(data, target)` instead of a Bunch.
    as_frame : bool, default=False
        Whether data and target are a pandas DataFrame and Series.
    n_retries : int, default=3
        How often all mirrors are tried again when none can be reached.
    delay : float, default=1.0
        Seconds between these rounds.

    Returns
    -------
    data : Bunch
        With `data` (ndarray of shape (n_samples, 784), uint8, 0-255), `target` (ndarray of shape
        (n_samples,), int64), `images` (the data as a view of shape (n_samples, 28, 28)),
        `feature_names`, `target_names`, `DESCR`, and `frame` (DataFrame or None).
    (data, target) : tuple
        Where `return_X_y` is set.

    Raises
    ------
    OSError
        If a file is missing or wrong and cannot be downloaded, or the folder cannot be written to.

    Warns
    -----
    UserWarning
        If a file in the folder is not what was published, before it is downloaded.

    Examples
    --------
    >>> from skdigits import load_mnist
    >>> X, y = load_mnist(subset="train", return_X_y=True)  # doctest: +SKIP
    >>> X.shape, X.dtype  # doctest: +SKIP
    ((60000, 784), dtype('uint8'))
    """
    return _load(
        "mnist", subset, data_home, download_if_missing, return_X_y, as_frame, n_retries, delay
    )


@public()
@_checked
def load_fashion_mnist(
    *,
    subset: str = "all",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load Fashion-MNIST, from a folder or from the network.

    Clothes in ten classes: 60,000 images for training and 10,000 for testing, as many as MNIST's
    and of the same size, but harder to tell apart.

    Parameters
    ----------
    subset, data_home, download_if_missing, return_X_y, as_frame, n_retries, delay
        As in `load_mnist`; the download goes to the subfolder `fashion-mnist`. Only the published
        .gz files are accepted: unpacked or packed again, they cannot be told from the files of
        another data set, which have the same names.

    Returns
    -------
    data : Bunch
        As from `load_mnist`, with the same shapes, and with "T-shirt/top", "Trouser", ..., "Ankle
        boot" as `target_names`.
    (data, target) : tuple
        Where `return_X_y` is set.

    Raises
    ------
    OSError
        As in `load_mnist`.

    Warns
    -----
    UserWarning
        As in `load_mnist`.

    References
    ----------
    H. Xiao, K. Rasul, R. Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking
    machine learning algorithms", https://arxiv.org/abs/1708.07747

    Examples
    --------
    >>> from skdigits import load_fashion_mnist
    >>> X, y = load_fashion_mnist(subset="test", return_X_y=True)  # doctest: +SKIP
    >>> X.shape, X.dtype  # doctest: +SKIP
    ((10000, 784), dtype('uint8'))
    """
    return _load(
        "fashion-mnist",
        subset,
        data_home,
        download_if_missing,
        return_X_y,
        as_frame,
        n_retries,
        delay,
    )


@public()
@_checked
def load_kmnist(
    *,
    subset: str = "all",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load KMNIST (Kuzushiji-MNIST), from a folder or from the network.

    Ten handwritten Japanese characters in cursive script: 60,000 images for training and 10,000 for
    testing, of the same size as MNIST's.

    Parameters
    ----------
    subset, data_home, download_if_missing, return_X_y, as_frame, n_retries, delay
        As in `load_mnist`; the download goes to the subfolder `kmnist`. Only the published
        .gz files are accepted: unpacked or packed again, they cannot be told from the files of
        another data set, which have the same names.

    Returns
    -------
    data : Bunch
        As from `load_mnist`, with the same shapes and "o", "ki", "su", ..., "wo" as
        `target_names`.
    (data, target) : tuple
        Where `return_X_y` is set.

    Raises
    ------
    OSError
        As in `load_mnist`.

    Warns
    -----
    UserWarning
        As in `load_mnist`.

    References
    ----------
    T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha (2018), "Deep Learning
    for Classical Japanese Literature", https://arxiv.org/abs/1812.01718

    Examples
    --------
    >>> from skdigits import load_kmnist
    >>> X, y = load_kmnist(subset="test", return_X_y=True)  # doctest: +SKIP
    >>> X.shape, X.dtype  # doctest: +SKIP
    ((10000, 784), dtype('uint8'))
    """
    return _load(
        "kmnist", subset, data_home, download_if_missing, return_X_y, as_frame, n_retries, delay
    )


@public()
@_checked
def load_emnist_digits(
    *,
    subset: str = "all",
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load the digits of EMNIST, from a folder or from the network.

    Handwritten digits like MNIST's, and four times as many: 240,000 for training and 40,000 for
    testing. They are published transposed, and stand upright here.

    EMNIST is published as one archive with letters and digits. It is held in memory while it is
    downloaded or read, 536 MB of it, and kept in the cache as it is.

    Parameters
    ----------
    subset, data_home, download_if_missing, return_X_y, as_frame, n_retries, delay
        As in `load_mnist`; the download goes to the subfolder `emnist`. The archive is found
        under the names `gzip.zip` and `emnist-gzip.zip`, and accepted only as published.

    Returns
    -------
    data : Bunch
        As from `load_mnist`, with 280,000 rows.
    (data, target) : tuple
        Where `return_X_y` is set.

    Raises
    ------
    OSError
        As in `load_mnist`.

    Warns
    -----
    UserWarning
        As in `load_mnist`.

    References
    ----------
    G. Cohen, S. Afshar, J. Tapson, A. van Schaik (2017), "EMNIST: an extension of MNIST to
    handwritten letters", https://arxiv.org/abs/1702.05373

    Examples
    --------
    >>> from skdigits import load_emnist_digits
    >>> X, y = load_emnist_digits(subset="test", return_X_y=True)  # doctest: +SKIP
    >>> X.shape, X.dtype  # doctest: +SKIP
    ((40000, 784), dtype('uint8'))
    """
    return _load(
        "emnist", subset, data_home, download_if_missing, return_X_y, as_frame, n_retries, delay
    )


def _load(key, subset, data_home, download_if_missing, return_X_y, as_frame, n_retries, delay):
    data_set = DATA_SETS[key]
    subsets = ("train", "test") if subset == "all" else (subset,)
    pairs = _read(data_set, subsets, data_folder(data_home), download_if_missing, n_retries, delay)
    images, target = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    if data_set.transposed:
        images = images.transpose(0, 2, 1).copy()
    return make_bunch(images, target, data_set.descr, return_X_y, as_frame, data_set.target_names)


def _read(data_set, subsets, folder, download_if_missing, n_retries, delay):
    """Return each subset's images and labels."""
    pairs = []
    contents = {}  # an archive is read once for all that is in it
    for subset in subsets:
        for file in data_set.files[subset]:
            if file.name not in contents:
                contents[file.name] = find_or_download(
                    data_set, file, folder, download_if_missing, n_retries, delay
                )
        images, labels = (array_of(contents[file.name], file) for file in data_set.files[subset])
        _check_shapes(data_set, images, labels)
        pairs.append((images, labels))
    return pairs


def _check_shapes(data_set, images, labels):
    if images.shape[1:] != (SIDE, SIDE) or labels.shape != images.shape[:1]:
        raise OSError(
            f"{data_set.title} should have images of shape (n, {SIDE}, {SIDE}) and n labels, but "
            f"its files hold the shapes {images.shape} and {labels.shape}: they do not belong "
            "together."
        )
