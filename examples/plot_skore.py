"""
In skore's reports
==================

`skore <https://docs.skore.probabl.ai>`_ makes reports on scikit-learn estimators. It takes ours as
they are: a network beside a logistic regression, one by one, in cross-validation, and compared.
What it leaves open is whether the difference is real; that is what ``compare`` is for.
"""

# %%
# One estimator
# -------------
# ``EstimatorReport`` fits the whole Pipeline and keeps its scores.

import sys

from sklearn.model_selection import train_test_split
from skore import ComparisonReport, CrossValidationReport, EstimatorReport

from skdigits import compare, load_mnist, load_sample_digits, make_model

if "mnist" in sys.argv[1:]:
    X, y = load_mnist(subset="train", return_X_y=True)
    X, _, y, _ = train_test_split(X, y, train_size=5_000, stratify=y, random_state=0)
else:
    X, y = load_sample_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

rows = {"X_train": X_train, "y_train": y_train, "X_test": X_test, "y_test": y_test}
models = {"network": make_model("ann", random_state=0), "logistic": make_model("logreg")}
reports = {name: EstimatorReport(model, **rows) for name, model in models.items()}
print(f"network, test accuracy: {reports['network'].metrics.accuracy():.4f}")

# %%
# Cross-validation
# ----------------
# ``CrossValidationReport`` clones it for every split.

splits = CrossValidationReport(models["network"], X_train, y_train, splitter=3)
print(splits.metrics.accuracy())

# %%
# A comparison
# ------------
# ``ComparisonReport`` puts the scores side by side; ``compare`` says what they are worth.

print(ComparisonReport(reports).metrics.accuracy())
print(compare(models, X_train, y_train, X_test, y_test).verdict())
