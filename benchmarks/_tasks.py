"""What is measured: each task runs in a new process, `python -m benchmarks._tasks '{...}'`.

A task gives figures by name: seconds, megabytes, accuracies.
"""

import json
import pickle
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from benchmarks._data import pixels
from benchmarks._floor import epoch_seconds
from benchmarks._peers import BATCH, PEERS, KerasConvnet, SkdigitsCNN
from skdigits import DigitANNClassifier, PixelScaler
from skdigits._ground.pixels import to_unit

EPOCHS = 5
# Seeds of the first and of the later fit lie so far apart that no two rounds share one.
LATER = 100
# What Keras' convnet example reaches after some 14 epochs; on the bundled digits, something soon.
GOALS = {"mnist": 0.9915, "sample": 0.9}
MOST_EPOCHS = 40

IN_A_NEW_PROCESS = """
import pickle, re, sys
import numpy as np
with open(sys.argv[1], "rb") as file:
    model = pickle.load(file)
model.predict(np.load(sys.argv[2])[:1])
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def fit(peer, data, seed):
    """Time the first fit of a process, then another; score both on the test rows."""
    X, y, X_test, y_test = pixels(data)
    X, X_test = to_unit(X), to_unit(X_test)
    peer.start()
    first, model = _timed(lambda: peer.fit(X, y, seed, EPOCHS))
    later, other = _timed(lambda: peer.fit(X, y, seed + LATER, EPOCHS))
    return {
        "first fit (s)": first,
        "later fit (s)": later,
        "accuracy": [float(np.mean(m.predict(X_test) == y_test)) for m in (model, other)],
    }


def epoch(peer, data, seed):
    """Time an epoch after the first, and the floor beside it, in turn."""
    X, y, *_ = pixels(data)
    X = to_unit(X)
    peer.start()
    peer.fit(X, y, seed, 1)
    epochs, floors = [], []
    for _ in range(3):
        one, _ = _timed(lambda: peer.fit(X, y, seed, 1))
        all_of_them, _ = _timed(lambda: peer.fit(X, y, seed, EPOCHS))
        epochs.append((all_of_them - one) / (EPOCHS - 1))
        floors.append(epoch_seconds(-(-len(X) // BATCH)))
    return {
        "epoch (s)": statistics.median(epochs),
        "epoch in bare BLAS (s)": statistics.median(floors),
    }


def predict(peer, data, seed):
    """Time a fitted Pipeline from pixels: `predict` of one row, `predict_proba` of 10,000."""
    X, y, X_test, _ = pixels(data)
    peer.start()
    many = np.resize(X_test, (10_000, X_test.shape[1]))
    if peer.name == "skdigits, scale":
        model = peer.fit(X[:2000], y[:2000], seed, 1)
    else:
        model = _pipeline(peer, X, y, seed)
    one = X_test[:1]
    return {
        "predict, one row (s)": _per_call(lambda: model.predict(one)),
        "predict_proba, 10,000 rows (s)": _per_call(lambda: model.predict_proba(many)),
    }


def search(peer, data, seed):
    """Time GridSearchCV over 12 candidates and 3 folds with two jobs, libraries already started."""
    from joblib import Parallel, delayed

    X, y, X_test, y_test = pixels(data)
    X, y = to_unit(X[:10_000]), y[:10_000]
    peer.start()
    Parallel(n_jobs=2)(delayed(_start_and_wait)(peer.name) for _ in range(2))
    rate, hidden = peer.parameters
    grid = {rate: [0.0005, 0.001, 0.002], hidden: [64, 128], "batch_size": [32, 64]}
    searching = GridSearchCV(peer.model(seed, EPOCHS), grid, cv=3, n_jobs=2)
    with warnings.catch_warnings(category=ConvergenceWarning, action="ignore"):
        seconds, searching = _timed(lambda: searching.fit(X, y))
    return {
        "search (s)": seconds,
        "accuracy": [float(np.mean(searching.predict(to_unit(X_test)) == y_test))],
    }


def load(peer, data, seed):
    """Time a new process that unpickles a Pipeline and predicts one row; tell its peak memory."""
    X, y, X_test, _ = pixels(data)
    peer.start()
    model = _pipeline(peer, X, y, seed)
    with tempfile.TemporaryDirectory() as folder:
        file, rows = Path(folder, "model.pickle"), Path(folder, "rows.npy")
        file.write_bytes(pickle.dumps(model))
        np.save(rows, X_test[:1])
        command = [sys.executable, "-W", "ignore", "-c", IN_A_NEW_PROCESS, str(file), str(rows)]
        seconds, done = _timed(
            lambda: subprocess.run(command, check=True, capture_output=True, text=True)
        )
    return {
        "unpickle and predict (s)": seconds,
        "peak memory (MB)": int(done.stdout) / 1024,
    }


def memmap(peer, data, seed):
    """Train an epoch from a `np.memmap` of the data, once and ten times: the memory it adds."""
    X, y, *_ = pixels(data)
    peer.start()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for times in (1, 10):
            rows = np.memmap(
                Path(folder, f"{times}.raw"), mode="w+", dtype=np.uint8, shape=(times * len(X), 784)
            )
            for i in range(times):
                rows[i * len(X) : (i + 1) * len(X)] = X
            rows.flush()
            labels = np.tile(y, times)
            peer.fit(rows[:5000], labels[:5000], seed, 1)  # compiled, and TensorFlow warm
            with _PeakMemory() as peak:
                peer.fit(rows, labels, seed, 1)
            figures[f"data x {times} (MB)"] = rows.nbytes / 1e6
            figures[f"memory added by data x {times} (MB)"] = peak.added / 1e6
    return figures


def reach(peer, data, seed):
    """Train epoch by epoch until the test accuracy is reached; scoring is not in the time."""
    X, y, X_test, y_test = pixels(data)
    X, X_test = to_unit(X), to_unit(X_test)
    peer.start()
    total, n_epochs, accuracy = 0.0, 0, 0.0
    epochs = peer.epochs(X, y, seed)
    while accuracy < GOALS[data]:
        if n_epochs == MOST_EPOCHS:
            sys.exit(f"{peer.name} has {accuracy:.2%} after {n_epochs} epochs.")
        seconds, model = _timed(lambda: next(epochs))
        total, n_epochs = total + seconds, n_epochs + 1
        accuracy = float(np.mean(model.predict(X_test) == y_test))
    return {f"to {GOALS[data]:.2%} (s)": total, "epochs": n_epochs, "accuracy": [accuracy]}


class _OnPixels:
    """`DigitANNClassifier` that takes pixels."""

    name = "skdigits, scale"
    start = PEERS["skdigits"].start

    def fit(self, X, y, seed, epochs):
        return DigitANNClassifier(scale="pixels", random_state=seed, epochs=epochs).fit(X, y)


class _AfterPixelScaler:
    """The same as a Pipeline, which scales everything first."""

    name = "skdigits, PixelScaler"
    start = PEERS["skdigits"].start

    def fit(self, X, y, seed, epochs):
        return make_pipeline(
            PixelScaler(), DigitANNClassifier(random_state=seed, epochs=epochs)
        ).fit(X, y)


EVERYBODY = PEERS | {
    peer.name: peer for peer in (_OnPixels(), _AfterPixelScaler(), SkdigitsCNN(), KerasConvnet())
}
TASKS = {
    "fit": (fit, list(PEERS)),
    "epoch": (epoch, ["skdigits"]),
    "predict": (predict, ["skdigits", "skdigits, scale", "SciKeras", "MLPClassifier"]),
    "search": (search, ["skdigits", "SciKeras", "MLPClassifier"]),
    "load": (load, ["skdigits", "SciKeras", "MLPClassifier"]),
    "reach": (reach, ["skdigits, CNN", "Keras, convnet example"]),
    "memmap": (memmap, ["skdigits, scale", "skdigits, PixelScaler"]),
}


def _timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _per_call(work, seconds=2.0):
    """Give the median time of a call, out of as many as fit in some seconds, at least five."""
    work()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        times.append(_timed(work)[0])
    return statistics.median(times)


def _pipeline(peer, X, y, seed):
    """Give a Pipeline that takes pixels, fitted for an epoch on a few rows."""
    return make_pipeline(PixelScaler().fit(X), peer.fit(to_unit(X[:2000]), y[:2000], seed, 1))


def _start_and_wait(name):
    EVERYBODY[name].start()
    time.sleep(2)  # so that the other worker gets the other task


class _PeakMemory:
    """The most memory that a process held beyond what it had; pages of mapped files not counted."""

    def __enter__(self):
        self.before = self.highest = _anonymous_bytes()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.added = self.highest - self.before

    def _watch(self):
        while not self.done.wait(0.002):
            self.highest = max(self.highest, _anonymous_bytes())


def _anonymous_bytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("RssAnon")]
    return int(line.split()[1]) * 1024


def main():
    """Run the task that the first argument describes; print its figures as JSON."""
    wanted = json.loads(sys.argv[1])
    function, _ = TASKS[wanted["task"]]
    print(json.dumps(function(EVERYBODY[wanted["peer"]], wanted["data"], wanted["seed"])))


if __name__ == "__main__":
    main()
