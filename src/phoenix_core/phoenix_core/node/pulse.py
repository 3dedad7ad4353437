"""
The pulse of a process: a thread that asserts the liveliness of nodes whose executor gets on.

Not a timer of the executor: it would wait behind a flood of events, and a node that is only busy
would look as if it hung. A process that is stopped, or hangs with Python's interpreter lock, has
no pulse either.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

PERIOD_S = 0.1
HUNG_S = 0.3  # of work without progress; with the lease and the supervisor's limit below 2 s
# On a busy machine even a loop without an end gets little of the processor. No handler needs a
# tenth of a second of it.
CPU_WEIGHT = 3.0

_progress: Counter[int] = Counter()  # by thread: callbacks begun


def get_on() -> None:
    """Note that the executor of this thread begins a callback."""
    _progress[threading.get_ident()] += 1


class _Spent(NamedTuple):
    """What a thread has spent, in seconds: since it began, on a processor, and waiting for one."""

    at_s: float
    cpu_s: float
    starved_s: float

    @classmethod
    def of(cls, thread: int) -> '_Spent':
        try:
            text = Path(f'/proc/self/task/{thread}/schedstat').read_text()
            cpu_ns, starved_ns, _ = map(int, text.split())
        except (OSError, ValueError):  # a kernel that does not tell
            cpu_ns = starved_ns = 0
        return cls(time.monotonic(), cpu_ns * 1e-9, starved_ns * 1e-9)

    def worked_s(self, since: '_Spent') -> float:
        """Return for how long it has worked or slept; waiting for a processor is neither."""
        cpu_s = self.cpu_s - since.cpu_s
        asleep_s = self.at_s - since.at_s - (self.starved_s - since.starved_s) - cpu_s
        return asleep_s + CPU_WEIGHT * cpu_s


class ExecutorWatch:
    """
    Judges whether the executor of one thread gets on.

    :param thread: its identifier in Python.
    :param native: its identifier in the kernel.
    """

    def __init__(self, thread: int, native: int) -> None:
        self._thread = thread
        self._native = native
        self._seen = -1
        self._since = _Spent.of(native)

    def hangs(self) -> bool:
        """Return whether it has worked on one callback for too long; call it periodically."""
        seen, spent = _progress[self._thread], _Spent.of(self._native)
        if seen != self._seen:
            self._seen, self._since = seen, spent
        return spent.worked_s(self._since) > HUNG_S


class Pulse:
    """The pulse of all nodes of this process; its thread runs as long as there are any."""

    def __init__(self) -> None:
        """Begin without nodes."""
        self._lock = threading.Lock()
        self._beats: dict[Any, tuple[int, Callable[[], object]]] = {}
        self._watches: dict[int, ExecutorWatch] = {}
        self._thread: threading.Thread | None = None

    def add(self, node: Any, beat: Callable[[], object]) -> None:
        """Call `beat` for a node from now on, as long as the executor of this thread gets on."""
        thread = threading.get_ident()
        with self._lock:
            self._beats[node] = thread, beat
            if thread not in self._watches:
                self._watches[thread] = ExecutorWatch(thread, threading.get_native_id())
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name='pulse', daemon=True)
                self._thread.start()

    def remove(self, node: Any) -> None:
        """Call nothing for a node any more; without effect if it is not there."""
        with self._lock:
            self._beats.pop(node, None)
            threads = {thread for thread, _ in self._beats.values()}
            for thread in self._watches.keys() - threads:
                del self._watches[thread]

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._beats:
                    self._thread = None
                    return
                hung = {thread for thread, watch in self._watches.items() if watch.hangs()}
                for thread, beat in self._beats.values():
                    if thread not in hung:
                        beat()
            time.sleep(PERIOD_S)


PULSE = Pulse()
