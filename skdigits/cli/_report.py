"""The comparison that `skdigits report` reads."""

from pathlib import Path

from skdigits import Comparison
from skdigits.cli._errors import FAILED, stop
from skdigits.errors import ComparisonError

_READ = "report reads the report.json that compare --out wrote"


def read(path: Path) -> Comparison:
    """Read a comparison; stop where the file is something else, and say what it seems to be."""
    if path.is_dir():
        stop(f"{path} is a folder; {_READ}, such as {path / 'report.json'}.", FAILED)
    content = path.read_bytes()
    if content.startswith(b"PK"):
        kind = "a model" if b"skdigits.json" in content else "a zip archive"
        stop(f"{path} is {kind}, and {_READ}; for a model's scores: evaluate.", FAILED)
    try:
        return Comparison.from_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        stop(f"{path} is not a report.json that compare wrote: it is not text.", FAILED)
    except ComparisonError as error:
        stop(f"{path}: {error}", FAILED)
