"""Files of other formats, known by how they begin, and the line that converts them."""

import re
import zipfile

from skdigits._ground.words import shortened
from skdigits.errors import DataFileError

_READ = "what is read is CSV, .npz and IDX (or these in gzip, bzip2, xz or zip)"
_SAVE = 'np.savez("mine.npz", X=X, y=y)'
_CSV = '.to_csv("mine.csv", index=False)'

_ARFF = (
    'import pandas as pd; from scipy.io import arff; pd.DataFrame(arff.loadarff("FILE")[0]).map('
    f"lambda v: v.decode() if isinstance(v, bytes) else v){_CSV}"
)
_HDF5 = (
    'import h5py, numpy as np; f = h5py.File("FILE"); np.savez("mine.npz", X=f["X"], y=f["y"]) '
    "(with the names that are in it: print(list(f)))"
)
_TORCH = f'import numpy as np, torch; X, y = torch.load("FILE"); {_SAVE} (if it holds such a pair)'
_UNPACK = "unpack it, and give the file or folder that comes out"

# What a file begins with, what it then is, and what makes it readable.
_BEGINNINGS = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", _HDF5),
    (b"MATLAB 7.3", "a MATLAB file of version 7.3, which is HDF5", _HDF5),
    (
        b"MATLAB 5.0",
        "a MATLAB file",
        'import numpy as np, scipy.io; m = scipy.io.loadmat("FILE"); np.savez("mine.npz", '
        'X=m["X"], y=m["y"].ravel()) (with the names that are in it: print(list(m)))',
    ),
    (
        b"PAR1",
        "a Parquet file",
        f'import pandas as pd; pd.read_parquet("FILE"){_CSV}',
    ),
    (b"ARROW1", "an Arrow file", f'import pandas as pd; pd.read_feather("FILE"){_CSV}'),
    (b"FEA1", "a Feather file", f'import pandas as pd; pd.read_feather("FILE"){_CSV}'),
    (
        b"\x93NUMPY",
        "a .npy file, a single array without labels",
        'import numpy as np; np.savez("mine.npz", X=np.load("FILE"), y=np.load("labels.npy"))',
    ),
    (b"\xd0\xcf\x11\xe0", "an Excel file", f'import pandas as pd; pd.read_excel("FILE"){_CSV}'),
    (b"SQLite format 3", "an SQLite database", "export its table as CSV"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
)
_PICKLE = (
    'import numpy as np, pickle; X, y = pickle.load(open("FILE", "rb"), encoding="latin1"); '
    f"{_SAVE} (if it holds such a pair, and only if you trust it: a pickle may run any code)"
)
_BEGINNING_LENGTH = 4096


def refuse_foreign(content):
    """Refuse bytes of a format that is known and not read.

    Raises
    ------
    DataFileError
        With the name of the format, what is read, and a line that converts.
    """
    for beginning, what, line in _BEGINNINGS:
        if content.startswith(beginning):
            raise _refusal(what, line)
    if content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise _refusal("a pickle", _PICKLE)
    if content[257:262] == b"ustar":
        raise _refusal("a tar archive", _UNPACK)


def refuse_foreign_text(text):
    """Refuse text of a format that is known and not read.

    Raises
    ------
    DataFileError
        With the name of the format, what is read, and a line that converts.
    """
    beginning = text[:_BEGINNING_LENGTH]
    if re.search(r"(?im)^\s*@(relation|attribute)\b", beginning):
        raise _refusal("an ARFF file", _ARFF)
    if re.match(r"\s*[\[{]", beginning):
        line = f'import pandas as pd; pd.read_json("FILE"){_CSV}'
        raise _refusal("a JSON file", f"{line} (if it holds a table)")
    if re.match(r"\s*\S+([ \t]+\d+:[-+.\deE]+)+[ \t]*(#.*)?(\n|\Z)", beginning):
        line = "import numpy as np; from sklearn.datasets import load_svmlight_file; "
        raise _refusal(
            "a LIBSVM file",
            f'{line}X, y = load_svmlight_file("FILE"); np.savez("mine.npz", X=X.toarray(), y=y)',
        )


def refuse_foreign_archive(names):
    """Refuse a zip archive that is a file of another program.

    Raises
    ------
    DataFileError
        With the name of the format, what is read, and a line that converts.
    """
    if "xl/workbook.xml" in names:
        raise _refusal("an Excel file", f'import pandas as pd; pd.read_excel("FILE"){_CSV}')
    if any(name.rsplit("/", 1)[-1] == "data.pkl" for name in names):
        raise _refusal("a PyTorch file", _TORCH)
    if "skdigits.json" in names:
        raise DataFileError("is a model that skdigits has saved, not a data file")


def members(archive: zipfile.ZipFile):
    """Return the names of what somebody has put into a zip archive, without what systems add."""
    names = [name for name in archive.namelist() if not name.endswith("/")]
    return [
        name
        for name in names
        if not name.startswith("__MACOSX/") and not name.rsplit("/", 1)[-1].startswith(".")
    ]


def refuse_several(names):
    """Refuse a zip archive of several files.

    Raises
    ------
    DataFileError
        With the first of their names.
    """
    raise DataFileError(
        f"is a zip archive of {len(names)} files, and which has images and labels cannot be told: "
        f"{shortened(names, 6)}. Unpack it, and give the path of one, or of a folder with four IDX "
        "files"
    )


def _refusal(what, line):
    remedy = line if line in (_UNPACK,) else f"this line converts it: {line}"
    return DataFileError(f"is {what}; {_READ}. {remedy[0].upper()}{remedy[1:]}")
