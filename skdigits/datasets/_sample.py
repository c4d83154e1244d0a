"""scikit-learn's bundled digits in the form of MNIST."""

from typing import Any

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils._param_validation import validate_params

from skdigits._ground.centring import centred
from skdigits._ground.public import public
from skdigits.datasets._bunch import SIDE, make_bunch

_DESCR = """Sample digits

scikit-learn's bundled digits (1,797 images of 8x8 pixels, 0-16) brought to the form of MNIST:
enlarged to 20x20 pixels by cubic splines, stretched in contrast to 0-255 (uint8), and centred by
their centre of mass in 28x28.

Source: E. Alpaydin, C. Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, https://doi.org/10.24432/C50P49; `sklearn.datasets.load_digits`.
"""


@public()
@validate_params(
    {"return_X_y": ["boolean"], "as_frame": ["boolean"]}, prefer_skip_nested_validation=True
)
def load_sample_digits(
    *, return_X_y: bool = False, as_frame: bool = False
) -> Bunch | tuple[Any, Any]:
    """Load scikit-learn's bundled digits in the form of MNIST, without a network.

    Parameters
    ----------
    return_X_y : bool, default=False
        Whether to return `(data, target)` instead of a Bunch.
    as_frame : bool, default=False
        Whether data and target are a pandas DataFrame and Series.

    Returns
    -------
    data : Bunch
        With 1,797 rows, and otherwise as from `load_mnist`.
    (data, target) : tuple
        Where `return_X_y` is set.

    Examples
    --------
    >>> from skdigits import load_sample_digits
    >>> digits = load_sample_digits()
    >>> digits.data.shape, digits.images.shape, int(digits.data.max())
    ((1797, 784), (1797, 28, 28), 255)
    """
    from scipy import ndimage
    from sklearn.datasets import load_digits

    small, target = load_digits(return_X_y=True)
    small = small.reshape(-1, 8, 8) / 16
    large = ndimage.zoom(small, (1, 2.5, 2.5), order=3, mode="grid-constant", grid_mode=True)
    # MNIST's strokes have sharp edges, enlarged ones do not: the middle of the scale is stretched.
    large = np.rint(np.clip(2 * large - 0.6, 0, 1) * 255).astype(np.uint8)
    images = np.array([centred(digit, SIDE) for digit in large])
    return make_bunch(images, target, _DESCR, return_X_y, as_frame)
