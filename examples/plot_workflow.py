"""Train the 784-128-10 network for five epochs, as the notebooks do, and see how it reads digits.

python examples/train_ann.py          # the bundled digits, no download
python examples/train_ann.py mnist    # MNIST
"""

import sys

from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split

from skdigits import load_mnist, load_sample_digits, make_model

if "mnist" in sys.argv[1:]:
    X_train, y_train = load_mnist(subset="train", return_X_y=True)
    X_test, y_test = load_mnist(subset="test", return_X_y=True)
else:
    X, y = load_sample_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

# Pixels stay 0-255: the Pipeline scales them, here and in every prediction to come.
model = make_model("ann", epochs=5, validation_fraction=0.1, random_state=0)
model.fit(X_train, y_train)

history = model["ann"].history_
for epoch, (loss, accuracy) in enumerate(
    zip(history["val_loss"], history["val_accuracy"], strict=True), start=1
):
    print(f"epoch {epoch}: validation loss {loss:.4f}, validation accuracy {accuracy:.4f}")

predicted = model.predict(X_test)
print(f"\ntest accuracy: {model.score(X_test, y_test):.4f}\n")
print(classification_report(y_test, predicted, digits=4))
print("confusion matrix (rows: true, columns: predicted):")
print(confusion_matrix(y_test, predicted))
