"""Pauses between attempts that grow with each failure."""


class Backoff:
    """A pause that doubles up to a longest one."""

    def __init__(self, first_s: float, max_s: float) -> None:
        """
        Begin with the first pause.

        :param first_s: length of the first pause.
        :param max_s: length that no pause exceeds.
        """
        self._first_s = first_s
        self._max_s = max_s
        self._next_s = min(first_s, max_s)

    def next_s(self) -> float:
        """Return the length of the next pause, in seconds."""
        pause_s = self._next_s
        self._next_s = min(2 * pause_s, self._max_s)
        return pause_s

    def reset(self) -> None:
        """Begin with the first pause again, after a success."""
        self._next_s = min(self._first_s, self._max_s)
