"""Files that are never seen half-written."""

import errno
import os
import stat
import uuid
from pathlib import Path


def write_whole(path, content):
    """Write a file so that others see all of it or nothing, also when this process is killed.

    Parameters
    ----------
    path : str or Path
        Where the file goes; its folder must exist. A file that is there is replaced at the end, a
        link is followed, a device or a pipe is written to.
    content : bytes
        What goes in.

    Raises
    ------
    OSError
        If the folder cannot be written to or the disk is full; nothing is left behind then.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():  # a device or a pipe is written to, not replaced
        path.write_bytes(content)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such folder", str(path.parent))
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            part.chmod(stat.S_IMODE(path.stat().st_mode))  # who may read it stays as it was
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def unicode_text(words):
    """Return words as text that can be written; names of files may hold bytes that are no text."""
    return str(words).encode(errors="replace").decode()
