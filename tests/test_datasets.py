import dataclasses
import gzip
import inspect
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fake_mnist
import numpy as np
import pandas as pd
import pytest

from skdigits import load_mnist, load_sample_digits, make_model
from skdigits.datasets import _fetch, load_emnist_digits, load_fashion_mnist, load_kmnist
from skdigits.datasets._registry import DATA_SETS
from skdigits.errors import DataFileError

LOADERS = {
    "mnist": load_mnist,
    "fashion-mnist": load_fashion_mnist,
    "kmnist": load_kmnist,
    "emnist": load_emnist_digits,
}
CONTENTS = fake_mnist.contents()
CACHED = {key: sorted(fake_mnist.published(key)) for key in LOADERS}

every_data_set = pytest.mark.parametrize("key", LOADERS)


@pytest.fixture
def mirror():
    with fake_mnist.server() as httpd:
        yield httpd


@pytest.fixture
def offline(monkeypatch):
    """No mirror answers: nothing listens on this port."""
    for key in LOADERS:
        fake_mnist.install(["http://127.0.0.1:9/"], key, monkeypatch)


def files_below(folder):
    return sorted(path.name for path in Path(folder).rglob("*") if path.is_file())


def put(folder, change=lambda content: content, rename=lambda name: name):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in CONTENTS.items():
        path = folder / rename(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(change(content))


def put_published(folder, key):
    folder.mkdir(parents=True)
    for name, content in fake_mnist.published(key).items():
        (folder / name).write_bytes(content)


def given(key):
    """The images and labels that the loader should give."""
    return [np.concatenate(parts) for parts in zip(*fake_mnist.arrays(key).values(), strict=True)]


# --- The sample digits ------------------------------------------------------------------------


def test_sample_digits_have_the_form_of_mnist():
    digits = load_sample_digits()
    assert digits.data.shape == (1797, 784)
    assert digits.data.dtype == np.uint8
    assert (digits.data.min(), digits.data.max()) == (0, 255)
    assert digits.target.dtype == np.int64
    assert np.bincount(digits.target).min() > 170
    assert np.shares_memory(digits.images, digits.data)
    assert digits.feature_names[29] == "pixel_1_1"
    assert digits.target_names[3] == "3"
    # As in MNIST, a frame of at least 4 pixels to all sides but for the centring, and the centre
    # of mass within a pixel of the middle.
    rows, columns = np.indices((28, 28))
    mass = digits.images.sum(axis=(1, 2))
    for position in (rows, columns):
        centre = (digits.images * position).sum(axis=(1, 2)) / mass
        assert np.abs(centre - 13.5).max() < 1
    assert (digits.images.max(axis=1) > 0).sum(axis=1).max() <= 20


def test_sample_digits_as_frame_and_pair():
    X, y = load_sample_digits(return_X_y=True, as_frame=True)
    assert isinstance(X, pd.DataFrame)
    assert isinstance(y, pd.Series)
    bunch = load_sample_digits(as_frame=True)
    assert bunch.frame.columns.tolist() == [*bunch.feature_names, "target"]
    assert bunch.images.shape == (1797, 28, 28)


def test_a_model_of_mnist_reads_the_sample_digits(mnist_folder):
    X, y = load_mnist(subset="train", data_home=mnist_folder, return_X_y=True)
    model = make_model("ann", random_state=0).fit(X, y)
    # Other writers, and 8x8 pixels of detail: guessing would give 0.1.
    assert model.score(*load_sample_digits(return_X_y=True)) > 0.8


# --- Real MNIST -------------------------------------------------------------------------------


def test_real_mnist_is_in_the_official_order(mnist_folder):
    mnist = load_mnist(data_home=mnist_folder)
    assert mnist.data.shape == (70_000, 784)
    assert mnist.data.dtype == np.uint8
    assert mnist.target[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.target[60_000:60_005].tolist() == [7, 2, 1, 0, 4]
    # Class counts as in http://yann.lecun.com/exdb/mnist/'s training and test files.
    assert np.bincount(mnist.target[:60_000])[:3].tolist() == [5923, 6742, 5958]
    assert np.bincount(mnist.target[60_000:])[:3].tolist() == [980, 1135, 1032]
    test = load_mnist(subset="test", data_home=mnist_folder)
    assert np.array_equal(test.data, mnist.data[60_000:])


# --- Found in a folder ------------------------------------------------------------------------

LAYOUTS = {
    "plain": {},
    "gzipped": {"change": gzip.compress, "rename": lambda name: f"{name}.gz"},
    "gzipped by another": {
        "change": lambda content: gzip.compress(content, compresslevel=1, mtime=7),
        "rename": lambda name: f"{name}.gz",
    },
    "kaggle": {"rename": lambda name: name.replace("-idx", ".idx")},
    "kaggle, one folder down": {"rename": lambda name: f"{name}/{name.replace('-idx', '.idx')}"},
    "one folder down": {"rename": lambda name: f"raw/{name}"},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("way", ["data_home", "SKDIGITS_DATA"])
def test_files_in_a_folder_are_found_and_only_read(layout, way, tmp_path, offline, monkeypatch):
    folder = tmp_path / "mine"
    put(folder, **LAYOUTS[layout])
    before = files_below(folder)
    if way == "SKDIGITS_DATA":
        monkeypatch.setenv(way, str(folder))
    mnist = load_mnist(data_home=folder if way == "data_home" else None)
    assert mnist.data.shape == (80, 784)
    assert mnist.images[7].tobytes() == CONTENTS["train-images-idx3-ubyte"][16:][7 * 784 : 8 * 784]
    assert mnist.target[60:].tolist() == list(CONTENTS["t10k-labels-idx1-ubyte"][8:])
    mnist.data[0, 0] = 1  # the caller's own, to be written to
    assert files_below(folder) == before


def test_subsets_need_only_their_own_files(tmp_path, offline):
    put(tmp_path / "mine")
    for name in CONTENTS:
        if name.startswith("train"):
            (tmp_path / "mine" / name).unlink()
    X, y = load_mnist(subset="test", data_home=tmp_path / "mine", return_X_y=True)
    assert X.shape == (20, 784)
    assert y.shape == (20,)


BAD_FILES = {
    "cut short": (lambda content: content[: len(content) // 2], "bytes long, but its header says"),
    "wrong magic": (lambda content: b"PK\x03\x04" + content[4:], "starts with b'PK"),
    "empty": (lambda content: b"", "starts with b''"),
    "header only": (lambda content: content[:6], "6 bytes long, but its header alone has"),
    "cut gzip": (lambda content: gzip.compress(content)[:-20], "damaged or cut gzip file"),
    "spoiled gzip": (
        lambda content: gzip.compress(content)[:40] + b"\0" * 40 + gzip.compress(content)[80:],
        "damaged or cut gzip file",
    ),
    "HTML": (lambda content: b"\n<html><body>404</body></html>", "is a web page"),
    "one pixel off": (lambda content: content[:-1] + b"\x63", "has the SHA-256"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_named_with_its_fault_and_kept(case, tmp_path, offline):
    spoil, message = BAD_FILES[case]
    put(tmp_path / "mine", change=spoil)
    before = {path: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
    with pytest.raises(OSError, match=message) as caught:
        load_mnist(data_home=tmp_path / "mine", download_if_missing=False)
    assert str(tmp_path / "mine" / "train-images-idx3-ubyte") in str(caught.value)
    assert {path: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == before


TITLES = {
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "kmnist": "KMNIST",
    "emnist": "EMNIST",
}


@every_data_set
@pytest.mark.parametrize("download", [True, False])
def test_offline_error_names_folder_files_and_the_way_out(download, key, tmp_path, offline):
    folder = tmp_path / "none"
    with pytest.raises(OSError, match="could not be downloaded") as caught:
        LOADERS[key](data_home=folder, download_if_missing=download, n_retries=0)
    text = str(caught.value)
    assert text.startswith(f"{TITLES[key]} is not in {folder}")
    names = CONTENTS if key == "mnist" else CACHED[key]
    assert all(text.count(f" {name}") == 1 for name in names)
    assert "load_sample_digits()" in text


@every_data_set
@pytest.mark.parametrize(
    "params", [{"subset": "half"}, {"n_retries": -1}, {"delay": -1.0}, {"data_home": 3}]
)
def test_bad_parameters_are_refused(params, key):
    message = f"The '{next(iter(params))}' parameter of {LOADERS[key].__name__}"
    with pytest.raises(ValueError, match=message):
        LOADERS[key](**params)


# --- MNIST's siblings -------------------------------------------------------------------------


@every_data_set
def test_all_loaders_take_the_same_and_give_the_same_form(key, tmp_path, offline):
    load = LOADERS[key]
    assert inspect.signature(load) == inspect.signature(load_mnist)
    put_published(tmp_path / "any name", key)
    images, target = given(key)
    bunch = load(data_home=tmp_path)
    assert np.array_equal(bunch.images, images)
    assert np.array_equal(bunch.target, target)
    assert bunch.data.flags.c_contiguous
    assert np.shares_memory(bunch.images, bunch.data)
    assert (bunch.data.dtype, bunch.target.dtype) == (np.uint8, np.int64)
    assert bunch.DESCR.startswith(TITLES[key])
    X, y = load(data_home=tmp_path, subset="test", return_X_y=True, as_frame=True)
    assert np.array_equal(X.to_numpy(), bunch.data[60:])
    assert np.array_equal(y, target[60:])
    assert np.array_equal(load(data_home=tmp_path, subset="train").images, images[:60])
    assert files_below(tmp_path) == CACHED[key]


def test_classes_have_their_names(tmp_path, offline):
    names = {}
    for key, load in LOADERS.items():
        put_published(tmp_path / key, key)
        names[key] = load(data_home=tmp_path, subset="test").target_names
    assert names["mnist"] == names["emnist"] == list("0123456789")
    assert [names["fashion-mnist"][i] for i in (0, 5, 9)] == ["T-shirt/top", "Sandal", "Ankle boot"]
    assert " ".join(names["kmnist"]) == "o ki su tsu na ha ma ya re wo"


@every_data_set
def test_siblings_in_one_folder_are_not_mistaken(key, mirror, tmp_path, monkeypatch):
    for sibling in LOADERS:
        fake_mnist.install([f"{mirror.url}{sibling}/good/"], sibling, monkeypatch)
        if sibling != key:
            put_published(tmp_path / sibling, sibling)
    images = LOADERS[key](data_home=tmp_path).images  # a warning would be an error here
    assert np.array_equal(images, given(key)[0])
    assert {path.split("/")[1] for path in mirror.asked} == {key}
    for sibling, load in LOADERS.items():
        assert np.array_equal(load(data_home=tmp_path).images, given(sibling)[0])


@pytest.mark.parametrize("key", ["fashion-mnist", "kmnist"])
@pytest.mark.parametrize("form", ["unpacked", "packed again"])
def test_a_copy_that_cannot_be_told_apart_is_refused_and_says_so(form, key, tmp_path, offline):
    for name, content in fake_mnist.contents(key).items():
        if form == "unpacked":
            (tmp_path / name).write_bytes(content)
        else:
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content, mtime=7))
    with pytest.raises(FileNotFoundError) as caught:
        LOADERS[key](data_home=tmp_path, download_if_missing=False)
    text = str(caught.value)
    assert f"{TITLES[key]} is not in {tmp_path}" in text
    assert "Put its files there (as published, not unpacked or packed again" in text
    assert "has the MD5 " in text
    assert f"train-images-idx3-ubyte.gz as published has {expected_md5(key)}" in text


def expected_md5(key):
    return DATA_SETS[key].files["train"][0].md5


def test_emnists_archive_may_have_a_plainer_name_and_is_read_once(tmp_path, offline, monkeypatch):
    path = tmp_path / "emnist-gzip.zip"
    path.write_bytes(fake_mnist.published("emnist")["gzip.zip"])
    read, really_read = [], Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or really_read(path))
    assert np.array_equal(load_emnist_digits(data_home=tmp_path).images, given("emnist")[0])
    assert read == [path]


def test_files_that_do_not_belong_together_are_refused(tmp_path, offline, monkeypatch):
    put(tmp_path)
    files = DATA_SETS["mnist"].files
    mixed = {**files, "train": (files["train"][0], files["test"][1])}
    monkeypatch.setitem(DATA_SETS, "mnist", dataclasses.replace(DATA_SETS["mnist"], files=mixed))
    with pytest.raises(OSError, match=r"MNIST should.*\(60, 28, 28\) and \(20,\)"):
        load_mnist(data_home=tmp_path, subset="train")


# --- Downloaded -------------------------------------------------------------------------------


@every_data_set
@pytest.mark.parametrize("manner", ["good", "slow", "redirect"])
def test_a_download_is_kept_and_not_repeated(manner, key, mirror, tmp_path, monkeypatch):
    mirror.pause = 0.05
    fake_mnist.install([f"{mirror.url}{key}/{manner}/"], key, monkeypatch)
    first = LOADERS[key](data_home=tmp_path)
    assert files_below(tmp_path / key) == files_below(tmp_path) == CACHED[key]
    kept = {path.name: path.read_bytes() for path in (tmp_path / key).iterdir()}
    assert kept == fake_mnist.published(key)
    assert len(mirror.asked) == len(kept) * (2 if manner == "redirect" else 1)
    asked = len(mirror.asked)
    second = LOADERS[key](data_home=tmp_path)
    assert len(mirror.asked) == asked
    assert np.array_equal(first.images, given(key)[0])
    assert np.array_equal(second.images, given(key)[0])


def test_downloads_go_to_the_users_cache_by_default(mirror, tmp_path, monkeypatch):
    monkeypatch.delenv("SKDIGITS_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    fake_mnist.install([f"{mirror.url}mnist/good/"], monkeypatch=monkeypatch)
    load_mnist()
    assert files_below(tmp_path / "skdigits") == CACHED["mnist"]


@every_data_set
@pytest.mark.parametrize("manner", ["cut", "short", "wrong", "html", "missing"])
def test_a_bad_mirror_is_passed_over(manner, key, mirror, tmp_path, monkeypatch):
    mirrors = [f"{mirror.url}{key}/{manner}/", f"{mirror.url}{key}/good/"]
    fake_mnist.install(mirrors, key, monkeypatch)
    assert np.array_equal(LOADERS[key](data_home=tmp_path).images, given(key)[0])
    assert files_below(tmp_path) == CACHED[key]


@every_data_set
@pytest.mark.parametrize(
    ("manner", "message"),
    [
        ("cut", "Connection broken|IncompleteRead"),
        ("short", "damaged or cut gzip file|not a zip archive, or a damaged or cut one"),
        ("wrong", "has the (SHA-256|MD5)"),
        ("html", "is a web page"),
        ("missing", "404"),
    ],
)
def test_only_bad_mirrors_leave_nothing_and_say_why(
    manner, message, key, mirror, tmp_path, monkeypatch
):
    fake_mnist.install([f"{mirror.url}{key}/{manner}/"], key, monkeypatch)
    with pytest.raises(ConnectionError, match=message) as caught:
        LOADERS[key](data_home=tmp_path, n_retries=1, delay=0)
    assert str(caught.value).startswith(f"{TITLES[key]} is not in {tmp_path}")
    assert files_below(tmp_path) == []


def test_a_silent_mirror_is_given_up(mirror, tmp_path, monkeypatch):
    mirror.pause = 1.5
    monkeypatch.setattr("skdigits.datasets._fetch._TIMEOUT", (0.5, 0.3))
    mirrors = [f"{mirror.url}mnist/slow/", f"{mirror.url}mnist/good/"]
    fake_mnist.install(mirrors, monkeypatch=monkeypatch)
    assert load_mnist(subset="test", data_home=tmp_path).data.shape == (20, 784)


def test_mirrors_that_cannot_be_reached_are_tried_again(mirror, tmp_path, monkeypatch):
    fake_mnist.install([f"{mirror.url}mnist/missing/"], monkeypatch=monkeypatch)
    with pytest.raises(ConnectionError):
        load_mnist(data_home=tmp_path, n_retries=2, delay=0)
    assert len(mirror.asked) == 3


@every_data_set
def test_a_corrupt_cache_file_is_noticed_said_and_fetched_again(key, mirror, tmp_path, monkeypatch):
    fake_mnist.install([f"{mirror.url}{key}/good/"], key, monkeypatch)
    good = LOADERS[key](data_home=tmp_path)
    spoiled = tmp_path / key / CACHED[key][0]
    spoiled.write_bytes(spoiled.read_bytes()[:100])
    with pytest.warns(UserWarning, match=f"{CACHED[key][0]} is .*cut.*again") as caught:
        again = LOADERS[key](data_home=tmp_path)
    assert [warning.filename for warning in caught] == [__file__]
    assert np.array_equal(again.data, good.data)
    LOADERS[key](data_home=tmp_path)  # no warning: it was mended


def test_another_data_set_in_the_next_folder_is_left_alone(mirror, tmp_path, monkeypatch):
    fake_mnist.install([f"{mirror.url}mnist/good/"], monkeypatch=monkeypatch)
    put(tmp_path / "fashion", change=lambda content: content[:-1] + b"\x63")
    load_mnist(data_home=tmp_path)  # a warning would be an error here
    assert files_below(tmp_path / "mnist") == CACHED["mnist"]
    assert files_below(tmp_path / "fashion") == sorted(CONTENTS)


CHILD = """
import os, sys
sys.path.insert(0, {tests!r})
import fake_mnist
from skdigits import datasets
from skdigits.datasets import load_mnist
fake_mnist.install(sys.argv[2:3], *sys.argv[3:4])
"""
CHILD = CHILD.format(tests=str(Path(__file__).parent))
LOAD = CHILD + "print(getattr(datasets, sys.argv[4])(data_home=sys.argv[1]).data.sum())\n"


def start(code, *args):
    command = [sys.executable, "-W", "error", "-c", code, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def start_loading(folder, mirror, key):
    return start(LOAD, folder, f"{mirror.url}{key}/slow/", key, LOADERS[key].__name__)


@every_data_set
def test_two_processes_at_once_both_succeed(key, mirror, tmp_path):
    children = [start_loading(tmp_path, mirror, key) for _ in range(2)]
    answers = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0, 0], answers
    assert answers == [(f"{given(key)[0].sum()}\n", "")] * 2
    assert files_below(tmp_path) == CACHED[key]


def test_a_killed_download_leaves_nothing(mirror, tmp_path):
    mirror.pause = 20
    child = start_loading(tmp_path, mirror, "mnist")
    while not mirror.asked:
        assert child.poll() is None, child.communicate()
        time.sleep(0.05)
    time.sleep(0.3)
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=60)
    mirror.pause = 0
    assert files_below(tmp_path) == []


FULL_DISK = (
    CHILD
    + """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    load_mnist(data_home=sys.argv[1])
except OSError as error:
    print(error)
"""
)
READ_ONLY = (
    CHILD
    + """
import numpy.testing, pooch, requests
if os.geteuid() == 0:  # root may write anywhere
    os.seteuid(65534)
try:
    load_mnist(data_home=sys.argv[1])
except OSError as error:
    print(error)
"""
)


@pytest.mark.skipif(os.name != "posix", reason="limits and users are POSIX")
@pytest.mark.parametrize("code", [FULL_DISK, READ_ONLY], ids=["full disk", "read-only cache"])
def test_a_folder_that_cannot_be_written_to_is_said(code, mirror):
    # Not in tmp_path, which only its owner may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755 if code == FULL_DISK else 0o555)
        child = start(code, folder, f"{mirror.url}mnist/good/")
        out, err = child.communicate(timeout=120)
        assert child.returncode == 0, err
        assert "MNIST could not be written to" in out
        assert str(folder) in out
        assert "data_home=" in out
        assert files_below(folder) == []


def test_an_archive_of_a_later_zip_version_is_one_that_cannot_be_read():
    content = bytearray(fake_mnist.published("emnist")["gzip.zip"])
    content[content.index(b"PK\x01\x02") + 6] = 99  # the version needed to read it
    with pytest.raises(DataFileError, match="is not a zip archive"):
        _fetch.verified(bytes(content), DATA_SETS["emnist"].files["train"][0])
