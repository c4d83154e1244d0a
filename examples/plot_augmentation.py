"""
Distorted digits: what augmentation does, and what it is good for
=================================================================

A network that has seen digits shifted, turned and bent reads those of other people better.
"""

# %%
# What it does
# ------------
# Each row begins with a digit as it is. `Augmentation` works on rows of any scale, and needs no
# network.

import sys

import numpy as np
from matplotlib import pyplot as plt
from sklearn.model_selection import train_test_split

from skdigits import Augmentation, evaluate, load_mnist, load_sample_digits, make_model
from skdigits.plots import AugmentationDisplay, ReliabilityDisplay

if "mnist" in sys.argv[1:]:
    X, y = load_mnist(return_X_y=True)
    X_train, X_test, y_train, y_test = X[:60000], X[60000:], y[:60000], y[60000:]
else:
    X, y = load_sample_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

augmentation = Augmentation(shift=2, rotation=15)
AugmentationDisplay.from_data(X_train, augmentation)
plt.show()

# %%
# What it is good for
# -------------------
# The same network twice, and test digits as they are and shifted by three pixels.

images = np.pad(X_test.reshape(-1, 28, 28), ((0, 0), (3, 0), (3, 0)))[:, :28, :28]
shifted = images.reshape(len(X_test), -1)
for augment in (None, augmentation):
    model = make_model("ann", epochs=20, augment=augment, random_state=0).fit(X_train, y_train)
    name = "augmented" if augment else "plain"
    as_it_is, moved = (model.score(rows, y_test) for rows in (X_test, shifted))
    print(f"{name:<9}  test accuracy: {as_it_is:.4f}, shifted: {moved:.4f}")

# %%
# How sure it is
# --------------
# A model that knows when it is not sure can refuse to answer.

result = evaluate(model, X_test, y_test)
print(f"expected calibration error: {result.calibration_error:.4f}")
for share, accuracy in result.accuracy_when_refusing:
    print(f"without the least certain {share:.0%}: {accuracy:.4f}")
ReliabilityDisplay.from_result(result)
plt.show()
