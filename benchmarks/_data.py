"""The rows that every peer gets."""

import numpy as np
from sklearn.model_selection import train_test_split

from skdigits import load_mnist, load_sample_digits


def pixels(data):
    """Load a data set.

    Parameters
    ----------
    data : {"sample", "mnist"}
        The bundled digits, a quarter of them set aside for the test, or all of MNIST.

    Returns
    -------
    X_train, y_train, X_test, y_test : ndarray
        Pixels as uint8, labels as int64.
    """
    if data == "mnist":
        train, test = (load_mnist(subset=part, return_X_y=True) for part in ("train", "test"))
    else:
        X, y = load_sample_digits(return_X_y=True)
        X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
        train, test = (X_train, y_train), (X_test, y_test)
    return train[0], train[1].astype(np.int64), test[0], test[1].astype(np.int64)
