"""The hours of the day in which the toy is quiet by itself."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta


@dataclass(frozen=True)
class QuietHours:
    """From one time of the day to another, usually over midnight."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> 'QuietHours | None':
        """
        Read '20:00-06:30'; an empty text means none.

        :raises ValueError: names what is allowed.
        """
        if not text:
            return None
        try:
            if not re.fullmatch(r'\d\d:\d\d-\d\d:\d\d', text, re.ASCII):
                raise ValueError
            begin, end = map(time.fromisoformat, text.split('-'))
        except ValueError:
            raise ValueError("expected two times, e.g. '20:00-06:30', or nothing") from None
        return cls(begin, end)

    def contains(self, now: time) -> bool:
        """Return whether a local time lies within."""
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def left(self, now: datetime) -> timedelta:
        """Return how long it is from a local time within until they end."""
        end = now.replace(
            hour=self.end.hour, minute=self.end.minute, second=self.end.second, microsecond=0
        )
        return end - now if end > now else end + timedelta(days=1) - now
