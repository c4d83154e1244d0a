"""
Watch a search, and see what epochs are worth
=============================================

scikit-learn's callbacks are told of every epoch, deep inside a search. And how many epochs are
enough is not a matter for a grid: one fit a split shows the whole curve.
"""

# %%
# Every epoch of every candidate and split
# ----------------------------------------
# A `ScoringMonitor` on the network scores its validation rows after each epoch, in both processes;
# `epoch_scores` puts what it saw beside the candidates' parameters.
# `search.set_callbacks(ProgressBar(max_propagation_depth=None))` would show bars meanwhile.

import sys

from sklearn.callback import ScoringMonitor
from sklearn.model_selection import GridSearchCV, train_test_split

from skdigits import diagnose, epoch_scores, load_mnist, load_sample_digits, make_model
from skdigits.plots import EpochCurveDisplay

if "mnist" in sys.argv[1:]:
    X, y = load_mnist(subset="train", return_X_y=True)
    X, _, y, _ = train_test_split(X, y, train_size=10_000, stratify=y, random_state=0)
else:
    X, y = load_sample_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

model = make_model("ann", epochs=10, validation_fraction=0.2, random_state=0)
monitor = ScoringMonitor(scoring="accuracy")
model["ann"].set_callbacks(monitor)
search = GridSearchCV(model, {"ann__learning_rate": [0.0003, 0.001, 0.003]}, cv=3, n_jobs=2)
search.fit(X_train, y_train)

scores = epoch_scores(monitor, search)
print(scores.pivot_table("accuracy", "epoch", "param_ann__learning_rate").round(3).to_string())

# %%
# The curve over epochs
# ---------------------
# Three fits of thirty epochs, and the scores that fits of 1, 2, ... 30 epochs would have.

rate = search.best_params_["ann__learning_rate"]
model = make_model("ann", epochs=30, learning_rate=rate, random_state=0)
display = EpochCurveDisplay.from_estimator(model, X_train, y_train, cv=3)
means = display.curve.test_scores.mean(axis=1)
print(f"\ncross-validated accuracy after 1, 5, 30 epochs: {means[[0, 4, 29]].round(4)}")

# %%
# What may still be wrong
# -----------------------
# `diagnose` looks for it, and says with which number it found something.

model.set_params(ann__epochs=int(means.argmax()) + 1).fit(X_train, y_train)
for finding in diagnose(model, X_train, y_train, X_test, y_test) or ["nothing found"]:
    print(finding)
print(f"test accuracy of the best: {model.score(X_test, y_test):.4f}")
