"""Starting TensorFlow."""

import os

import pytest


def test_only_tensorflows_lines_are_kept_off_stderr(python):
    done = python(
        "import os, sys\n"
        "from skdigits._ground.runtime import without_tensorflow_log\n"
        "with without_tensorflow_log():\n"
        "    os.write(2, b'I0000 00:00:1795224691.555557    2641 cudart_stub.cc:31] No cuda.\\n')\n"
        "    os.write(2, b'2026-11-21 01:02:03.456789: I tensorflow/core/x.cc:1] Hello.\\n')\n"
        "    print('a word of another', file=sys.stderr)\n"
        "print('after', file=sys.stderr)\n"
    )
    assert done.stderr == "a word of another\nafter\n"


def test_an_error_inside_loses_nothing(python):
    done = python(
        "import sys\n"
        "from skdigits._ground.runtime import without_tensorflow_log\n"
        "try:\n"
        "    with without_tensorflow_log():\n"
        "        print('before the error', file=sys.stderr)\n"
        "        raise ImportError\n"
        "except ImportError:\n"
        "    print('caught', file=sys.stderr)\n"
    )
    assert done.stderr == "before the error\ncaught\n"


def test_a_closed_stderr_is_no_hindrance(python):
    done = python(
        "import os, numpy as np\n"
        "os.close(2)\n"
        "from skdigits import DigitANNClassifier\n"
        "DigitANNClassifier(epochs=1).fit(np.eye(20), np.arange(20) % 2)\n"
        "print('fitted')\n"
    )
    assert done.stdout == "fitted\n"


def test_another_keras_backend_is_refused(python):
    done = python(
        "import sys, types\n"
        "import numpy as np\n"
        "from skdigits import DigitANNClassifier\n"
        "import keras\n"
        "keras.backend.backend = lambda: 'jax'\n"
        "try:\n"
        "    DigitANNClassifier().fit(np.eye(4), [0, 1, 0, 1])\n"
        "except RuntimeError as error:\n"
        "    print(error)\n"
    )
    assert "got 'jax'; set KERAS_BACKEND=tensorflow" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "threads"),
    [
        ({"OMP_NUM_THREADS": "1"}, "1 1"),
        ({"OMP_NUM_THREADS": "3,2"}, "3 3"),
        ({"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "2"}, "0 1"),
        ({"OMP_NUM_THREADS": "many"}, "0 0"),
        ({}, "0 0"),
    ],
    ids=str,
)
def test_tensorflow_keeps_to_the_threads_that_are_allowed(python, variables, threads):
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    others = {name: value for name, value in os.environ.items() if name not in names}
    done = python(
        "from skdigits._ground.runtime import start_tensorflow\n"
        "start_tensorflow()\n"
        "from tensorflow.config import threading\n"
        "print(threading.get_intra_op_parallelism_threads(),"
        " threading.get_inter_op_parallelism_threads())\n",
        env=others | variables,
    )
    assert done.stdout.split("\n")[0] == threads  # 0: TensorFlow's own choice


@pytest.mark.slow
def test_threads_that_the_user_chose_are_kept(python):
    python(
        "import tensorflow as tf\n"
        "tf.config.threading.set_intra_op_parallelism_threads(2)\n"
        "tf.constant(0)\n"
        "from skdigits._ground.runtime import start_tensorflow\n"
        "start_tensorflow()\n"
        "assert tf.config.threading.get_intra_op_parallelism_threads() == 2\n",
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
