"""The words and numbers of a page, as text: HTML and Markdown say the same."""

from dataclasses import dataclass

_NOTHING = "–"  # noqa: RUF001 (a dash, as in a table)


@dataclass(frozen=True)
class Row:
    """A line of the table of models."""

    name: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Model:
    """A section on one model."""

    name: str
    anchor: str
    summary: str
    calibration: str
    shown: str
    labels: tuple
    confusion: list
    per_class: list
    pairs: list


@dataclass(frozen=True)
class Page:
    """A report."""

    title: str
    data: str
    verdict: str
    rows: list[Row]
    models: list[Model]
    failures: list
    machine: str
    versions: str
    checksum: str
    more: str


def of_comparison(comparison):
    """Put a comparison into words."""
    good = [r for r in comparison.results if r.error is None]
    good.sort(key=lambda r: -r.accuracy)
    machine = comparison.environment
    title = comparison.data.get("title")
    return Page(
        title=f"Model comparison: {title}" if title else "Model comparison",
        data=_data(comparison.data, comparison.labels),
        verdict=_verdict(good),
        rows=[Row(r.name, _cells(r)) for r in good],
        models=[_model(r, i) for i, r in enumerate(good)],
        failures=[r for r in comparison.results if r.error is not None],
        machine=f"{machine['cores']} cores of {machine['processor'] or 'an unnamed processor'}, "
        f"{machine['platform']}, Python {machine['python']}",
        versions=", ".join(f"{name} {found}" for name, found in machine["versions"].items()),
        checksum=comparison.data["checksum"],
        more=_more(comparison.data),
    )


def seconds(value):
    """Give a duration with a unit that suits it."""
    if value < 1:
        return f"{1000 * value:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    return f"{value / 60:.1f} min"


def size(value):
    """Give a number of bytes with a unit that suits it."""
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def _data(data, labels):
    n_train, n_test = data["n_train"], data["n_test"]
    words = f"{n_train[0]:,} rows to learn from, {sum(n_test):,} to be scored on"
    if len(n_train) > 1:
        words = f"{sum(n_test):,} rows, each scored once, over {len(n_train)} splits"
    return f"{words}; {len(labels)} labels"


def _more(data):
    """Say what holds for cross-validation only."""
    if len(data["n_train"]) == 1:
        return ""
    return "The interval takes the predictions of all splits as independent."


def _verdict(good):
    """Say who is best, and what that is worth."""
    if not good:
        return "No model could be scored."
    best = good[0]
    words = f"{best.name} is best on these rows, with {_percent(best)} right."
    if len(good) == 1:
        return f"{best.name} has {_percent(best)} right."
    level = [r.name for r in good[1:] if r.accuracy_high >= best.accuracy_low]
    if not level:
        return f"{words} Its interval lies above those of all others."
    return (
        f"{words} Its interval overlaps with {_listed(level)}: with other test rows the order may "
        "well be another."
    )


def _listed(names):
    *first, last = (f"that of {name}" for name in names)
    return f"{', '.join(first)} and {last}" if first else last


def _percent(result):
    low, high = 100 * result.accuracy_low, 100 * result.accuracy_high
    return f"{result.accuracy:.2%} (95 % interval {low:.2f} to {high:.2f})".replace("%", " %", 1)


def _cells(result):
    fit = result.fit_seconds
    low, high = 100 * result.accuracy_low, 100 * result.accuracy_high
    return {
        "accuracy": f"{100 * result.accuracy:.2f} %",
        "95 % interval": f"{low:.2f}–{high:.2f}",  # noqa: RUF001 (a range's dash)
        "macro F1": f"{result.macro_f1:.4f}",
        "log loss": _NOTHING if result.log_loss is None else f"{result.log_loss:.4f}",
        "fit": seconds(sum(fit) / len(fit)) if fit else _NOTHING,
        "one row": f"{result.predict_one_ms:.2f} ms",
        "rows a second": f"{result.predict_rows_per_second:,.0f}",
        "on disk": _NOTHING if result.size_bytes is None else size(result.size_bytes),
    }


def _model(result, i):
    wrong = sum(count for _, _, count in result.confused_pairs())
    total = sum(map(sum, result.confusion))
    worst = max((count for _, _, count in result.confused_pairs()), default=1)
    frame = result.per_class()
    return Model(
        name=result.name,
        anchor=f"model-{i + 1}",
        summary=f"{total - wrong:,} of {total:,} right, {wrong:,} wrong.",
        calibration=_calibration(result),
        shown=result.model,
        labels=result.labels,
        confusion=[
            (
                label,
                [
                    (count, _shade(count, label == guess, worst), label == guess)
                    for guess, count in zip(result.labels, counts, strict=True)
                ],
            )
            for label, counts in zip(result.labels, result.confusion, strict=True)
        ],
        per_class=[
            (
                label,
                f"{100 * row.precision:.1f}",
                f"{100 * row.recall:.1f}",
                f"{100 * row.f1:.1f}",
                f"{int(row.support):,}",
            )
            for label, row in frame.iterrows()
        ],
        pairs=result.confused_pairs()[:5],
    )


def _calibration(result):
    """Say how well a model knows how sure to be."""
    if result.calibration_error is None:
        return ""
    shares = ", ".join(f"{100 * share:.0f}" for share, _ in result.accuracy_when_refusing)
    left = ", ".join(f"{100 * accuracy:.2f}" for _, accuracy in result.accuracy_when_refusing)
    return (
        f"Expected calibration error {result.calibration_error:.4f}. With the least certain "
        f"{shares} % refused, {left} % of the rest are right."
    )


def _shade(count, right, worst):
    """Give how deep a cell of the confusion matrix is coloured, 0-1: confusions only."""
    return 0.0 if right or not count else round(0.12 + 0.68 * count / worst, 2)
