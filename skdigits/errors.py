"""What a user can have got wrong: errors that say what was got and what to do.

Each is a `ValueError`, so that whoever catches those need not know them. The command line shows
their message alone; of any other error it shows the traceback, since that is a fault of ours.
"""

__all__ = [
    "ComparisonError",
    "DataError",
    "DataFileError",
    "ExportError",
    "ImageError",
    "MissingExtraError",
    "ModelFileError",
    "ParameterError",
    "PixelRangeWarning",
    "SkdigitsError",
]


class SkdigitsError(ValueError):
    """What was passed cannot be used; base of the errors below."""


class ParameterError(SkdigitsError):
    """A parameter or an option has a value that does not fit, by itself or beside another."""


class DataError(SkdigitsError):
    """Rows, labels or weights are not what a model can be trained or scored on."""


class ImageError(DataError):
    """Rows are no images of the shape that is asked for, or a picture cannot be read."""


class DataFileError(DataError):
    """A data file is damaged, or holds something else than images and labels."""


class ModelFileError(SkdigitsError):
    """A model cannot be saved, or a file holds no model that can be loaded here."""


class ComparisonError(SkdigitsError):
    """A comparison's file is damaged, or results of different rows are put together."""


class ExportError(SkdigitsError):
    """A model cannot be handed on whole to the library that is asked for."""


class MissingExtraError(ImportError):
    """A package that an extra of skdigits installs is not there."""


class PixelRangeWarning(UserWarning):
    """Pixels have another range than is assumed, or one that cannot be told."""
