"""Kills the process that it belongs to when that hangs: the supervisor is supervised so."""

import contextlib
import os
import subprocess
import sys

# It waits for the first feed without limit, and exits at the end of its input.
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
    A small child process that kills this process when it is not fed for a while.

    A thread would not do: a process that is stopped, or hangs while it holds Python's global
    interpreter lock, cannot end itself.
    """

    def __init__(self, patience_s: float) -> None:
        """
        Start the child process; it begins to count at the first `feed`.

        :param patience_s: longest time between two feeds.
        """
        self._process = subprocess.Popen(
            [sys.executable, '-I', '-S', '-c', _DOG, str(os.getpid()), str(patience_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C must not end it; the end of its input does
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin.fileno()
        os.set_blocking(self._input, False)

    @property
    def pid(self) -> int:
        """The identifier of the child process."""
        return self._process.pid

    def feed(self) -> None:
        """Report that all is well; without effect when the child process is gone or stopped."""
        with contextlib.suppress(BrokenPipeError, BlockingIOError):
            os.write(self._input, b'.')

    def end(self) -> None:
        """End the child process."""
        self._process.communicate()
