import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
ACCURACY = {
    "plot_workflow.py": r"test accuracy: (0\.\d+)",
    "plot_save_and_load.py": r"test accuracy after 5 epochs: (0\.\d+)",
    "plot_compare_models.py": r"network +(0\.\d+)",
    "plot_own_network.py": r"weights, test accuracy: (0\.\d+)",
    "plot_augmentation.py": r"augmented +test accuracy: (0\.\d+)",
    "plot_epochs.py": r"test accuracy of the best: (0\.\d+)",
    "plot_skore.py": r"network, test accuracy: (0\.\d+)",
    "plot_optuna.py": r"test accuracy of the best: (0\.\d+)",
    "plot_grid_search.py": r"test accuracy of the refitted best: (0\.\d+)",
}


def test_every_example_is_run_here():
    assert {path.name for path in EXAMPLES.glob("*.py")} == ACCURACY.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCURACY)
def test_examples_run_on_the_bundled_digits(name, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / name],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
        env={**os.environ, "MPLBACKEND": "template"},  # draws nothing, and shows no window
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert float(re.search(ACCURACY[name], done.stdout)[1]) > 0.9
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ACCURACY)
def test_examples_have_the_form_of_sphinx_gallery(name):
    """A docstring with a title, then blocks of words and code that begin with `# %%`."""
    text = (EXAMPLES / name).read_text()
    title, underline = ast.get_docstring(ast.parse(text)).splitlines()[:2]
    assert underline == "=" * len(title)
    blocks = re.findall(r"^# %%\n# (.+)\n# (-+)$", text, re.MULTILINE)
    assert len(blocks) == text.count("# %%") >= 2
    assert all(len(heading) == len(line) for heading, line in blocks)
