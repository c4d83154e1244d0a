"""
From pixels to predictions
==========================

What an MNIST notebook does, start to end: look at the digits, scale and encode them, train the
784-128-10 network, judge it, and look at what it gets wrong.

Run it with ``python examples/plot_workflow.py``, or on MNIST itself with
``python examples/plot_workflow.py mnist``.
"""

# %%
# Explore
# -------
# Rows of 784 pixels, 0 for the ground and up to 255 for the ink, and a label for each.

import sys

import matplotlib.pyplot as plt
from sklearn.model_selection import train_test_split

from skdigits import evaluate, explore, load_mnist, load_sample_digits, make_model, plots

if "mnist" in sys.argv[1:]:
    X_train, y_train = load_mnist(subset="train", return_X_y=True)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
else:
    X, y = load_sample_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

for name, value in explore(X_train, y_train).facts().items():
    print(f"{name:>25}: {value}")

plots.SampleDigitsDisplay.from_data(X_train, y_train)
plots.ClassBalanceDisplay.from_labels(y_train)
plots.PixelDistributionDisplay.from_data(X_train)

# %%
# Preprocess and encode
# ---------------------
# There is nothing to do by hand. The model is a Pipeline: ``PixelScaler`` brings 0-255 to 0-1, here
# and in every prediction to come, and the classifier encodes labels of any kind by itself. With
# ``loss="categorical_crossentropy"`` they become one-hot vectors inside.

model = make_model("ann", epochs=5, validation_fraction=0.1, random_state=0)
print(model)

# %%
# Train
# -----
# Five epochs; a tenth of the rows is set aside to see how the network does on digits that it is not
# trained on.

model.fit(X_train, y_train)
plots.TrainingCurvesDisplay.from_estimator(model, metric="loss")
plots.TrainingCurvesDisplay.from_estimator(model, metric="accuracy")

# %%
# Evaluate
# --------
# Accuracy on the test rows with its 95 % interval, the loss, and each digit's precision and recall.

result = evaluate(model, X_test, y_test)
print(
    f"test accuracy: {result.accuracy:.4f} "
    f"(95 % interval {result.accuracy_low:.4f} to {result.accuracy_high:.4f})"
)
print(f"log loss: {result.log_loss:.4f}")
print(result.per_class().round(4))

# %%
# Confusion matrix
# ----------------
# Which digits are taken for which, and what those look like.

plots.ConfusionMatrixDisplay.from_estimator(model, X_test, y_test, colorbar=False)
plots.ConfusedPairsDisplay.from_estimator(model, X_test, y_test)

# %%
# Show predictions
# ----------------
# Some test digits with the label that the network gave them and how probable it found that, and
# what the units of its first layer look for.

plots.PredictionsDisplay.from_estimator(model, X_test, y_test, random_state=0)
plots.WeightsDisplay.from_estimator(model)
plt.show()
