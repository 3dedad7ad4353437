"""How often somebody may do something."""

import time
from collections.abc import Callable


class Allowance:
    """
    Grants so many a second on average, and so many at once.

    :param at_once: default: as many as in a second.
    :param now_s: steady time.
    """

    def __init__(
        self,
        per_s: float,
        now_s: Callable[[], float] = time.monotonic,
        *,
        at_once: float | None = None,
    ) -> None:
        self._per_s = per_s
        self._most = per_s if at_once is None else at_once
        self._now_s = now_s
        self._left, self._at_s = self._most, now_s()

    def take(self) -> bool:
        """Return whether one more is allowed now, which then is used up."""
        now_s = self._now_s()
        regained = (now_s - self._at_s) * self._per_s
        self._left, self._at_s = min(self._most, self._left + regained), now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
