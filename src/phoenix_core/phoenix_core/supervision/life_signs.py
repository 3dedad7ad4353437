"""Whether a node gives signs of life, and since when."""

from enum import Enum


class LifeSign(Enum):
    """What DDS has said of the liveliness of a node."""

    UNHEARD = 'unheard'  # nothing about this process
    PRESUMED = 'presumed alive'  # its predecessor was alive; nothing about this process
    ALIVE = 'alive'
    SILENT = 'silent'


class LifeSigns:
    """
    Follows the liveliness of one node through the processes that it lives in.

    Fast DDS may miss that a node is alive (see LivelinessMonitor): an unheard one is not silent.
    Times are seconds, as in Supervision.
    """

    def __init__(self, now: float) -> None:
        """Begin with a process that has not been heard."""
        self.sign = LifeSign.UNHEARD
        self.ever_alive = False
        self.since = now  # alive or not alive

    @property
    def alive(self) -> bool:
        """Whether the node counts as alive."""
        return self.sign in (LifeSign.ALIVE, LifeSign.PRESUMED)

    def silent_s(self, now: float) -> float:
        """Return for how long there has been no sign of life; 0 for a node that is alive."""
        return 0.0 if self.alive else now - self.since

    def on_liveliness(self, alive: bool, now: float) -> None:
        """Note what DDS says."""
        if alive:
            self._enter(LifeSign.ALIVE, now)
        else:
            was_heard = self.sign in (LifeSign.ALIVE, LifeSign.SILENT)
            self._enter(LifeSign.SILENT if was_heard else LifeSign.UNHEARD, now)

    def on_new_process(self, now: float) -> None:
        """Begin anew with another process: earlier silence was that of its predecessor."""
        self._enter(LifeSign.PRESUMED if self.alive else LifeSign.UNHEARD, now)

    def on_listened_again(self, now: float) -> None:
        """Give a node time to be heard on a new subscription; it counts as silent after that."""
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
