"""How a command ends: with a short message for what a user can have got wrong, and a code."""

import os
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TextIO

import typer

from skdigits.cli._start import begin_work
from skdigits.errors import MissingExtraError, SkdigitsError

# Exit codes: the command line is wrong, what it asks for failed, or Ctrl-C.
WRONG_WORDS, FAILED, INTERRUPTED = 2, 1, 130
_PAGES = {".html", ".json", ".md"}


def stop(message: str, code: int = WRONG_WORDS) -> NoReturn:
    """End the command with a short message."""
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(code)


@contextmanager
def ending_well() -> Iterator[None]:
    """Work, and end with a short message where the user, the disk or Ctrl-C is the reason.

    Any other exception is a fault of skdigits and passes, so that its traceback is shown.
    """
    begin_work()
    try:
        with _warnings_in_one_line():
            yield
    except BrokenPipeError:  # `| head`: typer ends quietly
        raise
    except KeyboardInterrupt:
        stop("interrupted", INTERRUPTED)
    except OSError as error:
        named = error.filename is not None and error.strerror
        stop(f"{error.filename}: {error.strerror}" if named else _words(error), FAILED)
    except (SkdigitsError, MissingExtraError, MemoryError) as error:
        stop(_words(error), FAILED)
    except ValueError as error:
        from sklearn.utils._param_validation import InvalidParameterError

        if not isinstance(error, InvalidParameterError):
            raise
        stop(str(error), FAILED)


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Show a warning without the line of source that it comes from."""
    before = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, UserWarning) and file is None:
            typer.echo(f"warning: {' '.join(str(message).split())}", err=True)
        else:
            before(message, category, filename, lineno, file, line)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before


def _words(error: BaseException) -> str:
    """Return an error's message, or its kind where it has none, as a MemoryError often."""
    return str(error) or type(error).__name__


def choose(option: str, word: str, known: Collection[str]) -> None:
    """Stop unless a word is one of those known."""
    if word not in known:
        stop(f"{option} {word!r} is not known; it takes {', '.join(known)}.")


def need_folder(option: str, path: Path) -> None:
    """Stop unless a report can be written to the folder, before hours are spent on it."""
    if path.suffix in _PAGES or os.path.isfile(path):  # noqa: PTH113 (False where Path raises)
        stop(f"{option} {path}: it takes a folder, in which the report's files are put.")
    above = path
    while not os.path.exists(above):  # noqa: PTH110
        above = above.parent
    if not os.access(above, os.W_OK) or not os.path.isdir(above):  # noqa: PTH112
        stop(f"{option} {path}: {above} is not a folder that can be written to.")
    from skdigits.report import need_matplotlib

    try:
        need_matplotlib()
    except MissingExtraError as error:
        stop(str(error), FAILED)


def need_file(option: str, path: Path) -> None:
    """Stop unless a file can be put there, before hours are spent on what goes into it."""
    # os.path answers False where Path would raise: for a name too long, or a closed folder.
    folder = os.path.isdir(path.parent) and os.access(path.parent, os.W_OK)  # noqa: PTH112
    if not folder or os.path.isdir(path) or len(path.name) > 255:  # noqa: PTH112
        stop(f"{option} {path}: this is not a file in a folder that exists and can be written to.")
