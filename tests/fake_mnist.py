"""Tiny stand-ins for the published data sets, and a loopback server with good and bad manners."""

import dataclasses
import functools
import gzip
import hashlib
import io
import threading
import time
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from skdigits.datasets._registry import DATA_SETS

N_ROWS = {"train": 60, "test": 20}


def idx(array):
    header = b"\x00\x00\x08" + bytes([array.ndim])
    return header + np.array(array.shape, dtype=">u4").tobytes() + array.tobytes()


def gz(content):
    return gzip.compress(content, mtime=0)


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


@functools.cache
def arrays(key):
    """The images, upright, and labels by subset."""
    rng = np.random.default_rng(list(DATA_SETS).index(key))
    return {
        subset: (
            rng.integers(0, 256, (n, 28, 28), dtype=np.uint8),
            rng.integers(0, 10, n, dtype=np.uint8),
        )
        for subset, n in N_ROWS.items()
    }


@functools.cache
def contents(key="mnist"):
    """The IDX files' bytes by their published names without .gz, or the members of the archive."""
    by_name = {}
    for subset, pair in arrays(key).items():
        for file, array in zip(DATA_SETS[key].files[subset], pair, strict=True):
            name = file.member or file.name
            stored = array.swapaxes(1, 2) if key == "emnist" and array.ndim == 3 else array
            by_name[name.removesuffix(".gz")] = idx(stored)
    return by_name


@functools.cache
def published(key):
    """The files' bytes by name, as a mirror has them."""
    gzipped = {f"{name}.gz": gz(content) for name, content in contents(key).items()}
    return {"gzip.zip": zipped(gzipped)} if key == "emnist" else gzipped


def install(mirrors, key="mnist", monkeypatch=None):
    """Let the loader expect the small files at these mirrors."""

    def expected(file):
        content = published(key)[file.name]
        if file.sha256:
            sha256 = hashlib.sha256(gzip.decompress(content)).hexdigest()
            return dataclasses.replace(file, sha256=sha256)
        return dataclasses.replace(file, md5=hashlib.md5(content).hexdigest())

    files = {subset: tuple(map(expected, pair)) for subset, pair in DATA_SETS[key].files.items()}
    fake = dataclasses.replace(DATA_SETS[key], files=files, mirrors=tuple(mirrors))
    if monkeypatch is None:
        DATA_SETS[key] = fake
    else:
        monkeypatch.setitem(DATA_SETS, key, fake)


class _Handler(BaseHTTPRequestHandler):
    """The path is key/manner/name: of which data set, how, and which file."""

    def do_GET(self):
        key, manner, name = self.path.strip("/").split("/")
        self.server.asked.append(self.path)
        getattr(self, f"give_{manner}")(name, published(key)[name])

    def answer(self, body, status=200, length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def give_good(self, name, good):
        self.answer(good)

    def give_slow(self, name, good):
        self.send_response(200)
        self.send_header("Content-Length", str(len(good)))
        self.end_headers()
        for part in (good[:100], good[100:]):
            self.wfile.write(part)
            self.wfile.flush()
            time.sleep(self.server.pause)

    def give_cut(self, name, good):
        self.answer(good[: len(good) // 2], length=len(good))

    def give_short(self, name, good):
        self.answer(good[: len(good) // 2])

    def give_wrong(self, name, good):
        other = gz(idx(np.zeros((60, 28, 28), np.uint8)))
        self.answer(zipped({"other.gz": other}) if name.endswith(".zip") else other)

    def give_html(self, name, good):
        self.answer(b"<!DOCTYPE html><p>Please log in to the network.</p>")

    def give_missing(self, name, good):
        self.answer(b"no such file", status=404)

    def give_redirect(self, name, good):
        self.answer(b"", status=302, Location=self.path.replace("/redirect/", "/good/"))

    def log_message(self, *args):
        pass


@contextmanager
def server():
    """Serve on loopback; give the server, whose `url`, `asked` and `pause` tests use."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as httpd:
        httpd.url = f"http://127.0.0.1:{httpd.server_port}/"
        httpd.asked, httpd.pause = [], 0.3
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield httpd
        finally:
            httpd.shutdown()
            thread.join()
