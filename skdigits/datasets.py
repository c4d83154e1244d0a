"""Digits to learn from: found in a folder or fetched, verified, cached and parsed."""

import gzip
import hashlib
import io
import math
import os
import sys
import time
import warnings
import zlib
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, StrOptions, validate_params

from skdigits.files import write_whole

_SIDE = 28
_GZIP_MAGIC = b"\x1f\x8b"
# Seconds to wait for a connection, and for the next bytes of a mirror that has fallen silent.
_TIMEOUT = (10, 30)


@dataclass(frozen=True)
class _IdxFile:
    """One IDX file as it is after decompression."""

    name: str
    sha256: str

    @property
    def names(self):
        """The published name and the one in Kaggle's copy, each plain and gzipped."""
        kaggle = self.name.replace("-idx", ".idx")
        return [name + ending for name in (self.name, kaggle) for ending in ("", ".gz")]


@dataclass(frozen=True)
class _IdxDataSet:
    """Four IDX files and where they come from."""

    title: str
    folder: str
    mirrors: tuple[str, ...]
    files: dict[str, tuple[_IdxFile, _IdxFile]]
    descr: str


_MNIST = _IdxDataSet(
    title="MNIST",
    folder="mnist",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    files={
        "train": (
            _IdxFile(
                "train-images-idx3-ubyte",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ),
            _IdxFile(
                "train-labels-idx1-ubyte",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
        ),
        "test": (
            _IdxFile(
                "t10k-images-idx3-ubyte",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            ),
            _IdxFile(
                "t10k-labels-idx1-ubyte",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
    },
    descr="""MNIST handwritten digits

70,000 grey images of 28x28 pixels (uint8, ground 0, ink up to 255): 60,000 for training, then
10,000 for testing, in the official order. Each digit was fitted into 20x20 pixels and centred by
its centre of mass.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits",
http://yann.lecun.com/exdb/mnist/. The decompressed files' SHA-256 was checked.
""",
)

_SAMPLE_DESCR = """Sample digits

scikit-learn's bundled digits (1,797 images of 8x8 pixels, 0-16) brought to the form of MNIST:
enlarged to 20x20 pixels by cubic splines, stretched in contrast to 0-255 (uint8), and centred by
their centre of mass in 28x28.

Source: E. Alpaydin, C. Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, https://doi.org/10.24432/C50P49; `sklearn.datasets.load_digits`.
"""


@validate_params(
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
def load_mnist(
    *,
    subset="all",
    data_home=None,
    download_if_missing=True,
    return_X_y=False,
    as_frame=False,
    n_retries=3,
    delay=1.0,
):
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
    folder = _data_folder(data_home)
    subsets = ("train", "test") if subset == "all" else (subset,)
    arrays = []
    for files in (_MNIST.files[name] for name in subsets):
        raw = [_load(_MNIST, file, folder, download_if_missing, n_retries, delay) for file in files]
        arrays.append([parse_idx(content) for content in raw])
    images, target = (np.concatenate(parts) for parts in zip(*arrays, strict=True))
    return _bunch(images, target, _MNIST.descr, return_X_y, as_frame)


@validate_params(
    {"return_X_y": ["boolean"], "as_frame": ["boolean"]}, prefer_skip_nested_validation=True
)
def load_sample_digits(*, return_X_y=False, as_frame=False):
    """Load scikit-learn's bundled digits in the form of MNIST, without a network.

    Parameters
    ----------
    return_X_y : bool, default=False
        Whether to return `(data, target)` instead of a Bunch.
    as_frame : bool, default=False
        Whether data and target are a pandas DataFrame and Series.

    Returns
    -------
    data : Bunch
        With 1,797 rows, and otherwise as from `load_mnist`.
    (data, target) : tuple
        Where `return_X_y` is set.

    Examples
    --------
    >>> from skdigits import load_sample_digits
    >>> digits = load_sample_digits()
    >>> digits.data.shape, digits.images.shape, int(digits.data.max())
    ((1797, 784), (1797, 28, 28), 255)
    """
    from scipy import ndimage
    from sklearn.datasets import load_digits

    small, target = load_digits(return_X_y=True)
    small = small.reshape(-1, 8, 8) / 16
    large = ndimage.zoom(small, (1, 2.5, 2.5), order=3, mode="grid-constant", grid_mode=True)
    # MNIST's strokes have sharp edges, enlarged ones do not: the middle of the scale is stretched.
    large = np.rint(np.clip(2 * large - 0.6, 0, 1) * 255).astype(np.uint8)
    images = np.zeros((len(large), _SIDE, _SIDE), dtype=np.uint8)
    for image, digit in zip(images, large, strict=True):
        middle = (_SIDE - 1) / 2
        top, left = (
            int(np.clip(round(middle - centre), 0, _SIDE - 20))
            for centre in ndimage.center_of_mass(digit)
        )
        image[top : top + 20, left : left + 20] = digit
    return _bunch(images, target, _SAMPLE_DESCR, return_X_y, as_frame)


def parse_idx(content):
    """Read the bytes of an IDX file of unsigned bytes.

    Parameters
    ----------
    content : bytes
        The file, not compressed.

    Returns
    -------
    array : ndarray of uint8
        Of the shape that the file's header gives.

    Raises
    ------
    ValueError
        If the header is not that of an IDX file of unsigned bytes, or the length is not what it
        says.

    References
    ----------
    The format is described at http://yann.lecun.com/exdb/mnist/.
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError(
            f"starts with {bytes(content[:4])!r}, but an IDX file of unsigned bytes starts with "
            r"b'\x00\x00\x08' and the number of dimensions"
        )
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise ValueError(f"is {len(content):,} bytes long, but its header alone has {header:,}")
    shape = tuple(np.frombuffer(content[4:header], dtype=">u4").tolist())
    size = header + math.prod(shape)
    if len(content) != size:
        raise ValueError(f"is {len(content):,} bytes long, but its header says {size:,}")
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def _data_folder(data_home):
    """Choose the folder: the argument, else SKDIGITS_DATA, else the user's cache."""
    folder = data_home if data_home is not None else os.environ.get("SKDIGITS_DATA")
    if folder:
        return Path(os.path.expanduser(folder))  # noqa: PTH111 (Path's own raises)
    import pooch

    return Path(pooch.os_cache("skdigits"))


def _load(data_set, file, folder, download_if_missing, n_retries, delay):
    """Give a file's decompressed bytes, from the folder or else from the network."""
    cached = folder / data_set.folder / f"{file.name}.gz"
    wrong = {}
    for path in _candidates(folder, cached.parent, file):
        try:
            return _verified(path.read_bytes(), file)
        except (ValueError, OSError) as error:
            wrong[path] = f"{path} {error}"
    if not download_if_missing:
        raise FileNotFoundError(_not_found(data_set, folder, wrong.values()))
    # Another data set may keep files of the same names one folder down: nothing to warn of.
    ours = [text for path, text in wrong.items() if path.parent in (folder, cached.parent)]
    if ours:
        warnings.warn(f"{'; '.join(ours)}: downloading it again.", stacklevel=3)
    return _download(data_set, file, cached, folder, wrong.values(), n_retries, delay)


def _candidates(folder, cache, file):
    """Yield the files that may be the one: in the cache, in the folder, one folder down."""
    below = sorted(path for path in folder.glob("*/") if path != cache)
    for place in (cache, folder, *below):
        for name in file.names:
            if os.path.isfile(place / name):  # noqa: PTH113 (False where we may not look)
                yield place / name


def _verified(content, file):
    """Decompress where needed and compare with what was published.

    Raises
    ------
    ValueError
        If it is something else, with what that seems to be.
    """
    if content[:2] == _GZIP_MAGIC:
        try:
            content = gzip.decompress(content)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"is a damaged or cut gzip file ({error})") from error
    elif content.lstrip()[:1] == b"<":
        raise ValueError("is a web page (HTML), not a gzip or IDX file")
    parse_idx(content)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != file.sha256:
        raise ValueError(f"has the SHA-256 {sha256}, but {file.name} has {file.sha256}")
    return content


def _download(data_set, file, cached, folder, wrong, n_retries, delay):
    """Fetch a file from the first mirror that has it, check it, and put it into the cache."""
    import requests

    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        failures = {}
        hopeless = set()  # mirrors that answered with something else
        for round_ in range(n_retries + 1):
            mirrors = [mirror for mirror in data_set.mirrors if mirror not in hopeless]
            if round_ and mirrors:
                time.sleep(delay)
            for mirror in mirrors:
                url = f"{mirror}{file.name}.gz"
                try:
                    published = _fetch(url)
                    content = _verified(published, file)
                except requests.RequestException as error:
                    failures[mirror] = f"{url}: {error}"
                except ValueError as error:
                    failures[mirror] = f"{url} {error}"
                    hopeless.add(mirror)
                else:
                    write_whole(cached, published)
                    return content
    except OSError as error:
        raise OSError(
            f"{data_set.title} could not be written to {cached.parent}: {error}. Free some space, "
            "or pass data_home= (or set SKDIGITS_DATA to) a folder that you can write to."
        ) from error
    raise ConnectionError(_not_found(data_set, folder, [*wrong, *failures.values()]))


def _fetch(url):
    """Download into memory, so that nothing is left if this process is killed."""
    import pooch

    bar = sys.stderr is not None and sys.stderr.isatty()
    downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=_TIMEOUT)
    file = io.BytesIO()
    downloader(url, file, None)
    return file.getvalue()


def _not_found(data_set, folder, reasons):
    names = [file.name for files in data_set.files.values() for file in files]
    tried = "".join(f"\n  - {reason}" for reason in reasons)
    return (
        f"{data_set.title} is not in {folder} and could not be downloaded. "
        f"Put its files there (plain or .gz; data_home= or SKDIGITS_DATA name another folder): "
        f"{', '.join(names)}. Without them, load_sample_digits() needs no download."
        + (f"\nWhat was tried:{tried}" if tried else "")
    )


def _bunch(images, target, descr, return_X_y, as_frame):
    data = images.reshape(len(images), -1)
    target = target.astype(np.int64)
    names = [f"pixel_{row}_{column}" for row in range(_SIDE) for column in range(_SIDE)]
    frame = None
    X, y = data, target
    if as_frame:
        import pandas as pd

        X, y = pd.DataFrame(data, columns=names), pd.Series(target, name="target")
        frame = pd.concat([X, y], axis=1)
    if return_X_y:
        return X, y
    return Bunch(
        data=X,
        target=y,
        frame=frame,
        images=data.reshape(-1, _SIDE, _SIDE),
        feature_names=names,
        target_names=[str(digit) for digit in range(10)],
        DESCR=descr,
    )
