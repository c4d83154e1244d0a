"""`python -m skdigits`."""

from skdigits.cli import app

app(prog_name="skdigits")
