"""A watchdog that kills its process when that hangs; it supervises the supervisor."""

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
    A small child process that kills this process when `feed` is not called in time.

    Not a thread, because a process that is stopped, or hangs while it holds Python's global
    interpreter lock, cannot end itself.

    :param timeout_s: longest time between two calls of `feed`; counts from the first one on.
    """

    def __init__(self, timeout_s: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, '-I', '-S', '-c', _DOG, str(os.getpid()), str(timeout_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # so that not Ctrl-C but the end of its input ends it
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin.fileno()
        os.set_blocking(self._input, False)

    @property
    def pid(self) -> int:
        """The identifier of the child process."""
        return self._process.pid

    def feed(self) -> None:
        """Restart the timeout; without effect if the child process has ended or is stopped."""
        with contextlib.suppress(BrokenPipeError, BlockingIOError):
            os.write(self._input, b'.')

    def end(self) -> None:
        """End the child process."""
        self._process.communicate()
