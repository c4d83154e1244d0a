"""A comparison or an exploration becomes a page to read: HTML, Markdown, JSON."""

from skdigits.report._figures import need_matplotlib
from skdigits.report._write import (
    report_html,
    report_markdown,
    write_exploration,
    write_report,
)

__all__ = ["need_matplotlib", "report_html", "report_markdown", "write_exploration", "write_report"]
