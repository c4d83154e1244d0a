"""Model files: one that is loaded predicts as before it was damaged; the others are refused."""

import hashlib
import io
import json
import random
import tempfile
import warnings
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skdigits import (
    DigitANNClassifier,
    PixelScaler,
    load_model,
    load_sample_digits,
    model_info,
    save_model,
)
from skdigits.errors import ModelFileError
from tests.fuzz._damage import damaged_bytes, damaged_json

_INFO, _SCHEMA = "skdigits.json", "schema.json"


def run(count, seed):
    """Damage model files; raise AssertionError at what is neither loaded nor refused."""
    ends = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            source = random.Random(f"{seed} {number}")
            content, labels = source.choice(_files())
            damage = source.choice((_bytes, _bytes, _member, _info, _schema))
            path = Path(folder, "m.skops")
            path.write_bytes(damage(content, source))
            try:
                # A schema with hashes of its own may be of another model: it need not predict.
                ends[_load(path, None if damage in (_schema, _member) else labels)] += 1
            except Exception as error:
                raise AssertionError(
                    f"seed {seed}, number {number}, {damage.__name__}: {error!r}"
                ) from error
    return ends


def _load(path, labels):
    try:
        model_info(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions, which may be written in it now
            model = load_model(path)
    except ModelFileError as error:
        if str(path) not in str(error):
            raise ValueError("the error does not name the file") from error
        return "refused"
    if labels is not None and model.predict(_rows()).tolist() != labels:
        raise ValueError("it predicts otherwise")
    return "loaded"


def _bytes(content, source):
    return damaged_bytes(content, source)


def _member(content, source):
    """Damage the content of a member, with the hashes made anew or not."""

    def change(members):
        name = source.choice(sorted(members))
        members[name] = damaged_bytes(members[name], source)
        return source.random() < 0.7

    return _repacked(content, change)


def _info(content, source):
    """Damage what skdigits wrote."""

    def change(members):
        damaged = damaged_json(json.loads(members[_INFO]), source)
        members[_INFO] = json.dumps(damaged).encode()

    return _repacked(content, change)


def _schema(content, source):
    """Damage what skops wrote, and make the hashes anew."""

    def change(members):
        damaged = damaged_json(json.loads(members[_SCHEMA]), source)
        members[_SCHEMA] = json.dumps(damaged).encode()
        return True

    return _repacked(content, change)


def _repacked(content, change):
    """Return the archive with its members changed, and their hashes if `change` says so."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    info = json.loads(members[_INFO])
    if change(members):
        others = sorted(members.keys() - {_INFO})
        info["sha256"] = {name: hashlib.sha256(members[name]).hexdigest() for name in others}
        members[_INFO] = json.dumps(info).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return packed.getvalue()


@cache
def _rows():
    return load_sample_digits(return_X_y=True)[0][:5]


@cache
def _files():
    """Return files as bytes, with what their models predict: a network, and a Pipeline."""
    X, y = load_sample_digits(return_X_y=True)
    network = DigitANNClassifier(hidden_layer_sizes=(8,), epochs=1, random_state=0)
    models = [
        network.fit(X[:200] / 255, y[:200]),
        make_pipeline(PixelScaler(), LogisticRegression(tol=0.1)).fit(X[:200], y[:200].astype(str)),
    ]
    files = []
    with tempfile.TemporaryDirectory() as folder:
        for model in models:
            path = Path(folder, "m.skops")
            save_model(model, path)
            files.append((path.read_bytes(), model.predict(_rows()).tolist()))
    return files
