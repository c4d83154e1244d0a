"""How a command ends: with a short message for what a user can have got wrong, and a code."""

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NoReturn, TextIO

import typer

from skdigits.cli._start import begin_work
from skdigits.errors import MissingExtraError, SkdigitsError

# Exit codes: the command line is wrong, what it asks for failed, or Ctrl-C.
WRONG_WORDS, FAILED, INTERRUPTED = 2, 1, 130


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
