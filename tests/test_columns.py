"""What a CSV file's columns are taken for, and what separates them."""

import bz2
import gzip
import io
import lzma
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest
from fake_mnist import idx

from skdigits import load_data_file, load_sample_digits
from skdigits.errors import DataFileError, PixelRangeWarning

X, y = load_sample_digits(return_X_y=True)
# Sorted by label, as some files are: an index then tells the label.
ORDER = np.argsort(y[:120], kind="stable")
X = X[:120].reshape(-1, 28, 28)[:, ::2, ::2].reshape(120, 196)[ORDER]
y = y[:120][ORDER]
TABLE = np.column_stack([y, X])
LABEL_LAST = np.column_stack([X, y])


def written(tmp_path, table, name="mine.csv", **options):
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(table)
    frame.to_csv(tmp_path / name, **{"index": False, **options})
    return tmp_path / name


def named(label="label", pixel="pixel{}", **others):
    return pd.DataFrame(
        {**others, label: y, **{pixel.format(i): X[:, i] for i in range(X.shape[1])}}
    )


def check(data, *notes):
    assert np.array_equal(data.data, X)
    assert np.array_equal(data.target, y)
    told = "\n".join(data.notes)
    for note in notes:
        assert note in told


def refused(path, *words, **options):
    with pytest.raises(DataFileError) as caught:
        load_data_file(path, **options)
    assert len(str(caught.value)) < 1000
    for word in words:
        assert word in str(caught.value)


# --- Columns that are neither pixels nor labels -------------------------------------------------

ROW_NUMBERS = np.arange(120)
OTHERS = {
    "id": ROW_NUMBERS + 1000,
    "index": ROW_NUMBERS,
    "ImageId": ROW_NUMBERS + 1,
    "Unnamed: 0": ROW_NUMBERS[::-1],
    "split": np.where(ROW_NUMBERS % 4, "train", "test"),
    "filename": [f"{i}.png" for i in range(120)],
    "font": "Arial",
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("pixel", ["pixel{}", "{}", "a{}b"])
def test_a_column_that_is_no_pixel_is_left_out_and_told(name, pixel, tmp_path):
    if name == "font" and pixel == "a{}b":
        pytest.skip("nothing tells this column from pixels but its text, which is refused")
    path = written(tmp_path, named(pixel=pixel, **{name: OTHERS[name]}))
    check(load_data_file(path), f"left out: the column {name!r}", "the column 'label'")


def test_the_index_of_pandas_is_left_out(tmp_path):
    check(load_data_file(written(tmp_path, named(), index=True)), "left out: the column number 1")
    shuffled = named().set_axis(np.random.default_rng(0).permutation(120))
    check(load_data_file(written(tmp_path, shuffled, index=True)), "which numbers the rows")
    check(load_data_file(written(tmp_path, TABLE, index=True)), "left out: the column number 1")


def test_row_numbers_without_a_header_are_left_out(tmp_path):
    for first in (0, 1):
        table = np.column_stack([ROW_NUMBERS + first, TABLE])
        check(load_data_file(written(tmp_path, table, header=False)), "counts the rows")
    table = np.column_stack([1000 + np.random.default_rng(0).permutation(120), TABLE])
    check(load_data_file(written(tmp_path, table, header=False)), "numbers the rows")


def test_an_empty_last_column_is_left_out(tmp_path):
    path = tmp_path / "mine.csv"
    lines = written(tmp_path, named()).read_text().splitlines()
    path.write_text("".join(f"{line},\n" for line in lines))
    check(load_data_file(path), "left out: the column number 198, which is empty")


def test_a_column_without_a_name_that_numbers_nothing_is_refused(tmp_path):
    refused(written(tmp_path, named(**{" ": X[:, 90]})), "column 1 without a name", "index=False")


# --- Labels -------------------------------------------------------------------------------------


def test_a_header_of_numbers_is_no_digit(tmp_path):
    check(load_data_file(written(tmp_path, TABLE)), "the column '0'")
    check(load_data_file(written(tmp_path, LABEL_LAST)), "the column '196'")
    one_based = pd.DataFrame(TABLE, columns=range(1, 198))
    check(load_data_file(written(tmp_path, one_based)), "the column '1'")
    check(load_data_file(written(tmp_path, named(pixel="{}"))), "the column 'label'")


def test_an_image_that_pandas_took_for_a_header_is_refused(tmp_path):
    path = written(tmp_path, TABLE, header=False)
    pd.read_csv(path).to_csv(path, index=False)
    refused(path, "pandas took for a header", "header=None")


def test_labels_are_found_first_or_last_without_a_header(tmp_path):
    check(load_data_file(written(tmp_path, TABLE, header=False)), "column 1 of 197", "no header")
    check(load_data_file(written(tmp_path, LABEL_LAST, header=False)), "column 197 of 197")
    floats = TABLE.astype(float)
    check(load_data_file(written(tmp_path, floats, header=False)), "column 1 of 197")


def test_text_labels_without_a_header_are_no_header(tmp_path):
    words = np.array(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    )[y]
    for columns in ([words, X], [X, words]):
        table = pd.concat([pd.DataFrame(column) for column in columns], axis=1)
        data = load_data_file(written(tmp_path, table, header=False))
        assert np.array_equal(data.data, X)
        assert np.array_equal(data.target, words)


def test_labels_that_may_be_at_either_end_are_refused_until_said(tmp_path):
    doubtful = np.column_stack([TABLE, np.random.default_rng(0).permutation(y)])
    path = written(tmp_path, doubtful, header=False)
    refused(path, "the first one may, with values such as 0", "the last one", "label_column=-1")
    assert np.array_equal(load_data_file(path, label_column=0).target, y)
    assert np.array_equal(load_data_file(path, label_column=-1).target, doubtful[:, -1])
    assert np.array_equal(load_data_file(path, label_column="0").target, y)


@pytest.mark.parametrize("header", [True, False])
def test_missing_labels_are_refused(header, tmp_path):
    refused(written(tmp_path, X, header=header), "14x14 pixels", "label_column=0")


def test_pixels_named_as_such_are_never_taken_for_labels(tmp_path):
    path = written(tmp_path, named().drop(columns="label"))
    refused(path, "0 columns of labels among its 196", "labels seem to be missing")


@pytest.mark.parametrize("label", ["class", "target", "y", "digit", "Labels", "CLASS"])
@pytest.mark.parametrize("place", [0, 7, 196])
def test_labels_are_found_by_their_name(label, place, tmp_path):
    frame = named(label)
    frame.insert(place, label, frame.pop(label))
    check(load_data_file(written(tmp_path, frame)), f"the column {label!r}")


def test_another_name_is_refused_with_the_likeliest_columns(tmp_path):
    path = written(tmp_path, named("Ziffer", Breite=np.tile([17.5, 18.25], 60)))
    refused(path, "label_column='Ziffer' (values such as 0, 1, 2, 3)", "--label")
    check(load_data_file(path, label_column="Ziffer"), "left out: the column 'Breite'")
    check(load_data_file(path, label_column="ziffer"))
    refused(path, "has no column label_column='Zahl'", "'Ziffer'", label_column="Zahl")
    refused(path, "from 0 to 197, or -1", label_column=198)


def test_of_two_columns_of_labels_the_one_that_was_said_is_taken(tmp_path):
    path = written(tmp_path, named(digit=y % 2))
    refused(path, "2 columns of labels", "label_column='digit' or label_column='label'")
    check(load_data_file(path, label_column="label"), "left out: the column 'digit'")


def test_one_hot_labels_become_labels(tmp_path):
    hot = {f"label_{k}": (y == k).astype(int) for k in range(10)}
    frame = named().drop(columns="label")
    for columns in ([pd.DataFrame(hot), frame], [frame, pd.DataFrame(hot)]):
        check(load_data_file(written(tmp_path, pd.concat(columns, axis=1))), "one-hot (label_0")


def test_a_column_that_never_changes_stays_a_pixel(tmp_path):
    assert (X.min(axis=0) == X.max(axis=0)).any()
    check(load_data_file(written(tmp_path, named())))


def test_a_column_is_only_asked_for_where_there_are_columns(tmp_path):
    np.savez(tmp_path / "mine.npz", X=X, y=y)
    refused(tmp_path / "mine.npz", "is an .npz file, which has no columns", label_column="y")


# --- Separators, compression, other formats -----------------------------------------------------


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("separator", [";", "\t", " ", "|"])
def test_any_separator_is_read(separator, header, tmp_path):
    check(load_data_file(written(tmp_path, named(), sep=separator, header=header)))


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_read(separator, tmp_path):
    frame = named().astype(float)
    frame["label"] = [f"{label},0" for label in y]
    frame.iloc[:, 1:] /= 255
    path = written(tmp_path, frame, sep=separator, decimal=",")
    check(load_data_file(path), "pixels: 0-1, brought to 0-255")


def test_long_rows_are_read(tmp_path):
    rows = np.random.default_rng(0).random((10, 10_000))
    path = written(tmp_path, np.column_stack([np.arange(10) % 3, rows]), sep=";")
    assert load_data_file(path).data.shape == (10, 10_000)


def test_what_excel_and_numpy_write_is_read(tmp_path):
    path = tmp_path / "mine.csv"
    text = named("Ziffer grün").to_csv(index=False, sep=";", lineterminator="\r\n")
    path.write_bytes(b"sep=;\r\n" + text.encode("cp1252"))
    check(load_data_file(path, label_column="Ziffer grün"))
    np.savetxt(path, TABLE)
    check(load_data_file(path))
    np.savetxt(path, TABLE, fmt="%4d", header=" ".join(named().columns))
    check(load_data_file(path), "the column 'label'")


def test_an_error_never_prints_the_file(tmp_path):
    path = tmp_path / "mine.csv"
    for text in ("a" * 9000, "a+" * 9000 + "\n1+2\n", f"{'a' * 9000},label\n1,{'b' * 9000}\n"):
        path.write_text(text)
        refused(path)
    path.write_text(",".join(f"{i}a" * 99 for i in range(900)) + "\n" + ",".join("1" * 900))
    refused(path, "0 columns of labels among its 900")


def test_comments_above_the_rows_are_left_out(tmp_path):
    path = written(tmp_path, named())
    path.write_text("# my digits\n" + path.read_text())
    check(load_data_file(path))


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


CSV = named().to_csv(index=False).encode()
PACKED = {
    "gz": gzip.compress(CSV),
    "bz2": bz2.compress(CSV),
    "xz": lzma.compress(CSV),
    "zip": zipped(**{"data/train.csv": CSV, "__MACOSX/data/._train.csv": b"\0\1"}),
    "gz in a zip": zipped(**{"train.csv.gz": gzip.compress(CSV)}),
}


@pytest.mark.parametrize("kind", PACKED)
def test_compressed_files_are_read(kind, tmp_path):
    (tmp_path / "mine").write_bytes(PACKED[kind])
    check(load_data_file(tmp_path / "mine"))


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zip"])
def test_cut_files_are_refused(kind, tmp_path):
    (tmp_path / "mine").write_bytes(PACKED[kind][:-40])
    refused(tmp_path / "mine", "damaged or cut")


def test_an_archive_of_several_files_is_refused_with_their_names(tmp_path):
    (tmp_path / "mine.zip").write_bytes(zipped(**{"train.csv": CSV, "test.csv": CSV}))
    refused(tmp_path / "mine.zip", "zip archive of 2 files", "train.csv, test.csv", "Unpack it")


def parquet():
    return b"PAR1" + bytes(100) + b"PAR1"


FOREIGN = {
    "ARFF": (b"% digits\n@RELATION digits\n@attribute p real\n@data\n1\n", "arff.loadarff"),
    "MATLAB": (b"MATLAB 5.0 MAT-file, Platform" + bytes(200), "scipy.io.loadmat"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(200), "h5py.File"),
    "Parquet": (parquet(), "pd.read_parquet"),
    "PyTorch": (zipped(**{"archive/data.pkl": b"\x80\x02"}), "torch.load"),
    "pickle": (pickle.dumps((X, y)), "pickle.load"),
    ".npy": (b"\x93NUMPY\x01\0", "np.load"),
    "Excel": (zipped(**{"xl/workbook.xml": b"<"}), "pd.read_excel"),
    "JSON": (b'[{"label": 1}]', "pd.read_json"),
    "LIBSVM": (b"7 153:0.5 154:0.99\n1 3:1\n", "load_svmlight_file"),
    "model that skdigits": (zipped(**{"skdigits.json": b"{}"}), "not a data file"),
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_other_formats_are_named_with_the_line_that_converts(name, pack, tmp_path):
    content, line = FOREIGN[name]
    (tmp_path / "mine").write_bytes(pack(content))
    refused(tmp_path / "mine", name, line, *([] if "not a" in line else ["CSV, .npz and IDX"]))


def test_the_line_that_converts_arff_and_json_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    attributes = [f"@attribute p{i} real" for i in range(196)]
    values = "{" + ",".join("0123456789") + "}"
    lines = ["@relation d", *attributes, f"@attribute class {values}", "@data"]
    lines += [",".join(map(str, row)) for row in LABEL_LAST]
    (tmp_path / "mine").write_text("\n".join(lines))
    for content in (None, named().to_json(orient="records")):
        if content:
            (tmp_path / "mine").write_text(content)
        with pytest.raises(DataFileError) as caught:
            load_data_file("mine")
        exec(str(caught.value).split("converts it: ")[1].removesuffix(" (if it holds a table)"))
        check(load_data_file("mine.csv"))


# --- The range of the pixels --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "range_"),
    [
        (lambda X: X, (0, 255)),
        (lambda X: X / 255, (0, 1)),
        (lambda X: (X / 255).astype(np.float16), (0, 1)),
        (lambda X: X / 127.5 - 1, (-1, 1)),
    ],
)
def test_pixels_of_a_known_range_are_brought_to_0_255(change, range_, tmp_path):
    np.savez(tmp_path / "mine.npz", X=change(X), y=y)
    data = load_data_file(tmp_path / "mine.npz")
    check(data, "pixels: ")
    assert data.pixel_range == range_
    assert data.data.dtype == np.uint8


@pytest.mark.parametrize("high", [15, 16])
def test_coarse_pixels_are_brought_to_0_255(high, tmp_path):
    coarse = np.rint(X / 255 * high)
    data = load_data_file(written(tmp_path, np.column_stack([y, coarse]).astype(int)))
    assert data.pixel_range == (0, high)
    assert np.allclose(data.data, coarse * 255 / high, atol=1e-3)


def test_a_stray_pixel_is_cut_off_and_said(tmp_path):
    rows = X / 255
    rows[3, 3] = 1.0001
    path = written(tmp_path, np.column_stack([y, rows]))
    with pytest.warns(
        PixelRangeWarning, match=r"0 to 1.0001, taken for .* 0-1 with 1 of them"
    ) as w:
        data = load_data_file(path)
    assert w[0].filename == __file__
    assert (data.pixel_range, data.data.max()) == ((0, 1), 255)


def test_a_range_that_cannot_be_told_is_warned_of_until_said(tmp_path):
    path = written(tmp_path, np.column_stack([y, np.rint(X / 255 * 9)]).astype(int))
    with pytest.warns(PixelRangeWarning, match=r"none of the known .* pixel_range=\(0, 9\)"):
        data = load_data_file(path)
    assert (data.pixel_range, data.data.max()) == (None, 9)
    data = load_data_file(path, pixel_range=(0, 9))
    assert (data.pixel_range, data.data.max()) == ((0, 9), 255)


# --- EMNIST, and torchvision's folders ----------------------------------------------------------

IMAGES = X.reshape(-1, 14, 14)
LARGE = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
SMALL = np.arange(20, dtype=np.uint8) % 10
EMNIST = "the images are turned upright"


def idx_files(folder, name, suffix=""):
    folder.mkdir(parents=True, exist_ok=True)
    pack = gzip.compress if suffix else bytes
    for part in ("train", "test"):
        for what, array in (("images-idx3", LARGE), ("labels-idx1", SMALL)):
            file = name.format(part=part, what=what)
            (folder / f"{file}{suffix}").write_bytes(pack(idx(array)))
    return folder


def is_turned(data):
    told = any(EMNIST in note for note in data.notes)
    n = len(data.data) // len(LARGE)
    expected = np.tile((LARGE.transpose(0, 2, 1) if told else LARGE).reshape(20, -1), (n, 1))
    assert np.array_equal(data.data, expected)
    return told


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(
    "name", ["emnist-digits-{part}-{what}-ubyte", "my.emnist-mnist-{part}-{what}-ubyte"]
)
def test_emnist_by_its_own_names_is_turned_upright(name, suffix, tmp_path):
    assert is_turned(load_data_file(idx_files(tmp_path, name, suffix)))
    file = tmp_path / f"{name.format(part='test', what='images-idx3')}{suffix}"
    assert is_turned(load_data_file(file))


def test_files_in_a_folder_of_emnist_are_turned_and_others_are_not(tmp_path):
    name = "{part}-{what}-ubyte"
    assert is_turned(load_data_file(idx_files(tmp_path / "emnist-digits", name)))
    assert not is_turned(load_data_file(idx_files(tmp_path / "mnist", name)))
    assert not is_turned(load_data_file(idx_files(tmp_path / "x", "nonemnist-{part}-{what}-ubyte")))


@pytest.mark.parametrize("header", [None, "label"])
@pytest.mark.parametrize("packed", ["", ".gz", ".zip"])
def test_emnist_as_csv_is_turned_upright(header, packed, tmp_path):
    table = pd.DataFrame(np.column_stack([SMALL, LARGE.reshape(20, -1)]))
    table.columns = ["label", *(f"p{i}" for i in range(784))]
    path = tmp_path / f"emnist-balanced-train.csv{packed}"
    table.to_csv(path, header=bool(header), index=False)
    assert is_turned(load_data_file(path))


def test_the_folder_above_torchvisions_is_enough(tmp_path):
    idx_files(tmp_path / "data" / "MNIST" / "raw", "{part}-{what}-ubyte")
    assert load_data_file(tmp_path / "data").n_train == 20
    assert load_data_file(tmp_path / "data" / "MNIST").n_train == 20
    idx_files(tmp_path / "data" / "FashionMNIST" / "raw", "{part}-{what}-ubyte")
    refused(tmp_path / "data", "FashionMNIST/raw, MNIST/raw", "one of them")
