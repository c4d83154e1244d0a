"""The words and numbers of a page, as text: HTML and Markdown say the same."""

from dataclasses import dataclass

from skdigits.evaluation import join_names, points, ranked, standing

# What a report calls better, and as good as equal; `Comparison.pairwise` has others.
LEVEL, ROPE = 0.05, 0.005
_STANDING = {"beaten": "yes", "ahead": "as trained", "level": "no"}
_NOTHING = "–"  # noqa: RUF001 (a dash, as in a table)


@dataclass(frozen=True)
class Row:
    """A line of the table of models."""

    name: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Pair:
    """A line of the table of who beats whom."""

    name: str
    other: str
    better: bool
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
    advice: str
    rows: list[Row]
    pairs: list[Pair]
    test: str
    spread: list[Row]
    models: list[Model]
    failures: list
    machine: str
    versions: str
    checksum: str
    splits: str
    seeds: str
    more: str


def of_comparison(comparison):
    """Put a comparison into words."""
    good = ranked(comparison)
    pairs = comparison.pairwise(rope=ROPE)
    machine = comparison.environment
    title = comparison.data.get("title")
    return Page(
        title=f"Model comparison: {title}" if title else "Model comparison",
        data=_data(comparison.data, comparison.labels),
        verdict=comparison.verdict(level=LEVEL, rope=ROPE),
        advice=_advice(good, pairs),
        rows=[Row(r.name, _cells(r)) for r in good],
        pairs=[_pair(*names, row) for names, row in pairs.iterrows()],
        test=_test(comparison.data, good),
        spread=_spread(good),
        models=[_model(r, i) for i, r in enumerate(good)],
        failures=[r for r in comparison.results if r.error is not None],
        machine=f"{machine['cores']} cores of {machine['processor'] or 'an unnamed processor'}, "
        f"{machine['platform']}, Python {machine['python']}",
        versions=", ".join(f"{name} {found}" for name, found in machine["versions"].items()),
        checksum=comparison.data["checksum"],
        splits=comparison.data.get("splits", ""),
        seeds=_seeds(good),
        more=_more(comparison.data),
    )


def seconds(value):
    """Return a duration with a unit that suits it."""
    if value < 1:
        return f"{1000 * value:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    return f"{value / 60:.1f} min"


def size(value):
    """Return a number of bytes with a unit that suits it."""
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def _data(data, labels):
    n_train, n_test = data["n_train"], data["n_test"]
    words = f"{n_train[0]:,} rows to learn from, {sum(n_test):,} to be scored on"
    if len(n_train) > 1:
        words = f"{len(n_train)} splits, of about {n_train[0]:,} rows to learn from and "
        words += f"{n_test[0]:,} to be scored on"
    return f"{words}; {len(labels)} labels"


def _more(data):
    """Say what holds for cross-validation only."""
    if len(data["n_train"]) == 1:
        return ""
    return "The interval takes the predictions of all splits as independent."


def _advice(good, pairs):
    """Say what the cheapest of the best are, where cost is a reason to choose."""
    if len(good) < 2:
        return ""
    best = good[0]
    choice = [best] + [
        r
        for r in good[1:]
        if standing(pairs.loc[(best.name, r.name)], LEVEL) == "level"
        or pairs.loc[(best.name, r.name), "equivalent"] >= 1 - LEVEL
    ]
    if len(choice) == 1:
        return "No other is as good, whatever it costs."
    kinds = [
        ("the quickest to fit", lambda r: sum(r.fit_seconds) / len(r.fit_seconds), seconds),
        ("the quickest to predict a row", lambda r: r.predict_one_ms / 1000, _latency),
    ]
    if any(r.size_bytes for r in choice):
        kinds.append(("the smallest on disk", lambda r: r.size_bytes or float("inf"), size))
    words = []
    for kind, cost, shown in kinds:
        cheapest = min(choice, key=cost)
        words.append(f"{cheapest.name} is {kind} ({shown(cost(cheapest))})")
    return (
        f"Of the {len(choice)} that are not shown to be worse, or are within "
        f"{points(ROPE)} points of the best with a probability of {1 - LEVEL:.2f} or more, "
        f"{join_names(words)}."
    )


def _test(data, good):
    """Say how every two models were tested."""
    if len(data["n_test"]) > 1:
        return "the corrected resampled t-test (Nadeau and Bengio, 2003) over the splits"
    words = (
        "the exact McNemar test, on the rows that one model reads right and the other wrong; it is "
        "about the models as trained, and where they have a seed another may change them"
    )
    if any(r.seeds for r in good):
        words += ". Where there are several seeds, by a t-test with the variance over them in it"
    return words


def _latency(value):
    return f"{1000 * value:.2f} ms"


def _pair(name, other, row):
    """Put a test of two models into words."""
    better = standing(row, LEVEL)
    p = "< 0.001" if row.p_adjusted < 0.001 else f"{row.p_adjusted:.3f}"
    return Pair(
        name,
        other,
        better != "level",
        {
            "difference, points": points(row.difference),
            "95 % interval": f"{points(row.low)} to {points(row.high)}",
            "p": p,
            "shown to be better": _STANDING[better],
            "practically better": f"{row.better:.2f}",
            "equivalent": f"{row.equivalent:.2f}",
            "worse": f"{row.worse:.2f}",
        },
    )


def _spread(good):
    """Return what the accuracy varies by, for models of several seeds or splits."""
    rows = []
    for result in good:
        found, each = result.variance(), [a for seed in result.seed_accuracies for a in seed]
        if len(each) > 1:
            cells = {
                "seeds": str(max(1, len(result.seeds))),
                "splits": str(len(result.split_accuracies)),
                "lowest": f"{100 * min(each):.2f} %",
                "highest": f"{100 * max(each):.2f} %",
                "deviation over seeds": _deviation(found.seeds),
                "over splits": _deviation(found.splits),
            }
            rows.append(Row(result.name, cells))
    return rows


def _deviation(variance):
    return _NOTHING if variance is None else points(variance**0.5)


def _seeds(good):
    """Say which seeds the models were fitted with."""
    seeds = sorted({seed for r in good for seed in r.seeds})
    if not seeds:
        return "each model once, with the seed that its settings say, if any"
    same = [r.name for r in good if not r.seeds]
    words = f"{', '.join(map(str, seeds))}"
    return f"{words}; {join_names(same)} once" if same else words


def _cells(result):
    fit = result.fit_seconds
    low, high = 100 * result.accuracy_low, 100 * result.accuracy_high
    return {
        "accuracy": f"{100 * result.accuracy:.2f} %",
        "95 % interval": f"{low:.2f}–{high:.2f}",  # noqa: RUF001 (a range's dash)
        "macro F1": f"{result.macro_f1:.4f}",
        "log loss": _NOTHING if result.log_loss is None else f"{result.log_loss:.4f}",
        "calibration error": _NOTHING
        if result.calibration_error is None
        else f"{result.calibration_error:.4f}",
        "fit": seconds(sum(fit) / len(fit)) if fit else _NOTHING,
        "one row": f"{result.predict_one_ms:.2f} ms",
        "rows a second": f"{result.predict_rows_per_second:,.0f}",
        "on disk": _NOTHING if result.size_bytes is None else size(result.size_bytes),
    }


def _model(result, i):
    total, right = result.n_rows, int(result.rights()[0].sum())
    worst = max((count for _, _, count in result.confused_pairs()), default=1)
    frame = result.per_class()
    return Model(
        name=result.name,
        anchor=f"model-{i + 1}",
        summary=f"{right:,} of {total:,} right, {total - right:,} wrong"
        + (f", with seed {result.seeds[0]}." if result.seeds else "."),
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
    """Say how well a model knows how sure to be, and what of it is in doubt."""
    doubts = "".join(f" {note[0].upper()}{note[1:]}." for note in result.notes if note)
    if result.calibration_error is None:
        return doubts.strip()
    shares = ", ".join(f"{100 * share:.0f}" for share, _ in result.accuracy_when_refusing)
    left = ", ".join(f"{100 * accuracy:.2f}" for _, accuracy in result.accuracy_when_refusing)
    return (
        f"Expected calibration error {result.calibration_error:.4f}. With the least certain "
        f"{shares} % refused, {left} % of the rest are right.{doubts}"
    )


def _shade(count, right, worst):
    """Return how deep a cell of the confusion matrix is coloured, 0-1: confusions only."""
    return 0.0 if right or not count else round(0.12 + 0.68 * count / worst, 2)
