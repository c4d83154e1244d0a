"""Templates filled in, and files written."""

import os
from functools import cache
from pathlib import Path

from skdigits._ground.files import unicode_text, write_whole
from skdigits._ground.public import public
from skdigits.evaluation import Comparison
from skdigits.exploration import Exploration
from skdigits.report import _figures, _page


@public()
def write_report(comparison: Comparison, folder: str | os.PathLike[str]) -> Path:
    """Write a comparison as a page, as Markdown, and as the JSON that both can be made of again.

    Parameters
    ----------
    comparison : Comparison
        What `compare` gave, or `Comparison.from_json`.
    folder : str or path-like
        Where `report.html`, `report.md` and `report.json` go; made where it does not exist. Files
        of these names are replaced.

    Returns
    -------
    page : Path
        `report.html`: self-contained, for light and dark screens and for paper.

    Raises
    ------
    ImportError
        If matplotlib is not installed, which draws the figures.
    OSError
        If the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> from skdigits import compare, load_sample_digits, make_model, write_report
    >>> X, y = load_sample_digits(return_X_y=True)
    >>> models = {"logistic regression": make_model("logreg")}
    >>> comparison = compare(models, X[:900], y[:900], X[900:], y[900:], title="digits")
    >>> write_report(comparison, tempfile.mkdtemp()).name
    'report.html'
    """
    page = _page.of_comparison(comparison)
    contents = {
        "report.json": comparison.to_json(),
        "report.md": _markdown(page),
        "report.html": _html(page, comparison),
    }
    return _write(folder, contents)


@public()
def report_html(comparison: Comparison) -> str:
    """Return a comparison as one self-contained page.

    Parameters
    ----------
    comparison : Comparison
        What `compare` gave.

    Returns
    -------
    html : str
        With its pictures and styles inside; it needs no JavaScript and loads nothing. The same
        comparison gives the same text.

    Raises
    ------
    ImportError
        If matplotlib is not installed, which draws the figures.
    """
    return _html(_page.of_comparison(comparison), comparison)


@public()
def report_markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown: its tables and words, without pictures.

    Parameters
    ----------
    comparison : Comparison
        What `compare` gave.

    Returns
    -------
    markdown : str
        GitHub's flavour, for its tables.
    """
    return _markdown(_page.of_comparison(comparison))


@public()
def write_exploration(exploration: Exploration, folder: str | os.PathLike[str]) -> Path:
    """Write an exploration as a page.

    Parameters
    ----------
    exploration : Exploration
        What `explore` gave.
    folder : str or path-like
        Where `explore.html` goes; made where it does not exist.

    Returns
    -------
    page : Path
        `explore.html`, self-contained.

    Raises
    ------
    ImportError
        If matplotlib is not installed, which draws the figures.
    OSError
        If the folder cannot be written to.
    """
    figures = _figures.of_exploration(exploration)
    template = _environment().get_template("explore.html")
    html = template.render(exploration=exploration, figures=figures)
    return _write(folder, {"explore.html": html})


def _html(page, comparison):
    figures = _figures.of_comparison(comparison)
    return _environment().get_template("report.html").render(page=page, figures=figures)


def _markdown(page):
    return _environment().get_template("report.md").render(page=page)


def _write(folder, contents):
    """Write the files, whose text is complete by now; return the path of the last one."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        write_whole(folder / name, unicode_text(text).encode())
    return folder / name


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    environment.filters["code"] = _code
    return environment


def _cell(text):
    """Make text fit for a cell of a Markdown table, or a line of Markdown."""
    special = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#~"})
    return " ".join(str(text).translate(special).split())


def _code(text):
    """Set text as an indented block, in which Markdown has no special characters."""
    return "\n".join(f"    {line}" for line in str(text).splitlines())
