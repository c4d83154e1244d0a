import hashlib
import io
import json
import pickle
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from skdigits import (
    CachedEstimator,
    DigitANNClassifier,
    PixelScaler,
    evaluate,
    load_model,
    load_sample_digits,
    make_model,
    model_info,
    save_model,
)


class Rounder(TransformerMixin, BaseEstimator):
    """A type that nobody has told `load_model` to trust."""

    def fit(self, X, y=None):
        self.n_ = 1
        return self

    def transform(self, X):
        return np.round(X)


@pytest.fixture(scope="module")
def pixels():
    X, y = load_sample_digits(return_X_y=True)
    return X[:400], y[:400]


@pytest.fixture(scope="module")
def ann(pixels):
    return make_model("ann", epochs=2, random_state=0).fit(*pixels)


@pytest.fixture
def saved(ann, tmp_path):
    path = tmp_path / "model.skops"
    save_model(ann, path)
    return path


MODELS = {
    "ann": lambda: make_model("ann", epochs=1, random_state=0),
    "ann with odd parameters": lambda: make_model(
        "ann",
        epochs=1,
        random_state=np.random.RandomState(0),
        class_weight={np.int64(3): 2.0},
        hidden_layer_sizes=np.array([16, 8]),
        validation_fraction=0.1,
    ),
    "svm": lambda: make_model("svm"),
    "logreg": lambda: make_model("logreg"),
    "calibrated svm": lambda: CalibratedClassifierCV(
        make_pipeline(PixelScaler(), SVC()), ensemble=False
    ),
    "grid search": lambda: GridSearchCV(make_model("logreg"), {"logreg__C": [0.1, 1.0]}, cv=2),
    "vote": lambda: VotingClassifier(
        [("a", make_model("ann", epochs=1, random_state=0)), ("b", make_model("logreg"))],
        voting="soft",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_model_predicts_the_same_bits(name, pixels, tmp_path):
    X, y = pixels
    model = MODELS[name]().fit(X, y)
    save_model(model, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    assert np.array_equal(loaded.predict(X), model.predict(X))
    if hasattr(model, "predict_proba"):
        assert np.array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert type(loaded) is type(model)


@pytest.fixture
def routing():
    with config_context(enable_metadata_routing=True):
        yield


@pytest.mark.usefixtures("routing")
def test_metadata_requests_come_back(pixels, tmp_path):
    X, y = pixels
    network = DigitANNClassifier(epochs=1, random_state=0)
    network.set_fit_request(X_val=True, y_val="labels").set_score_request(sample_weight=False)
    plain = clone(network)
    logistic = LogisticRegression(max_iter=5000).set_fit_request(sample_weight=True)
    pipeline = Pipeline([("scale", PixelScaler()), ("ann", network)], transform_input=["X_val"])
    pipeline.fit(X, y, X_val=X[:20], labels=y[:20])
    for model in (pipeline, logistic.fit(X / 255, y), CachedEstimator(network).fit(X / 255, y)):
        before = str(model.get_metadata_routing())
        save_model(model, tmp_path / "model.skops")
        loaded = load_model(tmp_path / "model.skops")
        assert str(loaded.get_metadata_routing()) == str(model.get_metadata_routing()) == before
        rows = X if model is pipeline else X / 255
        assert np.array_equal(loaded.predict(rows), model.predict(rows))
    assert str(plain.get_metadata_routing()) == str(network.get_metadata_routing())
    again = load_model(tmp_path / "model.skops").estimator_
    assert str(again.get_metadata_routing()) == str(plain.get_metadata_routing())


def test_labels_of_words_and_names_of_columns_come_back(tmp_path):
    X, y = load_sample_digits(return_X_y=True, as_frame=True)
    words = np.array(["even", "odd"], dtype=object)[y[:300] % 2]
    model = make_model("ann", epochs=1, random_state=0).fit(X[:300], words)
    save_model(model, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    assert np.array_equal(loaded.predict(X), model.predict(X))
    assert loaded[-1].classes_.tolist() == ["even", "odd"]
    assert loaded.feature_names_in_.tolist() == X.columns.tolist()


def test_training_goes_on_as_if_it_had_not_stopped(pixels, tmp_path):
    X = PixelScaler().fit_transform(pixels[0])
    y = pixels[1]
    through = DigitANNClassifier(epochs=4, dropout=0.2, random_state=0).fit(X, y)
    half = DigitANNClassifier(epochs=2, dropout=0.2, random_state=0).fit(X, y)
    save_model(half, tmp_path / "half.skops")
    loaded = load_model(tmp_path / "half.skops")
    loaded.partial_fit(X, y)
    loaded.partial_fit(X, y)
    assert loaded.n_iter_ == 4
    for one, other in zip(loaded.coefs_, through.coefs_, strict=True):
        assert np.array_equal(one, other)


def test_without_training_state_a_file_is_smaller_and_the_model_is_unchanged(ann, pixels, tmp_path):
    X, y = pixels
    whole, lean = tmp_path / "whole.skops", tmp_path / "lean.skops"
    save_model(ann, whole)
    save_model(ann, lean, training_state=False)
    assert lean.stat().st_size < 0.6 * whole.stat().st_size
    assert ann[-1].optimizer_state_["slots"]
    assert model_info(whole)["training_state"] is True
    assert model_info(lean)["training_state"] is False
    loaded = load_model(lean)
    assert np.array_equal(loaded.predict_proba(X), ann.predict_proba(X))
    going_on = loaded[-1].partial_fit(loaded[0].transform(X), y)
    assert going_on.n_iter_ == 3


def test_a_model_is_loaded_and_used_without_tensorflow(saved, pixels, python, tmp_path):
    np.save(tmp_path / "X.npy", pixels[0])
    done = python(
        "import sys, numpy as np\n"
        "from skdigits import load_model\n"
        "print(load_model(sys.argv[1]).predict(np.load(sys.argv[2])).tolist())\n"
        "loaded = {'tensorflow', 'keras', 'scikeras'} & set(sys.modules)\n"
        "assert not loaded, loaded\n",
        saved,
        tmp_path / "X.npy",
    )
    assert json.loads(done.stdout) == load_model(saved).predict(pixels[0]).tolist()


def test_what_is_known_of_a_model_is_in_its_file(ann, pixels, tmp_path):
    X, y = pixels
    result = evaluate(ann, X, y)
    save_model(ann, tmp_path / "a.skops", training_data=(X, y), result=result)
    info = model_info(tmp_path / "a.skops")
    assert info["model"] == repr(ann)
    assert info["versions"].keys() >= {"skdigits", "scikit-learn", "numpy", "tensorflow", "skops"}
    assert info["training_data"]["n_rows"] == 400
    assert info["result"]["accuracy"] == ann.score(X, y)
    assert info["result"]["n_rows"] == 400
    frame, series = load_sample_digits(return_X_y=True, as_frame=True)
    save_model(ann, tmp_path / "b.skops", training_data=(frame[:400], series[:400]))
    assert model_info(tmp_path / "b.skops")["training_data"] == info["training_data"]
    save_model(ann, tmp_path / "c.skops", training_data=(X[::-1], y[::-1]))
    assert model_info(tmp_path / "c.skops")["training_data"] != info["training_data"]


# --- What is refused --------------------------------------------------------------------------


def repacked(path, change, *, new_hashes=False):
    """Write the file again with changed members, as someone would who knows the format."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if new_hashes:
        info = json.loads(members["skdigits.json"])
        info["sha256"] = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in members.items()
            if name != "skdigits.json"
        }
        members["skdigits.json"] = json.dumps(info).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def edited(name, old, new):
    def change(members):
        assert old in members[name].decode()
        members[name] = members[name].decode().replace(old, new).encode()

    return change


def test_a_file_cut_anywhere_is_refused(saved):
    content = saved.read_bytes()
    for place in np.linspace(0, len(content) - 1, 50).astype(int):
        saved.write_bytes(content[:place])
        for read in (load_model, model_info):
            with pytest.raises(ValueError, match="not a whole model file") as caught:
                read(saved)
            assert str(caught.value).startswith(str(saved))
            assert len(str(caught.value).splitlines()) == 1


def test_a_file_with_a_changed_byte_never_gives_another_model(saved, ann, pixels):
    content = saved.read_bytes()
    expected = ann.predict_proba(pixels[0])
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(len(content), size=100):
        changed = bytearray(content)
        changed[place] ^= 0x20
        saved.write_bytes(changed)
        try:
            loaded = load_model(saved)
        except ValueError:
            refused += 1
        else:  # a byte that says nothing, such as a member's date
            assert np.array_equal(loaded.predict_proba(pixels[0]), expected)
    assert refused > 90


@pytest.mark.parametrize("new_hashes", [False, True])
def test_a_swapped_type_is_refused(saved, new_hashes):
    swap = edited("schema.json", '"PixelScaler"', '"system"')
    repacked(saved, swap, new_hashes=new_hashes)
    with pytest.raises(ValueError, match=r"not trusted: skdigits\.system"):
        load_model(saved)


@pytest.mark.parametrize("module", ["os", "builtins", "subprocess", "skdigits._ground.files"])
def test_a_function_in_place_of_a_type_is_refused(saved, module, tmp_path):
    def change(members):
        text = members["schema.json"].decode()
        scaler = r'"PixelScaler",(\s+"__module__": )"skdigits"'
        text, n = re.subn(scaler, rf'"eval",\1"{module}"', text)
        assert n == 1
        members["schema.json"] = text.encode()

    repacked(saved, change, new_hashes=True)
    with pytest.raises(ValueError, match=rf"not trusted: {module}\.eval"):
        load_model(saved)


def test_a_changed_weight_is_refused(saved):
    def change(members):
        name = max((n for n in members if n.endswith(".npy")), key=lambda n: len(members[n]))
        array = np.load(io.BytesIO(members[name])) + 1
        file = io.BytesIO()
        np.save(file, array)
        members[name] = file.getvalue()

    with pytest.raises(ValueError, match="was changed after it was saved"):
        load_model(repacked(saved, change))


def test_a_file_of_a_later_version_is_refused(saved):
    def change(members):
        info = json.loads(members["skdigits.json"])
        info["format"] += 1
        info["versions"]["skdigits"] = "99.0"
        members["skdigits.json"] = json.dumps(info).encode()

    repacked(saved, change)
    for read in (load_model, model_info):
        with pytest.raises(ValueError, match=r"format 2, written by skdigits 99\.0.*--upgrade"):
            read(saved)


def test_what_skops_cannot_read_is_refused_with_both_versions(saved):
    repacked(saved, edited("schema.json", '"ObjectNode"', '"NodeOfTheFuture"'), new_hashes=True)
    with pytest.raises(ValueError, match=r"cannot be read here.*written with.*this is"):
        load_model(saved)


def plain_skops(tmp_path):
    skops.io.dump({"a": 1}, tmp_path / "x")


def a_list(tmp_path):
    save = make_model("logreg").fit([[0], [1]], [0, 1])
    save_model(save, tmp_path / "x")
    other = skops.io.dumps([1, 2])
    with zipfile.ZipFile(io.BytesIO(other)) as archive:
        schema = archive.read("schema.json")

    def change(members):
        info = members["skdigits.json"]
        members.clear()
        members.update({"schema.json": schema, "skdigits.json": info})

    repacked(tmp_path / "x", change, new_hashes=True)


def huge_info(tmp_path):
    save_model(make_model("logreg").fit([[0], [1]], [0, 1]), tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("skdigits.json", b" " * 20_000_000 + b"{}")


OTHERS = {
    "a bomb": (huge_info, "skdigits.json is larger than"),
    "an empty file": (lambda path: (path / "x").write_bytes(b""), "not a whole model file"),
    "a pickle": (lambda path: (path / "x").write_bytes(b"\x80\x05."), "not a whole model file"),
    "another skops file": (plain_skops, "save_model did not write it"),
    "something else than a model": (a_list, "holds a list instead of a model"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_something_else_is_refused(case, tmp_path):
    make, message = OTHERS[case]
    make(tmp_path)
    with pytest.raises(ValueError, match=message):
        load_model(tmp_path / "x")


def test_a_type_of_ones_own_is_loaded_only_where_it_is_trusted(pixels, tmp_path):
    X, y = pixels
    path = tmp_path / "model.skops"
    model = make_pipeline(PixelScaler(), Rounder(), SVC()).fit(X, y)
    name = f"{Rounder.__module__}.Rounder"
    with pytest.warns(UserWarning, match=re.escape(f"it will need trusted=['{name}']")):
        save_model(model, path)
    with pytest.raises(ValueError, match=re.escape(f"not trusted: {name}.")):
        load_model(path)
    with pytest.raises(ValueError, match="takes a list of names"):
        load_model(path, trusted=name)
    assert np.array_equal(load_model(path, trusted=[name]).predict(X), model.predict(X))


def test_what_cannot_be_saved_is_said_and_the_old_file_stays(saved, ann):
    before = saved.read_bytes()
    with pytest.raises(NotFittedError):
        save_model(make_model("ann"), saved)
    with pytest.raises(ValueError, match=r"takes a scikit-learn classifier.*got 'model'"):
        save_model("model", saved)
    odd = make_model("logreg").fit([[0], [1]], [0, 1])
    odd.generator_ = (i for i in range(3))
    with pytest.raises(ValueError, match="holds what skops cannot save"):
        save_model(odd, saved)
    with pytest.raises(FileNotFoundError, match=r"no such folder.*none"):
        save_model(ann, saved.parent / "none" / "model.skops")
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_what_could_not_be_loaded_again_is_not_saved(pixels, tmp_path):
    steps = FunctionTransformer(lambda X: X / 255), SVC()
    with pytest.raises(ValueError, match=r"was not saved.*a lambda"):
        save_model(make_pipeline(*steps).fit(*pixels), tmp_path / "model.skops")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"training_data": "ab"}, r"training_data takes \(X, y\), got str"),
        ({"training_data": ([[1], [2]], [1])}, "inconsistent numbers"),
        ({"result": 0.97}, "takes a ModelResult with scores, got 0.97"),
    ],
)
def test_a_record_that_is_none_is_refused(ann, what, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        save_model(ann, tmp_path / "model.skops", **what)


def test_the_users_home_is_known_by_its_sign(ann, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    save_model(ann, "~/model.skops")
    assert (tmp_path / "model.skops").exists()
    assert load_model("~/model.skops")[-1].n_iter_ == 2


def test_a_missing_file_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "none.skops")


# --- Files of earlier versions --------------------------------------------------------------------

FILES = Path(__file__).parent / "files"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
@pytest.mark.parametrize("name", ["ann", "cnn"])
def test_a_file_from_before_the_first_release_still_loads(name):
    """Made when files named the private places of classes, such as `skdigits.classifiers._ann`."""
    X, _ = load_sample_digits(return_X_y=True)
    model = load_model(FILES / f"{name}-before-0.1.0.skops")
    wanted = np.load(FILES / "before-0.1.0.npz")[name]
    assert np.allclose(model.predict_proba(X[:50]), wanted, atol=1e-5)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
def test_a_pickle_from_before_the_first_release_still_loads():
    X, _ = load_sample_digits(return_X_y=True)
    model = pickle.loads((FILES / "ann-before-0.1.0.pickle").read_bytes())
    wanted = np.load(FILES / "before-0.1.0.npz")["ann"]
    assert np.allclose(model.predict_proba(X[:50]), wanted, atol=1e-5)


def test_a_model_file_names_public_paths(tmp_path):
    X, y = load_sample_digits(return_X_y=True)
    model = make_pipeline(PixelScaler(), DigitANNClassifier((4,), epochs=1)).fit(X[:100], y[:100])
    save_model(model, tmp_path / "model.skops")
    with zipfile.ZipFile(tmp_path / "model.skops") as archive:
        schema = archive.read("schema.json").decode()
    named = set(re.findall(r'"__module__": "(skdigits[^"]*)"', schema))
    assert named == {"skdigits"}
    assert b"skdigits.classifiers" not in pickle.dumps(model)
