"""
Tune the network with GridSearchCV
==================================

The network in its Pipeline is a scikit-learn estimator, so scikit-learn's own search tunes it.
"""

# %%
# Search
# ------
# Two learning rates and two sizes of the hidden layer, three splits each, in two processes.

import sys

import pandas as pd
from sklearn.model_selection import GridSearchCV, train_test_split

from skdigits import load_mnist, load_sample_digits, make_model

if "mnist" in sys.argv[1:]:
    X, y = load_mnist(subset="train", return_X_y=True)
    X, _, y, _ = train_test_split(X, y, train_size=10_000, stratify=y, random_state=0)
else:
    X, y = load_sample_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

search = GridSearchCV(
    make_model("ann", random_state=0),
    {
        "ann__learning_rate": [0.001, 0.003],
        "ann__hidden_layer_sizes": [(64,), (128,)],
    },
    cv=3,
    n_jobs=2,
)
search.fit(X_train, y_train)

# %%
# What was found
# --------------

columns = ["param_ann__learning_rate", "param_ann__hidden_layer_sizes", "mean_test_score"]
print(pd.DataFrame(search.cv_results_)[columns].to_string(index=False))
print(f"\nbest: {search.best_params_}")
print(f"cross-validated accuracy: {search.best_score_:.4f}")
print(f"test accuracy of the refitted best: {search.score(X_test, y_test):.4f}")
