"""The liveliness of a supervised node, and since when it has been so."""

from enum import Enum


class LifeSign(Enum):
    """The liveliness of a node as reported by DDS."""

    UNHEARD = 'unheard'  # nothing reported of this process
    PRESUMED = 'presumed alive'  # nothing reported of this process; the previous one was alive
    ALIVE = 'alive'
    SILENT = 'silent'


class LifeSigns:
    """
    Tracks the liveliness of one node over successive processes.

    Fast DDS may fail to report that a node is alive (see LivelinessMonitor); therefore UNHEARD
    differs from SILENT. Times are seconds, as in Supervision.
    """

    def __init__(self, now: float) -> None:
        self.sign = LifeSign.UNHEARD
        self.ever_alive = False
        self.since = now  # time of the last change of `alive`

    @property
    def alive(self) -> bool:
        """Whether the node counts as alive."""
        return self.sign in (LifeSign.ALIVE, LifeSign.PRESUMED)

    def silent_s(self, now: float) -> float:
        """Return the time without a sign of life; 0 for a node that is alive."""
        return 0.0 if self.alive else now - self.since

    def on_liveliness(self, alive: bool, now: float) -> None:
        """Process a report of DDS."""
        if alive:
            self._enter(LifeSign.ALIVE, now)
        else:
            was_heard = self.sign in (LifeSign.ALIVE, LifeSign.SILENT)
            self._enter(LifeSign.SILENT if was_heard else LifeSign.UNHEARD, now)

    def on_new_process(self, now: float) -> None:
        """Start again with a new process, to which earlier silence does not apply."""
        self._enter(LifeSign.PRESUMED if self.alive else LifeSign.UNHEARD, now)

    def on_listened_again(self, now: float) -> None:
        """Start to measure the silence again, on a new subscription."""
        self._enter(LifeSign.SILENT, now)

    def excuse(self, now: float) -> None:
        """Disregard the silence so far."""
        self._enter(self.sign, now)

    def _enter(self, sign: LifeSign, now: float) -> None:
        was_alive = self.alive
        self.sign = sign
        self.ever_alive |= sign is LifeSign.ALIVE
        if not (was_alive and self.alive):
            self.since = now
