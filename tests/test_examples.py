import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
ACCURACY = {
    "train_ann.py": r"test accuracy: (0\.\d+)",
    "grid_search.py": r"test accuracy of the refitted best: (0\.\d+)",
    "compare_models.py": r"network +(0\.\d+)",
}


def test_every_example_is_run_here():
    assert {path.name for path in EXAMPLES.glob("*.py")} == ACCURACY.keys()


@pytest.mark.parametrize("name", ACCURACY)
def test_examples_run_on_the_bundled_digits(name, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / name],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert float(re.search(ACCURACY[name], done.stdout)[1]) > 0.9
    assert not list(tmp_path.iterdir())
