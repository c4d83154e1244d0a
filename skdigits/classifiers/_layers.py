"""Parameters that describe layers, checked and as plain values."""

from numbers import Integral


def layer_sizes(sizes):
    """Return `hidden_layer_sizes` as a list of whole numbers.

    Raises
    ------
    ValueError
        If it holds anything else.
    """
    listed = [sizes] if isinstance(sizes, Integral) else list(sizes)
    if not all(_is_count(size) for size in listed):
        raise ValueError(f"hidden_layer_sizes takes whole numbers of at least 1, got {sizes!r}.")
    return [int(size) for size in listed]


def convolutions(layers):
    """Return `conv_layers` as a list of lists of three whole numbers.

    Raises
    ------
    ValueError
        If it holds anything else, or nothing.
    """
    try:
        listed = [list(layer) for layer in layers]
    except TypeError:
        listed = []
    if not listed or not all(len(one) == 3 and all(map(_is_count, one)) for one in listed):
        raise ValueError(
            "conv_layers takes (filters, side of the kernel, stride) for each convolution, whole "
            f"numbers of at least 1 such as ((16, 5, 2), (32, 3, 1)), got {layers!r}."
        )
    return [[int(number) for number in one] for one in listed]


def _is_count(size):
    return isinstance(size, Integral) and not isinstance(size, bool) and size > 0
