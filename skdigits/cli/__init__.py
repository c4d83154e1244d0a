"""The command line: words in, one library call, words back."""

from skdigits.cli._start import main

__all__ = ["app", "main"]


def __getattr__(name: str) -> object:
    """Import the typer application when it is asked for: `main` comes first."""
    if name == "app":
        from skdigits.cli._app import app

        return app
    raise AttributeError(f"module 'skdigits.cli' has no attribute {name!r}")
