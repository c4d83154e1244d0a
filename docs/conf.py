"""How Sphinx builds these pages: python -m sphinx -W docs docs/_build."""

from pathlib import Path

import skdigits

project = "skdigits"
author = "The skdigits developers"
version = release = skdigits.__version__
root_doc = "index"
exclude_patterns = ["_build", "results", "auto_examples/**/*.ipynb"]
default_role = "literal"
suppress_warnings = ["ref.ref"]  # scikit-learn's own docstrings refer to its guide
html_theme = "pydata_sphinx_theme"
html_title = f"skdigits {release}"
html_extra_path = ["report/report.html"]  # a page of its own
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
}
ALONE = ("getting_started", "api", "report/report", "measured", "architecture", "changelog")
html_sidebars = {page: [] for page in ALONE}

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
]
myst_heading_anchors = 3
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False  # the template of a class lists them
templates_path = ["_templates"]
sphinx_gallery_conf = {
    "examples_dirs": str(Path(__file__).parent.parent / "examples"),
    "gallery_dirs": "auto_examples",
    "abort_on_example_error": True,
    "show_memory": False,
    "download_all_examples": False,
    "doc_module": ("skdigits",),
    "backreferences_dir": None,
}
