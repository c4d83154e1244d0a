"""joblib's workers, where the process that they work for is killed."""

import os
import subprocess
import sys
import time

import psutil
import pytest

TUNE = """
import sys
from skdigits.cli import app
app(["tune", "ann", "--jobs", "2", "--param", "epochs=20000", "--cv", "2", "--out", sys.argv[1]])
"""
# A search of the user's own: the workers are joblib's, and only what they fit is ours.
SEARCH = """
from sklearn.model_selection import cross_val_score
from skdigits import CachedEstimator, load_sample_digits, make_model
X, y = load_sample_digits(return_X_y=True)
model = {model}
cross_val_score(model, X, y, cv=2, n_jobs=2)
"""
CODES = {
    "tune": TUNE,
    "network": SEARCH.format(model="make_model('ann', epochs=20000)"),
    "cached": SEARCH.format(model="CachedEstimator(make_model('ann', epochs=20000))"),
}


@pytest.mark.slow
@pytest.mark.parametrize("fits", [True, False], ids=["fitting", "starting"])
@pytest.mark.parametrize("code", CODES)
def test_workers_end_soon_after_their_parent_was_killed(code, fits, tmp_path):
    if not fits and code != "tune":
        pytest.skip("a worker that has not got any of our code yet is not ours")
    process = subprocess.Popen([sys.executable, "-c", CODES[code], str(tmp_path / "m.skops")])
    workers = _workers(process, busy_seconds=8 if fits else 0)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=30)
    for worker in alive:
        worker.kill()
    assert not alive


def _workers(process, busy_seconds):
    """Return the two workers of a process, once each has worked for so many seconds."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None
        found = [p for p in psutil.Process(process.pid).children() if "LokyProcess" in _line(p)]
        if len(found) == 2 and all(sum(p.cpu_times()[:2]) >= busy_seconds for p in found):
            return found
        time.sleep(0.1)
    process.kill()
    raise AssertionError("there are no workers")


def _line(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_process_that_is_no_worker_ends_with_nobody(tmp_path):
    code = f"""
import os, sys, time
from skdigits._ground.workers import end_with_parent
end_with_parent()
time.sleep(3)
open({os.fspath(tmp_path / "done")!r}, "w").close()
"""
    starter = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {code!r}])"
    subprocess.run([sys.executable, "-c", starter], check=True)
    end = time.monotonic() + 60
    while not (tmp_path / "done").exists():
        assert time.monotonic() < end
        time.sleep(0.1)
