"""
Compare the network with an SVM and a logistic regression
=========================================================

Three models on the same splits of the same digits: which is better, by how much, and at what cost.
The same from the command line, as a page to read: ``skdigits compare --out report``.
"""

# %%
# Compare
# -------
# ``compare`` takes any scikit-learn classifiers. Each is cloned, and sees the same five splits.

import sys
import tempfile

import matplotlib.pyplot as plt
from sklearn.model_selection import train_test_split

from skdigits import compare, load_mnist, load_sample_digits, make_model, plots, write_report

if "mnist" in sys.argv[1:]:
    X, y = load_mnist(subset="train", return_X_y=True)
    X, _, y, _ = train_test_split(X, y, train_size=5_000, stratify=y, random_state=0)
else:
    X, y = load_sample_digits(return_X_y=True)

models = {
    "network": make_model("ann", epochs=10, random_state=0),
    "SVM": make_model("svm"),
    "logistic regression": make_model("logreg"),
}
comparison = compare(models, X, y, cv=5, title="digits, five splits")

columns = ["accuracy", "accuracy_low", "accuracy_high", "log_loss", "fit_seconds", "size_bytes"]
print(comparison.frame()[columns].round(4).to_string())
for result in comparison.results:
    splits = ", ".join(f"{accuracy:.4f}" for accuracy in result.split_accuracies)
    print(f"{result.name}: {splits}")

# %%
# Is the difference real?
# -----------------------
# A sentence, and what is behind it: every two models, tested by the corrected resampled t-test over
# the splits, with Holm's correction, and the probability that they are as good as equal.

print(comparison.verdict())
print(comparison.pairwise().round(4).to_string())

# %%
# Draw
# ----
# Accuracy against what it costs; the bars are 95 % intervals.

plots.AccuracyCostDisplay.from_comparison(comparison, cost="fit_seconds")
plots.AccuracyCostDisplay.from_comparison(comparison, cost="size_bytes")
plt.show()

# %%
# Write it up
# -----------
# A page with the pictures inside, the same as Markdown, and the JSON that gives both again.

with tempfile.TemporaryDirectory() as folder:
    page = write_report(comparison, folder)
    print(f"{page.name}: {page.stat().st_size:,} bytes")
