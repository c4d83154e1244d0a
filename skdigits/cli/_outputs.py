"""`--out`: checked before the work, and written so that no work is lost.

An output replaces neither what the command reads nor a file that skdigits did not write, unless
`--force` is given.
"""

import os
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from skdigits.cli._errors import FAILED, stop
from skdigits.errors import MissingExtraError

_PAGES = {".html", ".json", ".md"}
# What a folder must have room for before a fit, in bytes: a small model.
_ROOM = 2**16


def need_file(
    option: str, path: Path, kind: "Kind", *, reads: Iterable[str | Path] = (), force: bool = False
) -> None:
    """Stop unless a file may be put there, before hours are spent on what goes into it.

    Parameters
    ----------
    option : str
        What names it on the command line.
    path : Path
        The file.
    kind : Kind
        What it will be; one of another kind is not replaced.
    reads : iterable of str or Path
        What the command reads, and is not replaced either.
    force : bool
        Whether both may be replaced nevertheless.
    """
    # os.path answers False where Path would raise: for a name too long, or a closed folder.
    place = Path(os.path.realpath(path))
    if os.path.isdir(place) or not os.path.isdir(place.parent) or len(path.name) > 255:  # noqa: PTH112
        stop(f"{option} {path}: this is not a file in a folder that exists and can be written to.")
    if not force:
        _need_free(option, path, kind, reads)
    if not os.path.exists(place) or os.path.isfile(place):  # noqa: PTH110, PTH113 (no device)
        _need_room(option, path, place.parent)


def need_folder(
    option: str,
    path: Path,
    files: "Mapping[str, Kind]",
    *,
    reads: Iterable[str | Path] = (),
    force: bool = False,
) -> None:
    """Stop unless these files may be put into the folder; parameters as for `need_file`."""
    if path.suffix in _PAGES or os.path.isfile(path):  # noqa: PTH113 (False where Path raises)
        stop(f"{option} {path}: it takes a folder, in which the report's files are put.")
    above = path
    while not os.path.exists(above):  # noqa: PTH110
        above = above.parent
    if not os.path.isdir(above):  # noqa: PTH112
        stop(f"{option} {path}: {above} is not a folder that can be written to.")
    for name, kind in files.items():
        if os.path.isdir(path / name):  # noqa: PTH112
            stop(f"{option} {path}: {path / name} is to be a file, and is a folder.")
        if not force:
            _need_free(option, path / name, kind, reads)
    _need_room(option, path, above)
    from skdigits.report import need_matplotlib

    try:
        need_matplotlib()
    except MissingExtraError as error:
        stop(str(error), FAILED)


def _need_free(option: str, path: Path, kind: "Kind", reads: Iterable[str | Path]) -> None:
    """Stop where a file would be replaced that is read, or that skdigits did not write."""
    if any(_same(path, other) for other in reads):
        stop(f"{option}: {path} is what this command reads; give another name, or --force.")
    if os.path.isfile(path) and not _is_ours(path, kind):  # noqa: PTH113 (a device is no loss)
        stop(
            f"{option}: {path} is there already, and is not {kind.name} that skdigits wrote; give "
            "another name, or --force to replace it."
        )


def show_then_write(show: Callable[[], object], write: Callable[[], Any]) -> Any:
    """Show a result, and write it also where it cannot be shown; return what `write` returns."""
    try:
        show()
    except OSError:
        typer.echo(f"written: {write()}", err=True)
        raise
    except BaseException:
        write()
        raise
    return write()


def write_or_copy(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file or a folder, or a copy somewhere else before the command ends with the reason.

    Parameters
    ----------
    path : Path
        Where it goes.
    write : callable
        `write(path)` writes it.

    Returns
    -------
    path : Path
        The same.
    """
    try:
        write(path)
    except OSError as error:
        reason = f"{path} could not be written ({error.strerror or error})"
        copy = _copy(path.name, write)
        if copy is None:
            stop(f"{reason}, and neither could a copy: there is none.", FAILED)
        stop(f"{reason}; a copy is in {copy}", FAILED)
    return path


def _copy(name: str, write: Callable[[Path], object]) -> Path | None:
    """Write it to the first of the usual places that takes it; return where, or None."""
    for place in (tempfile.gettempdir, Path.home, Path.cwd):
        folder = None
        with suppress(OSError, RuntimeError):  # no home, no place
            folder = Path(tempfile.mkdtemp(prefix="skdigits-", dir=place()))
            write(folder / name)
            return folder / name
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
    return None


def _need_room(option: str, path: Path, folder: Path) -> None:
    """Stop unless a file can be written to the folder, which permissions alone do not tell."""
    trial = folder / f".{uuid.uuid4().hex}.part"
    try:
        trial.write_bytes(bytes(_ROOM))
    except OSError as error:
        stop(f"{option} {path}: {folder} cannot be written to ({error.strerror}).")
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)


def _same(path: Path, other: str | Path) -> bool:
    """Return whether two names are of one file, by whatever links."""
    try:
        return os.path.samefile(path, os.path.expanduser(other))  # noqa: PTH111, PTH121
    except OSError:
        return False


def _is_ours(path: Path, kind: "Kind") -> bool:
    """Return whether nothing is lost where a file is replaced by another of its kind."""
    try:
        return path.stat().st_size == 0 or kind.is_ours(path)
    except OSError:
        return False


def _is_model(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "skdigits.json" in archive.namelist()
    except Exception:  # zipfile raises many kinds on damaged bytes
        return False


def _begins_with(*words: bytes) -> Callable[[Path], bool]:
    """Return a function that tells whether a file's first bytes have the words in them."""

    def check(path: Path) -> bool:
        with path.open("rb") as file:
            start = file.read(1000)
        return all(word in start for word in words)

    return check


@dataclass(frozen=True)
class Kind:
    """What a file is called, and how it is known to be one that skdigits wrote."""

    name: str
    is_ours: Callable[[Path], bool]


MODEL = Kind("a model", _is_model)
PICTURE = Kind("a picture", _begins_with(b"\x89PNG", b"Software\0skdigits"))
_PAGE = Kind("a page", _begins_with(b'<meta name="generator" content="skdigits">'))
EXPLORATION = {"explore.html": _PAGE}
REPORT = {
    "report.html": _PAGE,
    "report.md": Kind("a report", _begins_with(b"# Model comparison")),
    "report.json": Kind("a report", _begins_with(b'{\n "results": [')),
}
