"""
A network of your own: a small residual one
===========================================

A deeper network is one function, not a new class: it makes a Keras model, and
`DigitNetworkClassifier` gives it the manners of a scikit-learn estimator.
"""

# %%
# The function
# ------------
# It is told how many features and classes there are, and the images' shape; the model takes rows
# and ends in a softmax. What it does not seed follows from `random_state`. The moving averages of
# its batch normalization are learned and kept with the weights.

import sys

from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline

from skdigits import DigitNetworkClassifier, PixelScaler, load_mnist, load_sample_digits


def residual(meta, filters=16, n_blocks=2):
    """Blocks of two convolutions, each added to what it was made from."""
    from keras import Input, Model, layers

    rows = Input((meta["n_features_in_"],))
    x = layers.Reshape((*meta["image_shape"], 1))(rows)
    x = layers.Conv2D(filters, 5, strides=2, padding="same", activation="relu")(x)
    for _ in range(n_blocks):
        before = x
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(layers.Add()([x, before]))
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    return Model(rows, layers.Dense(meta["n_classes_"], activation="softmax")(x))


# %%
# Train it
# --------
# In a Pipeline as any other; a schedule and averaged weights are parameters.

if "mnist" in sys.argv[1:]:
    X, y = load_mnist(return_X_y=True)
    X_train, X_test, y_train, y_test = X[:60000], X[60000:], y[:60000], y[60000:]
else:
    X, y = load_sample_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

network = DigitNetworkClassifier(
    residual,
    network_params={"n_blocks": 2},
    epochs=8,
    learning_rate=0.005,
    learning_rate_schedule="one_cycle",
    random_state=0,
)
model = make_pipeline(PixelScaler(), network)
model.fit(X_train, y_train)
n_weights = sum(array.size for array in network.weights_)
print(f"{n_weights:,} weights, test accuracy: {model.score(X_test, y_test):.4f}")

# %%
# Tune it
# -------
# `network_params` is a parameter like any other.

for n_blocks in (1, 2):
    model.set_params(digitnetworkclassifier__network_params={"n_blocks": n_blocks})
    scores = cross_val_score(model, X_train[:1500], y_train[:1500], cv=2)
    print(f"{n_blocks} blocks: cross-validated accuracy {scores.mean():.4f}")
