"""Codes for other devices: short enough to be typed, good for one, and slow to be guessed."""

import secrets
from collections.abc import Callable

from phoenix_core.limits.pin import BootTime, Tries, boot_time

DIGITS = 8


class Pairing:
    """
    The code for the next device; after wrong ones everybody waits, longer each time.

    :param clock: as that of the PIN.
    """

    def __init__(self, clock: Callable[[], BootTime] = boot_time) -> None:
        self._clock = clock
        self._tries = Tries()
        self.code = _new()

    @property
    def wait_s(self) -> float:
        """How long to wait before the next try."""
        return self._tries.wait_s(self._clock())

    def accepts(self, code: str) -> bool:
        """Return whether it is the code, which then changes; never while one has to wait."""
        if self.wait_s > 0:
            return False
        digits = ''.join(code.split())
        if not secrets.compare_digest(digits.encode(), self.code.encode()):
            self._tries = self._tries.after_one_more(self._clock())
            return False
        self._tries = Tries()
        self.code = _new()
        return True


def _new() -> str:
    return f'{secrets.randbelow(10**DIGITS):0{DIGITS}}'
