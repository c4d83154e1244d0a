"""Images to learn from: published data sets, bundled digits, and one's own files."""

from skdigits.datasets._fetch import data_folder
from skdigits.datasets._file import load_data_file
from skdigits.datasets._idx import parse_idx
from skdigits.datasets._published import (
    load_emnist_digits,
    load_fashion_mnist,
    load_kmnist,
    load_mnist,
)
from skdigits.datasets._sample import load_sample_digits

__all__ = [
    "data_folder",
    "load_data_file",
    "load_emnist_digits",
    "load_fashion_mnist",
    "load_kmnist",
    "load_mnist",
    "load_sample_digits",
    "parse_idx",
]
