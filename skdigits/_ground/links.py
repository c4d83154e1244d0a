"""Where the documentation is, for the links that scikit-learn puts into an estimator's display."""

DOCS = "https://skdigits.readthedocs.io/en/stable"


class LinkedToDocs:
    """Lets scikit-learn's HTML display of an estimator link to its place on the API page."""

    _doc_link_module = "skdigits"
    _doc_link_template = f"{DOCS}/api.html#{{anchor}}"

    def _doc_link_url_param_generator(self):
        return {"anchor": type(self).__name__.lower()}
