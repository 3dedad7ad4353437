"""Exponential back-off: pauses between attempts that double up to a longest one."""


class Backoff:
    """
    The pauses between attempts at something that keeps failing.

    :param first_s: pause after the first failure.
    :param longest_s: no pause is longer.
    """

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = min(first_s, longest_s)
        self._longest_s = longest_s
        self._pause_s = self._first_s

    def next_s(self) -> float:
        """Return the pause before the next attempt; the one after that is twice as long."""
        pause_s = self._pause_s
        self._pause_s = min(2 * pause_s, self._longest_s)
        return pause_s

    def reset(self) -> None:
        """Begin again with the first pause, after a success."""
        self._pause_s = self._first_s
