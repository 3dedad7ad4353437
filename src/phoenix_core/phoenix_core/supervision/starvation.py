"""Tells a process that gets no processor from one that hangs, and time that was not watched."""

import time
from collections.abc import Callable
from pathlib import Path

STARVED = 0.6  # of the time that a thread waits for a processor
SHORTEST_S = 0.2  # of a measurement
FORGOTTEN_S = 1.0  # after which one begins anew
MOST_UNWATCHED_S = 0.3  # between two steps of a supervisor that is not itself starved or stopped


class Starvation:
    """Measures how long the threads of a process wait for a processor, once it is asked."""

    def __init__(self) -> None:
        self._begun: dict[int, tuple[float, dict[str, float]]] = {}  # by process
        self._asked_s: dict[int, float] = {}

    def holds(self, pid: int) -> bool:
        """Return whether a thread of a process gets no processor; ask while that matters."""
        now_s, waited = time.monotonic(), waited_s(pid)
        if now_s - self._asked_s.get(pid, now_s) > FORGOTTEN_S or pid not in self._begun:
            self._begun[pid] = now_s, waited
        self._asked_s[pid] = now_s
        begun_s, before = self._begun[pid]
        passed_s = now_s - begun_s
        if passed_s < SHORTEST_S:
            return False
        most_s = max((s - before.get(thread, s) for thread, s in waited.items()), default=0.0)
        return most_s >= STARVED * passed_s


def waited_s(pid: int) -> dict[str, float]:
    """Return how long each thread of a process has waited for a processor so far."""
    waited = {}
    for thread in Path(f'/proc/{pid}/task').glob('*'):
        try:
            waited[thread.name] = int((thread / 'schedstat').read_text().split()[1]) * 1e-9
        except (OSError, ValueError, IndexError):  # it has ended, or the kernel does not tell
            continue
    return waited


class WatchedTime:
    """
    The time during which the supervisor was itself able to watch.

    What happened while it got no processor, or was stopped, is no silence of others.

    :param now_s: steady time.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._last_s = self._watched_s = now_s()

    def now_s(self) -> float:
        """Return that time; call it often."""
        now_s = self._now_s()
        self._watched_s += min(now_s - self._last_s, MOST_UNWATCHED_S)
        self._last_s = now_s
        return self._watched_s
