"""
Save a model, load it, train on
===============================

A model is saved as one file, the whole Pipeline and no pickle in it. It is loaded and used without
TensorFlow, and its training goes on where it stopped, to the same bits as if it had never stopped.
"""

# %%
# Save
# ----
# What the model was trained on and how it did can be put into the file.

import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

from skdigits import (
    evaluate,
    load_mnist,
    load_model,
    load_sample_digits,
    make_model,
    model_info,
    save_model,
)

if "mnist" in sys.argv[1:]:
    X_train, y_train = load_mnist(subset="train", return_X_y=True)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
else:
    X, y = load_sample_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

model = make_model("ann", epochs=3, random_state=0).fit(X_train, y_train)
result = evaluate(model, X_test, y_test)

folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "digits.skops"
save_model(model, path, training_data=(X_train, y_train), result=result)
print(f"{path.name}: {path.stat().st_size:,} bytes")

# %%
# Load
# ----
# ``model_info`` reads what is known of a model without loading it. ``load_model`` runs no code from
# the file, and refuses one that is cut, was changed, or holds types that nobody trusts.

info = model_info(path)
print(f"saved with scikit-learn {info['versions']['scikit-learn']}")
print(f"trained on {info['training_data']['n_rows']:,} rows, {info['training_data']['checksum']}")

loaded = load_model(path)
print(f"test accuracy: {loaded.score(X_test, y_test):.4f}")
assert np.array_equal(loaded.predict_proba(X_test), model.predict_proba(X_test))

# %%
# Train on
# --------
# With ``warm_start`` the next ``fit`` goes on from here: two more epochs after the three.

loaded.set_params(ann__warm_start=True, ann__epochs=2).fit(X_train, y_train)
through = make_model("ann", epochs=5, random_state=0).fit(X_train, y_train)
assert np.array_equal(loaded["ann"].coefs_[0], through["ann"].coefs_[0])
print(f"test accuracy after {loaded['ann'].n_iter_} epochs: {loaded.score(X_test, y_test):.4f}")

# %%
# Only to predict
# ---------------
# Without the optimizer's state the file is smaller, and predicts the same.

save_model(model, path, training_state=False)
print(f"{path.name}: {path.stat().st_size:,} bytes")
folder.cleanup()
