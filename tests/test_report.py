import html.parser
import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from skdigits import (
    Comparison,
    compare,
    explore,
    load_sample_digits,
    make_model,
    report_html,
    report_markdown,
    write_exploration,
    write_report,
)


@pytest.fixture(scope="module")
def comparison():
    X, y = load_sample_digits(return_X_y=True)
    models = {
        "net": make_model("ann", epochs=2, random_state=0, validation_fraction=0.1),
        "svm": make_model("svm"),
        "<b>bayes</b> | *": GaussianNB(),
        "broken": make_model("ann", epochs=0),
    }
    return compare(models, X[:1200], y[:1200], X[1200:], y[1200:], title="a <script> & digits")


class Page(html.parser.HTMLParser):
    """What a reader or a browser finds in a page."""

    VOID = ("meta", "img", "br", "link", "path", "use", "input")

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.ids = [], [], [], []
        self.feed(text)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)

    def of(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(comparison):
    return Page(report_html(comparison))


def test_the_page_is_one_whole_that_loads_nothing(comparison, page):
    text = report_html(comparison)
    assert text.startswith("<!DOCTYPE html>")
    for name in ("script", "link", "iframe", "object"):
        assert page.of(name) == []
    sources = [attributes["src"] for attributes in page.of("img")]
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    # Addresses are names of XML languages or places in the page itself.
    references = re.findall(r'(?:href|src)="([^"]*)"', text)
    assert all(r.startswith(("#", "data:")) for r in references)
    assert not re.findall(r"@import|url\((?!#)", text)
    assert len(page.ids) == len(set(page.ids))
    assert all(r[1:] in page.ids for r in references if r.startswith("#"))


def test_every_picture_says_what_it_shows(page):
    assert all(attributes["alt"] for attributes in page.of("img"))
    assert all(attributes["aria-label"] for attributes in page.of("svg"))
    assert any(re.fullmatch(r"a \d, wrongly read as \d", a["alt"]) for a in page.of("img"))


def test_the_figures_have_the_pages_own_colours(comparison):
    text = report_html(comparison)
    assert "currentColor" in text
    assert "#010203" not in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_the_page_says_what_was_found(comparison, page):
    text = re.sub(r"\s+", " ", " ".join(page.text))
    for result in comparison.results[:3]:
        assert f"{100 * result.accuracy:.2f} %" in text
        assert f"{result.macro_f1:.4f}" in text
    assert "The 'epochs' parameter" in text
    assert "1,200 rows to learn from, 597 to be scored on" in text
    assert comparison.data["checksum"] in text
    assert comparison.environment["versions"]["scikit-learn"] in text
    net = comparison.results[0]
    wrong = sum(count for _, _, count in net.confused_pairs())
    assert f"{597 - wrong} of 597 right, {wrong} wrong." in text


def test_words_from_outside_stay_words(page, comparison):
    assert "<b>bayes</b> | *" in page.text
    assert page.of("b") == []
    markdown = report_markdown(comparison)
    assert r"| \<b\>bayes\</b\> \| \* |" in markdown


def test_markdown_tables_are_whole(comparison):
    markdown = report_markdown(comparison)
    tables = re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
    assert len(tables) == 2 + 2 * 3
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table
    net = comparison.results[0]
    true, guess, count = net.confused_pairs()[0]
    assert f"{true} read as {guess} ({count})" in markdown


def test_json_gives_the_same_report_back(comparison, tmp_path):
    assert write_report(comparison, tmp_path / "a" / "b") == tmp_path / "a" / "b" / "report.html"
    first = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
    assert first.keys() == {"report.html", "report.md", "report.json"}
    again = Comparison.from_json(first["report.json"].decode())
    write_report(again, tmp_path / "c")
    assert {path.name: path.read_bytes() for path in (tmp_path / "c").iterdir()} == first


def test_what_was_written_before_versions_had_pictures_is_still_read(comparison):
    old = replace(
        comparison,
        pictures=(),
        results=tuple(replace(r, predictions=(), history={}) for r in comparison.results),
    )
    assert Page(report_html(old)).of("img") == []


def test_the_verdict_is_on_top_and_says_what_the_tests_say(comparison, page):
    first = next(text for text in page.text if "right" in text)
    assert first == comparison.verdict()
    assert report_markdown(comparison).split("**")[1].replace("\\", "") == first
    text = re.sub(r"\s+", " ", " ".join(page.text))
    assert "Tested by the exact McNemar test" in text
    for (name, other), found in comparison.pairwise().iterrows():
        p = "< 0.001" if found.p_adjusted < 0.001 else f"{found.p_adjusted:.3f}"
        better = "as trained" if found.as_trained else "yes"
        better = better if found.p_adjusted < 0.05 else "no"
        low, high = 100 * found.low, 100 * found.high
        line = f"{name} {other} {100 * found.difference:.2f} {low:.2f} to {high:.2f} {p} {better}"
        assert line in text


def test_the_cheapest_of_the_best_are_named(comparison):
    svm, bayes = comparison.results[1:3]
    dear = replace(svm, name="dear", predict_one_ms=99.0, size_bytes=10**9)
    told = report_markdown(replace(comparison, results=(svm, dear, bayes)))
    assert "Of the 2 that are not shown to be worse" in told
    assert f"svm is the quickest to predict a row ({svm.predict_one_ms:.2f} ms)" in told
    assert "svm is the smallest on disk" in told
    alone = report_markdown(replace(comparison, results=(svm, bayes)))
    assert "No other is as good, whatever it costs." in alone


def test_digits_that_tell_models_apart_are_shown(comparison, page):
    rights = {r.name: r.rights()[0] for r in comparison.results[:3]}
    only_svm = rights["svm"] & ~rights["net"] & ~rights["<b>bayes</b> | *"]
    none = ~(rights["svm"] | rights["net"] | rights["<b>bayes</b> | *"])
    text = re.sub(r"\s+", " ", " ".join(page.text))
    assert re.search(rf"Only svm reads right {only_svm.sum()} digits?\b", text)
    assert re.search(rf"No model reads right {none.sum()} digits?\b", text)
    lists = [attributes.get("aria-label") for attributes in page.of("ul")]
    assert "Only svm reads these right" in lists
    assert "No model reads these right" in lists


def test_seeds_and_splits_are_told_apart():
    X, y = load_sample_digits(return_X_y=True)
    models = {"net": make_model("ann", epochs=1), "bayes": GaussianNB()}
    comparison = compare(models, X[:400], y[:400], cv=2, seeds=2)
    page = report_markdown(comparison)
    variance = comparison.results[0].variance()
    lowest, highest = (
        100 * end(a for seed in comparison.results[0].seed_accuracies for a in seed)
        for end in (min, max)
    )
    assert (
        f"| net | 2 | 2 | {lowest:.2f} % | {highest:.2f} % | {100 * variance.seeds**0.5:.2f} | "
        f"{100 * variance.splits**0.5:.2f} |" in page
    )
    assert re.search(r"^\| bayes \| 1 \| 2 \|", page, re.MULTILINE)
    assert "- Seeds: 0, 1; bayes once" in page
    assert "Splits: StratifiedKFold(n\\_splits=2" in page
    assert "corrected resampled t-test" in page


def test_cross_validation_is_said():
    X, y = load_sample_digits(return_X_y=True)
    markdown = report_markdown(compare({"bayes": GaussianNB()}, X[:300], y[:300], cv=3))
    assert "3 splits, of about 200 rows to learn from and 100 to be scored on" in markdown
    assert "takes the predictions of all splits as independent" in markdown


def test_names_with_dollars_are_names():
    X, y = load_sample_digits(return_X_y=True)
    models = {"a_$^$": GaussianNB(), r"$\frac{$": GaussianNB(var_smoothing=0.1)}
    text = report_html(compare(models, X[:300], y[:300], X[300:600], y[300:600]))
    assert "a_$^$" in text


def test_a_failed_write_leaves_the_old_report(comparison, tmp_path, monkeypatch):
    write_report(comparison, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    broken = replace(comparison, environment={})
    with pytest.raises(KeyError):
        write_report(broken, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_drawing_changes_no_global_style(comparison):
    import matplotlib as mpl

    mpl.get_backend()  # settled when first something is drawn
    before = mpl.rcParams.copy()
    report_html(comparison)
    assert mpl.rcParams == before


def test_a_page_on_data(tmp_path):
    X, y = load_sample_digits(return_X_y=True)
    path = write_exploration(explore(X, y, title="the sample <digits>"), tmp_path)
    page = Page(path.read_text(encoding="utf-8"))
    text = " ".join(page.text)
    assert "the sample <digits>" in text
    assert "1,797" in text
    assert len(page.of("img")) == 40
    assert all(re.fullmatch(r"a \d", attributes["alt"]) for attributes in page.of("img"))


def test_labels_and_titles_that_no_svg_can_hold_are_replaced(tmp_path):
    X, y = load_sample_digits(return_X_y=True)
    names = np.array(["\x01", "$x^{", "</svg>"])[y[:200] % 3]
    rows = X[:100], names[:100], X[100:200], names[100:]
    models = {"\x00a": GaussianNB(), "$b^{": GaussianNB(var_smoothing=1)}
    comparison = compare(models, *rows, title="a name that is no text: \udcff")
    page = write_report(comparison, tmp_path).read_text(encoding="utf-8")
    assert "$x^{" in page
    assert Comparison.from_json(comparison.to_json()) == comparison
    explored = explore(*rows[:2], title="\udcff")
    assert write_exploration(explored, tmp_path).read_text(encoding="utf-8")
