"""Attention: how often the toy may listen though nobody called, until somebody calls again."""

from datetime import datetime, timedelta

MOST_FOLLOW_UPS = 3
LONGEST = timedelta(seconds=60)


class Attention:
    """
    Grants follow-ups, which are ears that open though nobody called.

    There are three, within a minute of the last interaction: a call by wake word, touch or
    button, a typed sentence, or an answer that was expected and understood. So a game goes on as
    long as it is played, and a television ends it. What the toy says itself takes none of the
    minute, as its ear is closed meanwhile.
    """

    def __init__(self, now: datetime) -> None:
        """Grant nothing before somebody has to do with the toy."""
        self.renew(now)
        self.end()

    def renew(self, now: datetime) -> None:
        """Begin anew: somebody has to do with the toy."""
        self._left = MOST_FOLLOW_UPS
        self._ends = now + LONGEST
        self._speaks_since = now

    def end(self) -> None:
        """Grant nothing more: what was heard was not meant for the toy."""
        self._left = 0

    def speaks(self, begins: bool, now: datetime) -> None:
        """Follow the toy's own speech."""
        if begins:
            self._speaks_since = now
        else:
            self._ends += now - self._speaks_since

    def grants(self, now: datetime) -> bool:
        """Return whether the ear may open for another follow-up, which then is used up."""
        if self._left == 0 or now >= self._ends:
            return False
        self._left -= 1
        return True
