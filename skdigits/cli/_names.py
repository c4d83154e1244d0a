"""The words that name models and data sets, known without importing what they stand for."""

MODELS = ("ann", "ann-best", "cnn", "cnn-best", "svm", "logreg")

# The published data sets: their titles, and the functions of `skdigits.datasets` that load them.
PUBLISHED = {
    "mnist": ("MNIST", "load_mnist"),
    "fashion-mnist": ("Fashion-MNIST", "load_fashion_mnist"),
    "kmnist": ("KMNIST", "load_kmnist"),
    "emnist-digits": ("EMNIST digits", "load_emnist_digits"),
}
