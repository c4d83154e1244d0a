import html.parser
import re
from dataclasses import replace

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
    assert len(tables) == 1 + 2 * 3
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


def test_the_verdict_names_the_best_and_does_not_overstate(comparison):
    net, svm = comparison.results[:2]

    def verdict(*results):
        return report_markdown(replace(comparison, results=results)).split("**")[1]

    far = replace(net, name="far", accuracy=0.5, accuracy_low=0.45, accuracy_high=0.55)
    near = replace(svm, name="near", accuracy=net.accuracy - 0.001)
    assert verdict(far, net).startswith("net is best")
    assert "lies above those of all others" in verdict(far, net)
    assert "overlaps with that of near" in verdict(net, near, far)
    assert "far" not in verdict(net, near, far)
    assert verdict(net).startswith("net has")
    assert "No model could be scored" in verdict(comparison.results[3])


def test_cross_validation_is_said():
    X, y = load_sample_digits(return_X_y=True)
    markdown = report_markdown(compare({"bayes": GaussianNB()}, X[:300], y[:300], cv=3))
    assert "300 rows, each scored once, over 3 splits" in markdown
    assert "takes the predictions of all splits as independent" in markdown


def test_a_failed_write_leaves_the_old_report(comparison, tmp_path, monkeypatch):
    write_report(comparison, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    broken = replace(comparison, data={})
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
