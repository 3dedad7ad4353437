"""Whether a toy as a whole is well: what a service manager goes by."""

from collections.abc import Collection, Iterable

from phoenix_msgs.msg import CapabilityStatus

STABLE_S = 5.0  # so long unchanged, a toy that is not all well counts as up
WORKS = (CapabilityStatus.OK, CapabilityStatus.DEGRADED)
WORDS = {
    CapabilityStatus.UNKNOWN: 'starting',
    CapabilityStatus.DEGRADED: 'degraded',
    CapabilityStatus.LOST: 'lost',
}


class Condition:
    """
    Judges a toy by what its supervisor says, and by whether that one lives.

    A toy that has lost an ear is still a toy, and starting it again brings no ear back: only what
    is vital makes it unwell. Times are seconds of one clock.

    :param vital: the capabilities without which it is of no use.
    """

    def __init__(self, vital: Collection[str]) -> None:
        self._vital = vital
        self._supervised = False
        self._levels: dict[str, int] | None = None  # nothing said yet
        self._since = 0.0

    def on_supervisor(self, alive: bool) -> None:
        """Note that the supervisor lives, or that it does not and its word is void."""
        self._supervised = alive
        if not alive:
            self._levels = None

    def on_status(self, capabilities: Iterable[CapabilityStatus], now: float) -> None:
        """Note what the supervisor says."""
        self._levels = {entry.capability: entry.level for entry in capabilities}
        self._since = now

    @property
    def ill(self) -> bool:
        """Whether only a new start of everything may help."""
        levels = self._levels
        return levels is None or any(levels.get(name) not in WORKS for name in self._vital)

    def is_up(self, now: float) -> bool:
        """Return whether it has started: all is well, or it stays as it is."""
        if self._levels is None or self.ill:
            return False
        levels = set(self._levels.values())
        if CapabilityStatus.UNKNOWN in levels:
            return False
        return levels <= {CapabilityStatus.OK} or now - self._since >= STABLE_S

    def __str__(self) -> str:
        if self._levels is None:
            return 'starting' if self._supervised else 'no sign of life of the supervisor'
        troubles = [f'{name} {WORDS[at]}' for name, at in self._levels.items() if at in WORDS]
        return ', '.join(troubles) or 'all well'
