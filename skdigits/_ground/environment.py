"""What figures were measured with: versions and machine."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = (
    "skdigits",
    "scikit-learn",
    "scikeras",
    "keras",
    "tensorflow",
    "numpy",
    "scipy",
    "skops",
)


def versions(packages=_PACKAGES):
    """Return the versions of distributions without importing them.

    Parameters
    ----------
    packages : iterable of str
        Their names; by default what models are made with.

    Returns
    -------
    versions : dict of str to str
        By the name of the distribution; what is not installed is left out.
    """
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def environment():
    """Return what figures were measured with.

    Returns
    -------
    environment : dict
        `python`, `platform`, `processor`, `cores` available to this process, and `versions`.
    """
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "versions": versions(),
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
