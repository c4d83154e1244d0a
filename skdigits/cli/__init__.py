"""The command line: words in, one library call, words back."""

from skdigits.cli._app import app

__all__ = ["app"]
