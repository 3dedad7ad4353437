"""A watchdog that kills its process when that hangs; it supervises the supervisor."""

import contextlib
import os
import subprocess
import sys

# It waits for the first feed without limit, and exits at the end of its input. A process that
# gets no processor is given the time again.
_DOG = """
import os, select, signal, sys
pid, limit = int(sys.argv[1]), float(sys.argv[2])
def waited():
    try:
        return int(open(f'/proc/{pid}/schedstat').read().split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return 0.0
fed = os.read(0, 4096)
for _ in iter(int, 1) if fed else ():
    before = waited()
    if select.select([0], [], [], limit)[0]:
        fed = os.read(0, 4096)
        if not fed:
            break
    elif waited() - before < limit / 2:
        os.kill(pid, signal.SIGKILL)
        break
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
