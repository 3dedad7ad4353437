"""Kills the process it belongs to when that hangs; who watches the others is watched so itself."""

import contextlib
import os
import subprocess
import sys

# Waits for the first feeding without limit, and at the end of its input for nothing.
_DOG = """
import os, select, signal, sys
fed = os.read(0, 4096)
while fed and select.select([0], [], [], float(sys.argv[2]))[0]:
    fed = os.read(0, 4096)
if fed:
    os.kill(int(sys.argv[1]), signal.SIGKILL)
"""


class Watchdog:
    """
    A small process beside this one, which kills this one when it is not fed for a while.

    It must be a process: who is stopped, or hangs with Python's lock held, cannot end itself.
    """

    def __init__(self, patience_s: float) -> None:
        """
        Start the process; it begins to count at the first `feed`.

        :param patience_s: the longest time between two feedings.
        """
        self._process = subprocess.Popen(
            [sys.executable, '-I', '-S', '-c', _DOG, str(os.getpid()), str(patience_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # it ends with its input, not by Ctrl-C
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin.fileno()
        os.set_blocking(self._input, False)

    @property
    def pid(self) -> int:
        """Of the process that watches."""
        return self._process.pid

    def feed(self) -> None:
        """Tell that all is well; without effect when the process beside is gone or stopped."""
        with contextlib.suppress(BrokenPipeError, BlockingIOError):
            os.write(self._input, b'.')

    def end(self) -> None:
        """End the process beside."""
        self._process.communicate()
