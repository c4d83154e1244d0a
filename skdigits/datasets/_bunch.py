"""The form in which the loaders return images."""

import numpy as np
from sklearn.utils import Bunch

SIDE = 28
DIGITS = tuple("0123456789")


def make_bunch(images, target, descr, return_X_y, as_frame, target_names=DIGITS):
    """Return images of shape (n_samples, 28, 28) and their classes as `load_mnist` describes it."""
    data = images.reshape(len(images), -1)
    target = target.astype(np.int64)
    names = [f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE)]
    frame = None
    X, y = data, target
    if as_frame:
        import pandas as pd

        X, y = pd.DataFrame(data, columns=names), pd.Series(target, name="target")
        frame = pd.concat([X, y], axis=1)
    if return_X_y:
        return X, y
    return Bunch(
        data=X,
        target=y,
        frame=frame,
        images=data.reshape(-1, SIDE, SIDE),
        feature_names=names,
        target_names=list(target_names),
        DESCR=descr,
    )
