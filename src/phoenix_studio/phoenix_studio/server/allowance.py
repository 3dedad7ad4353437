"""How often a browser may send something."""

import time
from collections.abc import Callable


class Allowance:
    """
    Grants so many a second on average, and as many at once.

    :param clock: monotonic time [s].
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._left = per_second
        self._counted = clock()

    def grants(self) -> bool:
        """Return whether one more is allowed now."""
        now = self._clock()
        earned = (now - self._counted) * self._per_second
        self._counted = now
        self._left = min(self._per_second, self._left + earned)
        if self._left < 1:
            return False
        self._left -= 1
        return True
