"""The system time, and when it was set: it jumps, at each start of a machine without a clock."""

import time
from collections.abc import Callable

JUMP_NS = 100_000_000  # less is drift between two looks


class SystemTime:
    """
    Reads the system time, and notices when it is set, by a clock that nobody can set.

    :param system_ns: the system time.
    :param steady_ns: the other clock.
    """

    def __init__(
        self,
        system_ns: Callable[[], int] = time.time_ns,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._system_ns = system_ns
        self._steady_ns = steady_ns
        self.offset_ns = system_ns() - steady_ns()  # of the system time, as it was looked at last
        self.set_ns = 0  # system time at which it was found to be set; 0: never

    def now_ns(self) -> int:
        """Return the system time."""
        now_ns = self._system_ns()
        offset_ns = now_ns - self._steady_ns()
        if abs(offset_ns - self.offset_ns) > JUMP_NS:
            self.set_ns = now_ns
        self.offset_ns = offset_ns
        return now_ns


SYSTEM_TIME = SystemTime()
