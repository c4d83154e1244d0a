"""One's own data files: CSV, .npz and IDX."""

import gzip
import io
import os
import threading
import zipfile
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from fake_mnist import idx

from skdigits.datasets import load_data_file
from skdigits.errors import PixelRangeWarning

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 4, 3), dtype=np.uint8)
LABELS = np.array([3, 1, 4, 1, 5, 9], dtype=np.uint8)
ROWS = IMAGES.reshape(6, 12)
HEADER = ",".join(["label", *(f"pixel{i}" for i in range(12))])


def csv_text(labels=LABELS, rows=ROWS, header=HEADER):
    lines = [",".join(map(str, [label, *row])) for label, row in zip(labels, rows, strict=True)]
    return "\n".join([header, *lines] if header else lines) + "\n"


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def write(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def error_of(path, *parts):
    """Check that the file is refused in these words, and stays as it is."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the parts are looked for below)
        load_data_file(path)
    text = str(caught.value)
    assert text.startswith(f"{path} ")
    for part in parts:
        assert part in text
    assert before is None or path.read_bytes() == before


def check(data, n_train=None, images=ROWS, labels=LABELS):
    assert np.array_equal(data.data, images)
    assert np.array_equal(data.target, labels)
    assert (data.data.dtype, data.target.dtype) == (np.uint8, np.int64)
    assert data.n_train == n_train


# --- CSV --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["label", "Target", "CLASS", " y ", '"digit"'])
@pytest.mark.parametrize("position", [0, 5, 12])
def test_csv_with_a_header(name, position, tmp_path):
    table = np.insert(ROWS, position, LABELS, axis=1)
    header = [f"p{i}" for i in range(12)]
    header.insert(position, name)
    text = "\n".join([",".join(header), *(",".join(map(str, row)) for row in table)])
    check(load_data_file(write(tmp_path / "mine", text)))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",", ", "),
        lambda text: "\ufeff" + text,
        lambda text: "\n" + text + "\n\n",
        lambda text: text[:-1],
    ],
    ids=["CRLF", "spaces", "BOM", "blank lines", "no last newline"],
)
@pytest.mark.parametrize("header", [HEADER, None])
def test_csv_as_programs_write_it(change, header, tmp_path):
    check(load_data_file(write(tmp_path / "mine", change(csv_text(header=header)))))


def test_csv_of_numpy_and_pandas(tmp_path):
    table = np.column_stack([LABELS, ROWS])
    np.savetxt(tmp_path / "numpy.csv", table, delimiter=",")
    check(load_data_file(tmp_path / "numpy.csv"))
    frame = pd.DataFrame(table, columns=["y", *range(12)])
    frame.to_csv(tmp_path / "pandas.csv", index=False)
    check(load_data_file(tmp_path / "pandas.csv"))
    frame.to_csv(tmp_path / "index.csv")
    found = load_data_file(tmp_path / "index.csv")
    check(found)
    assert "left out: the column number 1, which counts the rows" in found.notes


def test_gzipped_and_by_any_way_of_naming_the_path(tmp_path, monkeypatch):
    write(tmp_path / "mine.csv", gzip.compress(csv_text().encode()))  # whatever its name says
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / "mine.csv", str(tmp_path / "mine.csv"), "mine.csv", "~/mine.csv"):
        check(load_data_file(path))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["a", "b ", "c", "NA", "null", "None"], ["a", "b", "c", "NA", "null", "None"]),
        (["1", "2", "3", "1", "2", "x"], ["1", "2", "3", "1", "2", "x"]),
        (["0.5", "1", "2", "3", "4", "5"], ["0.5", "1", "2", "3", "4", "5"]),
        (["1.0", "2.0", "-3", "04", "5", "6e0"], [1, 2, -3, 4, 5, 6]),
    ],
)
def test_labels_are_whole_numbers_or_text(labels, expected, tmp_path):
    target = load_data_file(write(tmp_path / "mine.csv", csv_text(labels))).target
    assert target.tolist() == expected


def test_other_pixels_than_0_to_255_are_float32(tmp_path):
    for value, warns in ((-1, True), (256, True), (0.5, False)):
        rows = ROWS.astype(object)
        rows[2, 3] = value
        path = write(tmp_path / "mine.csv", csv_text(rows=rows))
        with pytest.warns(PixelRangeWarning, match="1 of them outside") if warns else nullcontext():
            data = load_data_file(path).data
        assert data.dtype == np.float32
        assert np.array_equal(data, rows.astype(np.float32))


def spoiled(value):
    rows = ROWS.astype(object)
    rows[2, 3] = value
    return csv_text(rows=rows)


BAD_CSV = {
    "no labels": (csv_text(header=",".join("abcdefghijklm")), ["0 columns of labels", "'a', 'b'"]),
    "two labels": (
        "label,digit,p\n1,3,1\n2,4,1\n",
        [
            "2 columns of labels",
            "'label' (column 1, with values such as 1, 2) or 'digit' (column 2, with values such",
            "label_column='label' or label_column='digit' (--label)",
        ],
    ),
    "the same twice": ("y,y,p\n1,1,1\n", ["2 columns of labels"]),
    "one pixel": ("label;p\n1;2\n", ["images of 1 pixel", "separates them"]),
    "one pixel, no header": ("1,2\n3,4\n", ["images of 1 pixel"]),
    "text": (spoiled("abc"), ["'abc' in row 3, column 'pixel3'"]),
    "text, no header": ("1,2,3\n4,x,6\n", ["'x' in row 2, column 'number 2'"]),
    "true": ("y,p\n1,True\n2,False\n", ["'True' in row 1, column 'p'"]),
    "nan": (spoiled("nan"), ["'nan' in row 3, column 'pixel3'"]),
    "inf": (spoiled("-inf"), ["'-inf' in row 3, column 'pixel3'"]),
    "too large": (spoiled("1e300"), ["1e+300 in row 3, pixel 4"]),
    "missing": (spoiled(""), ["'' in row 3, column 'pixel3'"]),
    "missing label": (csv_text([1, 2, "", 4, 5, 6]), ["no label in row 3"]),
    "nan label": (csv_text([1, 2, 3, "nan", 5, 6]), ["no label in row 4"]),
    "one row longer": ("y,p\n1,2\n3,4,5\n", ["line 3", "saw 3"]),
    "rows longer": ("y,p\n1,2,3\n3,4,5\n", ["rows longer than its header of 2 columns"]),
    "one row shorter": ("y,p,q\n1,2,3\n3,4\n", ["'' in row 2, column 'q'"]),
    "open quote": ('y,p\n1,"2\n', ["cannot be read as CSV"]),
    "no rows": ("label,p\n", ["0 rows"]),
    "no pixels": ("label\n1\n2\n", ["0 pixels"]),
    "no pixels, no header": ("1\n2\n", ["0 pixels"]),
    "empty": ("", ["is empty"]),
    "blank": (" \n\n", ["is empty"]),
    "only a BOM": ("\ufeff", ["is empty"]),
    "HTML": ("\n<!DOCTYPE html><html>label,1</html>", ["is a web page (HTML)"]),
    "gzipped HTML": (gzip.compress(b"<html>"), ["is a web page (HTML)"]),
    "gzipped nothing": (gzip.compress(b""), ["is empty"]),
    "cut gzip": (gzip.compress(csv_text().encode())[:-9], ["damaged or cut gzip file"]),
    "gzipped twice": (gzip.compress(gzip.compress(b"1,2")), ["starts with b'\\x1f\\x8b"]),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0", ["starts with b'\\x89PNG'", ".npz"]),
    "UTF-16": (csv_text().encode("utf-16"), ["UTF-8"]),
}


@pytest.mark.parametrize("case", BAD_CSV)
def test_bad_text_is_refused_with_its_fault(case, tmp_path):
    content, parts = BAD_CSV[case]
    error_of(write(tmp_path / "mine.csv", content), *parts)


def test_a_missing_path_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv is not there: give the path"):
        load_data_file(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="'path' parameter of load_data_file"):
        load_data_file(None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX")
def test_a_pipe_is_read_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=write, args=(tmp_path / "pipe", csv_text()))
    writer.start()
    check(load_data_file(tmp_path / "pipe"))
    writer.join()


# --- .npz -------------------------------------------------------------------------------------


def test_npz_of_keras_keeps_its_split(tmp_path):
    arrays = {"x_train": IMAGES[:4], "y_train": LABELS[:4], "x_test": IMAGES[4:]}
    content = npz(**arrays, y_test=LABELS[4:])
    check(load_data_file(write(tmp_path / "mnist.npz", content)), n_train=4)


@pytest.mark.parametrize("x", ["X", "x", "data", "images"])
@pytest.mark.parametrize("y", ["y", "target", "labels", "label"])
def test_npz_of_images_and_labels(x, y, tmp_path):
    check(load_data_file(write(tmp_path / "mine", npz(**{x: IMAGES, y: LABELS, "more": ROWS}))))


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (ROWS, LABELS[:, None]),
        (IMAGES[..., None], LABELS.astype(float)),
        (ROWS.astype(float), LABELS.astype(str)),
        (ROWS.astype(">i4"), LABELS.astype("S")),
        (np.asfortranarray(IMAGES), LABELS),
    ],
)
def test_arrays_of_many_kinds(images, labels, tmp_path):
    check(load_data_file(write(tmp_path / "mine", npz(X=images, y=labels))))


def test_pixels_that_were_scaled_before_are_brought_back(tmp_path):
    data = load_data_file(write(tmp_path / "mine", npz(X=ROWS / 255, y=list("abcdef"))))
    assert np.allclose(data.data, ROWS, rtol=1e-6)
    ink = load_data_file(write(tmp_path / "mine", npz(X=ROWS > 99, y=list("abcdef"))))
    assert np.array_equal(ink.data, 255 * (ROWS > 99))
    nothing = load_data_file(write(tmp_path / "mine", npz(X=0 * ROWS, y=list("abcdef"))))
    assert not nothing.data.any()
    assert data.target.tolist() == list("abcdef")


def other_zip():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("X", "not an array")
        archive.writestr("y", "not an array")
    return file.getvalue()


def nowhere(value):
    rows = ROWS / 255
    rows[2, 3] = value
    return rows


BAD_NPZ = {
    "other keys": (npz(a=ROWS, y=LABELS), ["holds 'a', 'y', but should hold x_train"]),
    "half a split": (npz(x_train=ROWS, y_train=LABELS), ["holds 'x_train', 'y_train', but"]),
    "two of images": (npz(data=ROWS, images=IMAGES, y=LABELS), ["exactly one of"]),
    "no keys": (npz(), ["holds nothing"]),
    "another zip": (other_zip(), ["holds 'X', which is not a NumPy array"]),
    "pickled": (npz(X=ROWS, y=LABELS.astype(object)), ["holds 'y'", "pickled", "may run any code"]),
    "lengths": (npz(X=ROWS, y=LABELS[:5]), ["6 images, but 5 labels"]),
    "no rows": (npz(X=ROWS[:0], y=LABELS[:0]), ["0 rows"]),
    "one dimension": (npz(X=LABELS, y=LABELS), ["images of shape (6,)"]),
    "colours": (npz(X=np.zeros((6, 4, 4, 3)), y=LABELS), ["images of shape (6, 4, 4, 3)"]),
    "one-hot": (npz(X=ROWS, y=np.eye(6)), ["labels of shape (6, 6)"]),
    "complex": (npz(X=ROWS * 1j, y=LABELS), ["pixels of type complex128"]),
    "dates": (npz(X=ROWS, y=LABELS.astype("M8[D]")), ["labels of type datetime64[D]"]),
    "NaN": (npz(X=nowhere(np.nan), y=LABELS), ["nan in row 3, pixel 4"]),
    "infinity": (npz(X=nowhere(np.inf), y=LABELS), ["inf in row 3, pixel 4"]),
    "NaN label": (npz(X=ROWS, y=[1, 2, np.nan, 4, 5, 6]), ["no label in row 3"]),
    "cut": (npz(X=ROWS, y=LABELS)[:-30], ["damaged or cut .npz"]),
    "not ASCII": (npz(X=ROWS, y=np.array([b"\xe9"] * 6)), ["labels of bytes that are not ASCII"]),
    "no characters": (
        npz(X=ROWS, y=np.full(6, 0x110000, dtype=np.uint32).view("U1")),
        ["characters that do not exist"],
    ),
    "two sizes": (
        npz(x_train=ROWS, y_train=LABELS, x_test=ROWS[:, :9], y_test=LABELS),
        ["12 pixels in training, 9 in test"],
    ),
    "no test rows": (npz(x_train=ROWS, y_train=LABELS, x_test=ROWS[:0], y_test=[]), ["0 rows"]),
}


@pytest.mark.parametrize("case", BAD_NPZ)
def test_bad_npz_is_refused_with_its_fault(case, tmp_path):
    content, parts = BAD_NPZ[case]
    error_of(write(tmp_path / "mine.npz", content), *parts)


def test_a_pickled_array_is_never_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trapped"),)

    trap = np.array([Trap()] * 6, dtype=object)
    error_of(write(tmp_path / "mine.npz", npz(X=ROWS, y=trap)), "pickled")
    assert not (tmp_path / "trapped").exists()


# --- IDX --------------------------------------------------------------------------------------

IDX_NAMES = [
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
    ("my images", "my labels"),
]


@pytest.mark.parametrize("names", IDX_NAMES)
@pytest.mark.parametrize("gzipped", [(), (0,), (1,), (0, 1)])
def test_idx_with_its_labels_beside_it(names, gzipped, tmp_path):
    for i, array in enumerate((IMAGES, LABELS)):
        content = gzip.compress(idx(array)) if i in gzipped else idx(array)
        write(tmp_path / (names[i] + (".gz" if i in gzipped else "")), content)
    check(load_data_file(tmp_path / (names[0] + (".gz" if 0 in gzipped else ""))))


@pytest.mark.parametrize(
    "name",
    [
        "{}-{}-{}-ubyte",
        "{}-{}-{}-ubyte.gz",
        "{}-{}.{}-ubyte",
        "emnist-digits-{}-{}-{}-ubyte.gz",
    ],
)
@pytest.mark.parametrize("test", ["t10k", "test"])
def test_a_folder_of_idx_files_keeps_its_split(name, test, tmp_path):
    for part, rows in (("train", slice(4)), (test, slice(4, 6))):
        for what, kind, array in (("images", "idx3", IMAGES), ("labels", "idx1", LABELS)):
            content = idx(array[rows])
            name_ = name.format(part, what, kind)
            write(tmp_path / name_, gzip.compress(content) if name.endswith("gz") else content)
    write(tmp_path / "README.md", "other files do not matter")
    check(load_data_file(tmp_path), n_train=4)
    if name.endswith(".gz"):  # gunzip --keep
        for path in list(tmp_path.glob("*.gz")):
            write(path.with_suffix(""), gzip.decompress(path.read_bytes()))
        check(load_data_file(tmp_path), n_train=4)


def test_idx_labels_name_their_images(tmp_path):
    path = write(tmp_path / "train-labels-idx1-ubyte.gz", gzip.compress(idx(LABELS)))
    error_of(path, "holds labels", "train-images-idx3-ubyte.gz")


@pytest.mark.parametrize(
    ("labels", "parts"),
    [
        (None, ["put train-labels-idx1-ubyte there"]),
        (idx(LABELS[:5]), ["6 images, but 5 labels"]),
        (idx(LABELS)[:-1], ["train-labels-idx1-ubyte, which is 13 bytes long"]),
        (idx(IMAGES), ["train-labels-idx1-ubyte, which holds the shape (6, 4, 3)"]),
        (b"<html>", ["train-labels-idx1-ubyte, which is a web page"]),
    ],
)
def test_bad_idx_labels_are_refused_with_their_fault(labels, parts, tmp_path):
    if labels is not None:
        write(tmp_path / "train-labels-idx1-ubyte", labels)
    error_of(write(tmp_path / "train-images-idx3-ubyte", idx(IMAGES)), *parts)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (idx(IMAGES)[:50], "50 bytes long, but its header says 88"),
        (b"\0\0\x0d\x01\0\0\0\0", "IDX file of unsigned bytes"),
        (idx(IMAGES), "where their labels are cannot be told"),
        (b"\0\0\x08\x41" + b"\0\0\0\x01" * 65 + b"\1", "a shape in its header that no array has"),
    ],
)
def test_bad_idx_images_are_refused_with_their_fault(content, part, tmp_path):
    error_of(write(tmp_path / "mine", content), part)


def test_a_folder_without_the_four_files_is_refused(tmp_path):
    error_of(tmp_path, "0 IDX files of images named train", "t10k-labels-idx1-ubyte")
    write(tmp_path / "train-images-idx3-ubyte", idx(IMAGES))
    error_of(tmp_path, "train-images-idx3-ubyte", "put train-labels-idx1-ubyte there")
    write(tmp_path / "train-labels-idx1-ubyte", idx(LABELS))
    error_of(tmp_path, "0 IDX files of images named t10k or test")
    write(tmp_path / "mine-train-images-idx3-ubyte", idx(IMAGES))
    error_of(tmp_path, "2 IDX files of images named train: mine-train-images-idx3-ubyte, train-")


def test_parts_of_a_file_are_scaled_each_by_itself(tmp_path):
    arrays = {"x_train": ROWS / 255, "y_train": LABELS, "x_test": ROWS, "y_test": LABELS}
    data = load_data_file(write(tmp_path / "mine", npz(**arrays))).data
    assert np.allclose(data, np.concatenate([ROWS, ROWS]), rtol=1e-6)


def test_labels_of_two_kinds_in_one_file_are_refused(tmp_path):
    arrays = {"x_train": ROWS, "y_train": LABELS, "x_test": ROWS, "y_test": list("abcdef")}
    with pytest.raises(ValueError, match="labels of two kinds in training and test"):
        load_data_file(write(tmp_path / "mine", npz(**arrays)))


def test_labels_too_large_for_int64_stay_apart(tmp_path):
    labels = np.arange(6, dtype=np.uint64) + np.uint64(2**63)
    target = load_data_file(write(tmp_path / "mine", npz(X=ROWS, y=labels))).target
    assert target.tolist() == [str(label) for label in labels.tolist()]
