"""The pictures of a page: figures as SVG in the page's own colours, digits as PNG."""

import base64
import io
import zlib
from dataclasses import dataclass
from xml.etree import ElementTree

from skdigits.errors import MissingExtraError
from skdigits.evaluation import telling_rows

# How many of the digits that one model reads right, or none, are shown of each.
_TELLING = 12
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
# Ink that no figure has by chance: in the page it becomes the colour of the text.
_INK = "#010203"
_STYLE = {
    "svg.fonttype": "none",
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "font.family": "sans-serif",
    "font.size": 10,
}


@dataclass(frozen=True)
class Digit:
    """A digit to be shown: its picture and what to say of it."""

    source: str
    alt: str
    caption: str
    wrong: bool = False


def of_comparison(comparison):
    """Draw what a report shows.

    Returns
    -------
    figures : dict
        `costs` and `balance`: lists of SVG; `models`: for each model's name `curves` and
        `reliability` (lists of SVG), `samples` (list of Digit) and `pairs` (list of words and
        Digits); `all_wrong` and `only`, for each model's name: how many and a list of Digit.
    """
    need_matplotlib()
    from skdigits.plots import AccuracyCostDisplay, ClassBalanceDisplay

    good = [r for r in comparison.results if r.error is None]
    pictures = {picture.row: picture for picture in comparison.pictures}
    counts = {
        "to learn from": comparison.data.get("train_counts"),
        "to be scored on": comparison.data.get("test_counts"),
    }
    costs, balance = [], []
    if len(good) > 1:
        for cost, words in (
            ("fit_seconds", "the seconds of a fit"),
            ("predict_one_ms", "the time to predict one row"),
            ("size_bytes", "the size on disk"),
        ):
            costs.append(
                _svg(
                    lambda ax, cost=cost: AccuracyCostDisplay.from_comparison(
                        comparison, cost=cost, ax=ax
                    ),
                    f"Accuracy against {words}, a point for each model",
                    size=(4.2, 3.0),
                )
            )
    if all(counts.values()):
        balance.append(
            _svg(
                lambda ax: ClassBalanceDisplay(comparison.labels, counts).plot(ax=ax),
                "Rows of each label, to learn from and to be scored on",
            )
        )
    all_wrong, only = telling_rows(good) if len(good) > 1 else ([], {})
    return {
        "all_wrong": (len(all_wrong), _read_by_all(all_wrong, good, pictures)),
        "only": {
            name: (len(rows), _read_by_all(rows, good, pictures)) for name, rows in only.items()
        },
        "costs": costs,
        "balance": balance,
        "models": {r.name: _of_model(r, pictures) for r in good},
    }


def _read_by_all(rows, results, pictures):
    """Show digits with what all models made of them, as far as they are kept."""
    read = {}
    for result in results:
        for prediction in result.predictions:
            read.setdefault(prediction.row, []).append(prediction.label)
    digits = []
    for row in rows:
        if row in pictures and len(read.get(row, ())) == len(results):
            picture = pictures[row]
            wrong = dict.fromkeys(label for label in read[row] if label != picture.label)
            words = " or ".join(map(str, wrong))
            caption = f"{picture.label}, not {words}"
            digits.append(Digit(_png(picture), f"a {picture.label}, also read as {words}", caption))
    return digits[:_TELLING]


def of_exploration(exploration):
    """Draw what a page on data shows: `pixels` (SVG) and `samples` (list of Digit)."""
    need_matplotlib()
    import numpy as np

    from skdigits.plots import PixelDistributionDisplay

    edges = np.array(exploration.edges)
    pixels = _svg(
        lambda ax: PixelDistributionDisplay(exploration.histogram, edges).plot(ax=ax),
        "Share of the pixels by their value, on a logarithmic scale",
    )
    samples = [
        Digit(_png(picture), f"a {picture.label}", str(picture.label))
        for picture in exploration.pictures
    ]
    return {"pixels": pixels, "samples": samples}


def _of_model(result, pictures):
    from skdigits.plots import ReliabilityDisplay, TrainingCurvesDisplay

    curves = [
        _svg(
            lambda ax, metric=metric: TrainingCurvesDisplay(result.history).plot(
                metric=metric, ax=ax
            ),
            f"{metric.capitalize()} of {result.name} after each epoch",
            size=(4.6, 2.8),
        )
        for metric in ("loss", "accuracy")
        if metric in result.history
    ]
    reliability = []
    if result.reliability:
        reliability.append(
            _svg(
                lambda ax: ReliabilityDisplay.from_result(result, ax=ax),
                f"Share that {result.name} reads right against its greatest probability",
                size=(4.2, 4.2),
            )
        )
    shown = [(pictures[p.row], p) for p in result.predictions if p.row in pictures]
    pairs = []
    for true, guess, count in result.confused_pairs()[:5]:
        of_pair = [
            _digit(picture, p, caption=_probability(p))
            for picture, p in shown
            if (picture.label, p.label) == (true, guess)
        ]
        if of_pair:
            pairs.append((true, guess, count, of_pair))
    samples = sorted(
        (pair for pair in shown if pair[0].sample), key=lambda pair: str(pair[0].label)
    )
    return {
        "curves": curves,
        "reliability": reliability,
        "samples": [_digit(*pair) for pair in samples],
        "pairs": pairs,
    }


def _digit(picture, prediction, caption=None):
    wrong = picture.label != prediction.label
    verdict = f"wrongly read as {prediction.label}" if wrong else "read right"
    if caption is None:
        given = f" ({_probability(prediction)})" if _probability(prediction) else ""
        caption = (
            f"✗ {prediction.label}{given}, is {picture.label}"
            if wrong
            else f"✓ {picture.label}{given}"
        )
    return Digit(_png(picture), f"a {picture.label}, {verdict}", caption, wrong)


def _probability(prediction):
    return "" if prediction.probability is None else f"{100 * prediction.probability:.0f} %"


def _png(picture):
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(255 - picture.array()).save(buffer, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _svg(draw, alt, size=(5.4, 3.0)):
    """Draw on a figure of its own and return it as SVG that can stand inside a page."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    buffer = io.StringIO()
    with rc_context({**_STYLE, "svg.hashsalt": alt}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return _for_a_page(buffer.getvalue(), alt)


def _for_a_page(svg, alt):
    """Return a drawing with the page's colours, a size and a label, and names that no other has."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(svg)
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    prefix = f"f{zlib.crc32(alt.encode()):x}-"
    for element in root.iter():
        for name, value in element.items():
            value = value.replace(_INK, "currentColor").replace("url(#", f"url(#{prefix}")
            if name == "id":
                value = prefix + value
            elif name == f"{{{_XLINK}}}href" and value.startswith("#"):
                value = f"#{prefix}{value[1:]}"
            element.set(name, value)
        if element.text:
            element.text = element.text.replace(_INK, "currentColor")
    width = root.get("viewBox").split()[2]
    for name in ("width", "height"):
        del root.attrib[name]
    words = {"role": "img", "aria-label": alt, "style": f"max-width:{width}pt"}
    root.attrib.update(words)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def need_matplotlib():
    """Raise MissingExtraError, with what to do, where figures cannot be drawn."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            'the report\'s figures need matplotlib: pip install "skdigits[plots]"'
        ) from error
