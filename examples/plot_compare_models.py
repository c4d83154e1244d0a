"""Put the network beside an SVM and a logistic regression, on the same splits.

python examples/compare_models.py          # the bundled digits, five splits
python examples/compare_models.py mnist    # 5,000 digits of MNIST, five splits
"""

import sys

from sklearn.model_selection import train_test_split

from skdigits import compare, load_mnist, load_sample_digits, make_model

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
comparison = compare(models, X, y, cv=5)

columns = ["accuracy", "accuracy_low", "accuracy_high", "log_loss", "fit_seconds", "predict_one_ms"]
print(comparison.frame()[columns].round(4).to_string())
for result in comparison.results:
    splits = ", ".join(f"{accuracy:.4f}" for accuracy in result.split_accuracies)
    print(f"{result.name}: {splits}")
