"""The use of time: how long somebody has played with the toy today, and without a pause."""

import math
from collections.abc import Callable
from datetime import date

from pydantic import Field

from phoenix_activities.state.safe_state import Kept

MINUTES_OF_DAY = 24 * 60
PAUSE_S = 900.0  # of rest, after which another session begins


class KeptUse(Kept):
    """
    What counts on after a restart.

    :param day: the newest that there was: a clock that is set back begins no other.
    :param minutes: of play on that day, begun ones included.
    :param session_minutes: since the last pause, likewise.
    """

    day: date | None = None
    minutes: int = Field(0, ge=0, le=MINUTES_OF_DAY)
    session_minutes: int = Field(0, ge=0, le=MINUTES_OF_DAY)


class UseOfTime:
    """
    Counts on steady time.

    :param kept: where it goes on; a restart does not count as a pause.
    :param steady_s: a clock that nobody can set.
    :param today: the local day.
    """

    def __init__(
        self, kept: KeptUse, steady_s: Callable[[], float], today: Callable[[], date]
    ) -> None:
        self._kept = kept
        self._steady_s = steady_s
        self._today = today
        self._day_s = 60.0 * kept.minutes
        self._session_s = 60.0 * kept.session_minutes
        self._since_s = self._used_at_s = steady_s()
        self._in_use = False

    @property
    def day(self) -> date:
        """The newest local day that there was."""
        return max(self._kept.day or date.min, self._today())

    @property
    def paused(self) -> bool:
        """Whether nobody has played for so long that the session is over."""
        return not self._in_use and self._steady_s() - self._used_at_s >= PAUSE_S

    @property
    def today_s(self) -> float:
        """The seconds of play today."""
        return self._day_s + self._new_s() if self._kept.day == self.day else 0.0

    @property
    def session_s(self) -> float:
        """The seconds of play since the last pause, or since midnight."""
        if self.paused or self._kept.day != self.day:
            return 0.0
        return self._session_s + self._new_s()

    def follow(self, *, in_use: bool) -> None:
        """
        Count the time since the last call.

        :param in_use: somebody plays from now on.
        """
        self._day_s, self._session_s = self.today_s, self.session_s
        self._since_s = self._steady_s()
        if in_use or self._in_use:
            self._used_at_s = self._since_s
        self._in_use = in_use
        self._kept.day = self.day
        self._kept.minutes = math.ceil(self._day_s / 60)
        self._kept.session_minutes = math.ceil(self._session_s / 60)

    def forget(self) -> None:
        """Keep nothing: nobody has limited the time."""
        self._kept.day, self._kept.minutes, self._kept.session_minutes = None, 0, 0

    def _new_s(self) -> float:
        return self._steady_s() - self._since_s if self._in_use else 0.0
