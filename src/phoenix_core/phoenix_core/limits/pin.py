"""The PIN of a parent: how it is kept, and how long a wrong one makes everybody wait."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from phoenix_core.settings.config_file import FileModel

FORM = 'four to twelve digits'
FREE_TRIES = 2  # wrong ones without a wait
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 3600.0

# The id of a boot, and the seconds since it: no clock that anybody can set.
BootTime = tuple[str, float]


def boot_time() -> BootTime:
    """Return the time since this machine was started, sleep included."""
    boot = Path('/proc/sys/kernel/random/boot_id').read_text().strip()
    return boot, time.clock_gettime(time.CLOCK_BOOTTIME)


class Pin(FileModel):
    """A PIN as it is kept: salted and hashed; hexadecimal."""

    salt: str
    digest: str

    @classmethod
    def of(cls, pin: str) -> 'Pin':
        """
        Keep a PIN.

        :raises ValueError: it has not the form of one.
        """
        if not (4 <= len(pin) <= 12 and pin.isascii() and pin.isdigit()):
            raise ValueError(f'a PIN has {FORM}')
        salt = secrets.token_bytes(16)
        return cls(salt=salt.hex(), digest=_digest(pin, salt).hex())

    def fits(self, pin: str) -> bool:
        """Return whether this is the PIN; takes as long for each."""
        digest = _digest(pin, bytes.fromhex(self.salt))
        return hmac.compare_digest(digest, bytes.fromhex(self.digest))


class Tries(FileModel):
    """
    The wrong tries in a row.

    :param boot: the boot in which the last one was, and the seconds since it.
    """

    wrong: int = 0
    boot: str = ''
    at_s: float = 0.0

    def after_one_more(self, now: BootTime) -> 'Tries':
        """Return the tries with another wrong one."""
        return Tries(wrong=self.wrong + 1, boot=now[0], at_s=now[1])

    def wait_s(self, now: BootTime) -> float:
        """
        Return how long to wait before the next try.

        The wait begins anew with each start of the machine: how long that was off, no clock
        tells for certain.
        """
        if self.wrong <= FREE_TRIES:
            return 0.0
        doublings = min(self.wrong - FREE_TRIES - 1, 32)
        whole_s: float = min(FIRST_WAIT_S * 2**doublings, LONGEST_WAIT_S)
        since_s = now[1] - self.at_s if now[0] == self.boot else now[1]
        return max(0.0, whole_s - since_s)


def _digest(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)


Clock = Callable[[], BootTime]
