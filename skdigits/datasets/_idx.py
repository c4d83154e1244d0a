"""Bytes of a file into an array: gzip, bzip2, xz, and IDX."""

import bz2
import gzip
import lzma
import math
import zlib

import numpy as np

from skdigits._ground.public import public
from skdigits.errors import DataFileError

# How a compressed file begins, what it is called, and what undoes it.
_COMPRESSED = (
    (b"\x1f\x8b", "gzip", gzip.decompress),
    (b"BZh", "bzip2", bz2.decompress),
    (b"\xfd7zXZ\x00", "xz", lzma.decompress),
)
SUFFIXES = (".gz", ".bz2", ".xz")


def decompress(content: bytes) -> bytes:
    """Undo gzip, bzip2 or xz, where the bytes are compressed.

    Raises
    ------
    DataFileError
        If they are damaged, or a web page as a login or an error gives instead of the file.
    """
    for magic, name, undo in _COMPRESSED:
        if content.startswith(magic):
            try:
                content = undo(content)
            except (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError) as error:
                raise DataFileError(f"is a damaged or cut {name} file ({error})") from error
            break
    if content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise DataFileError("is a web page (HTML), not a data file")
    return content


@public("skdigits.datasets")
def parse_idx(content: bytes) -> np.ndarray:
    """Read the bytes of an IDX file of unsigned bytes.

    Parameters
    ----------
    content : bytes
        The file, not compressed.

    Returns
    -------
    array : ndarray of uint8
        Of the shape that the file's header gives.

    Raises
    ------
    DataFileError
        If the header is not that of an IDX file of unsigned bytes, or the length is not what it
        says.

    References
    ----------
    The format is described at http://yann.lecun.com/exdb/mnist/.

    Examples
    --------
    >>> from skdigits.datasets import parse_idx
    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes([7, 2, 1]))
    array([7, 2, 1], dtype=uint8)
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise DataFileError(
            f"starts with {bytes(content[:4])!r}, but an IDX file of unsigned bytes starts with "
            r"b'\x00\x00\x08' and the number of dimensions"
        )
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise DataFileError(f"is {len(content):,} bytes long, but its header alone has {header:,}")
    shape = tuple(np.frombuffer(content[4:header], dtype=">u4").tolist())
    size = header + math.prod(shape)
    if len(content) != size:
        raise DataFileError(f"is {len(content):,} bytes long, but its header says {size:,}")
    values = np.frombuffer(content, dtype=np.uint8, offset=header)
    try:
        return values.reshape(shape)
    except ValueError as error:  # too many dimensions, or too large beside one of 0
        raise DataFileError(f"has a shape in its header that no array has ({error})") from error
