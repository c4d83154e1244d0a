"""A tiny stand-in for MNIST's four files, and a server on loopback that gives them in many ways."""

import dataclasses
import gzip
import hashlib
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from skdigits import datasets

N_ROWS = {"train": 60, "test": 20}


def idx(array):
    header = b"\x00\x00\x08" + bytes([array.ndim])
    return header + np.array(array.shape, dtype=">u4").tobytes() + array.tobytes()


def contents():
    """The files' bytes by name, and the data set that expects them."""
    rng = np.random.default_rng(0)
    by_name, files = {}, {}
    for subset, n in N_ROWS.items():
        arrays = (
            rng.integers(0, 256, (n, 28, 28), dtype=np.uint8),
            rng.integers(0, 10, n, dtype=np.uint8),
        )
        pair = []
        for file, array in zip(datasets._MNIST.files[subset], arrays, strict=True):
            by_name[file.name] = idx(array)
            sha256 = hashlib.sha256(by_name[file.name]).hexdigest()
            pair.append(dataclasses.replace(file, sha256=sha256))
        files[subset] = tuple(pair)
    return by_name, files


def install(mirrors, monkeypatch=datasets):
    """Let `load_mnist` expect the small files at these mirrors."""
    files = contents()[1]
    fake = dataclasses.replace(datasets._MNIST, files=files, mirrors=tuple(mirrors))
    if monkeypatch is datasets:
        datasets._MNIST = fake
    else:
        monkeypatch.setattr(datasets, "_MNIST", fake)


class _Handler(BaseHTTPRequestHandler):
    """The first folder of the path says how the file is given."""

    def do_GET(self):
        manner, _, name = self.path.strip("/").partition("/")
        self.server.asked.append(self.path)
        good = gzip.compress(contents()[0][name.removesuffix(".gz")])
        getattr(self, f"give_{manner}")(name, good)

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
        self.answer(gzip.compress(idx(np.zeros((60, 28, 28), np.uint8))))

    def give_html(self, name, good):
        self.answer(b"<!DOCTYPE html><p>Please log in to the network.</p>")

    def give_missing(self, name, good):
        self.answer(b"no such file", status=404)

    def give_redirect(self, name, good):
        self.answer(b"", status=302, Location=f"/good/{name}")

    def log_message(self, *args):
        pass


@contextmanager
def server():
    """Serve on loopback; give the server, whose `url`, `asked` and `pause` tests use."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as httpd:
        httpd.url = f"http://127.0.0.1:{httpd.server_port}/"
        httpd.asked, httpd.pause = [], 0.3
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        try:
            yield httpd
        finally:
            httpd.shutdown()
            thread.join()
