"""The lease that the ear light gives: without a fresh one no sound may be given out."""

from phoenix_msgs.msg import EarLight


class LightLease:
    """
    Knows whether the ear light is certain to be on; `now_s` is on one monotonic clock.

    A confirmation counts from when it was made, not from its arrival: one that waited in a queue
    while this process was stopped proves nothing.
    """

    def __init__(self, now_s: float) -> None:
        self._until_s = now_s

    def confirm(self, visible: bool, age_s: float, now_s: float) -> None:
        """Process a confirmation; one that the light is off ends the lease."""
        if not visible:
            self._until_s = min(self._until_s, now_s)
        elif abs(age_s) < EarLight.LEASE_S:  # else one of the clocks has been set meanwhile
            self._until_s = now_s + EarLight.LEASE_S - max(age_s, 0.0)

    def holds(self, now_s: float) -> bool:
        """Return whether the light is on."""
        return now_s < self._until_s

    def over_for_s(self, now_s: float) -> float:
        """Return for how long nobody has known that; negative while somebody does."""
        return now_s - self._until_s
