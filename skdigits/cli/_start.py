"""Starting the command, and Ctrl-C before there is anything to interrupt."""

import os
import sys


def main() -> None:
    """Run the command line.

    Importing takes seconds, and a KeyboardInterrupt amid it may be shown, swallowed or made into
    another error by the module it hits. So until a command begins to work Ctrl-C ends the process.
    """
    try:
        import signal

        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not so in a job with &
            signal.signal(signal.SIGINT, _end_at_once)
    except KeyboardInterrupt:
        _end_at_once()
    from skdigits.cli._app import app

    try:
        app(prog_name="skdigits")
    except OSError as error:  # help or the version, where it cannot be written
        os.write(2, f"Error: {error}\n".encode())
        sys.exit(1)


def begin_work() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from now on, for there may be something to tidy up."""
    import signal

    if signal.getsignal(signal.SIGINT) is _end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end_at_once(*signal_and_frame: object) -> None:
    os.write(2, b"Error: interrupted\n")
    os._exit(130)
