"""Published files: found in a folder or fetched, verified, and kept in the cache."""

import hashlib
import io
import os
import sys
import time
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

from skdigits._ground.files import write_whole
from skdigits._ground.public import public
from skdigits.datasets._idx import decompress, parse_idx
from skdigits.errors import DataFileError

# Seconds to wait for a connection, and for the next bytes of a mirror that has fallen silent.
_TIMEOUT = (10, 30)


@dataclass(frozen=True)
class PublishedFile:
    """An IDX file, gzipped by itself or as a member of a zip archive, and how to know it.

    Either the MD5 of the file as published is known or, better, the SHA-256 of the IDX file: then
    copies that are unpacked or packed anew are known too.
    """

    name: str
    other_names: tuple[str, ...] = ()
    md5: str = ""
    sha256: str = ""
    member: str = ""


@dataclass(frozen=True)
class DataSet:
    """The files of images and labels of both subsets, and where they come from."""

    title: str
    folder: str
    mirrors: tuple[str, ...]
    files: dict[str, tuple[PublishedFile, PublishedFile]]
    target_names: tuple[str, ...]
    descr: str
    transposed: bool = False


@public("skdigits.datasets")
def data_folder(data_home: str | os.PathLike[str] | None) -> Path:
    """Choose the folder: the argument, else SKDIGITS_DATA, else the user's cache."""
    folder = data_home if data_home is not None else os.environ.get("SKDIGITS_DATA")
    if folder:
        return Path(os.path.expanduser(folder))  # noqa: PTH111 (Path's own raises)
    import pooch

    return Path(pooch.os_cache("skdigits"))


def find_or_download(data_set, file, folder, download_if_missing, n_retries, delay):
    """Return what `verified` does, of a file in the folder or else from the network."""
    cached = folder / data_set.folder / file.name
    wrong = {}
    for path in _candidates(folder, cached.parent, file):
        try:
            return verified(path.read_bytes(), file)
        except (DataFileError, OSError) as error:
            wrong[path] = f"{path} {error}"
    if not download_if_missing:
        raise FileNotFoundError(_not_found(data_set, folder, wrong.values()))
    # Another data set may keep files of the same names one folder down: nothing to warn of.
    ours = [text for path, text in wrong.items() if path.parent in (folder, cached.parent)]
    if ours:
        # From here over the loader and the check of its parameters to the caller.
        warnings.warn(f"{'; '.join(ours)}: downloading it again.", stacklevel=6)
    return _download(data_set, file, cached, folder, wrong.values(), n_retries, delay)


def _candidates(folder, cache, file):
    """Yield the files that may be the one: in the cache, in the folder, one or two folders down."""
    below = sorted(path for path in folder.glob("*/") if path != cache)
    below += sorted(folder.glob("*/raw/"))  # as torchvision keeps them
    for place in (cache, folder, *below):
        for name in (file.name, *file.other_names):
            if os.path.isfile(place / name):  # noqa: PTH113 (False where we may not look)
                yield place / name


def verified(content, file):
    """Compare with what was published; return the array, or the open archive it is in.

    Raises
    ------
    DataFileError
        If it is something else, with what that seems to be.
    """
    opened = decompress(content)
    parsed = _open_zip(opened) if file.member else parse_idx(opened)
    if file.sha256:
        sha256 = hashlib.sha256(opened).hexdigest()
        if sha256 != file.sha256:
            name = file.name.removesuffix(".gz")
            raise DataFileError(f"has the SHA-256 {sha256}, but {name} has {file.sha256}")
    else:
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if md5 != file.md5:
            raise DataFileError(
                f"has the MD5 {md5}, but {file.name} as published has {file.md5} (a copy that was "
                "unpacked or packed again cannot be told from another data set's)"
            )
    return parsed


def array_of(published, file):
    """Return the array of what `verified` returned: itself, or read from the archive."""
    return parse_idx(decompress(published.read(file.member))) if file.member else published


def _open_zip(content):
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:  # zipfile raises many kinds on damaged bytes
        raise DataFileError(f"is not a zip archive, or a damaged or cut one ({error})") from error


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
                url = f"{mirror}{file.name}"
                try:
                    published = _fetch(url)
                    content = verified(published, file)
                except requests.RequestException as error:
                    failures[mirror] = f"{url}: {error}"
                except DataFileError as error:
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
    files = [file for pair in data_set.files.values() for file in pair]
    if all(file.sha256 for file in files):
        form, names = "plain or .gz", [file.name.removesuffix(".gz") for file in files]
    else:
        form = "as published, not unpacked or packed again"
        names = dict.fromkeys(file.name for file in files)
    tried = "".join(f"\n  - {reason}" for reason in reasons)
    return (
        f"{data_set.title} is not in {folder} and could not be downloaded. "
        f"Put its files there ({form}; data_home= or SKDIGITS_DATA name another folder): "
        f"{', '.join(names)}. Without them, load_sample_digits() needs no download."
        + (f"\nWhat was tried:{tried}" if tried else "")
    )
