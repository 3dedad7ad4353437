"""Whether a conversation is grave: no fun until nobody has spoken for a while."""

from phoenix_activities.engine.time_out import After, TimeOut

PAUSE_S = 900.0  # nobody has said anything for so long: another conversation


class Gravity:
    """Begins with something grave that a person says, and ends after a pause."""

    def __init__(self, after: After) -> None:
        self.is_grave = False  # there is to be no fun now
        self._pause = TimeOut(after)

    def on_words(self, *, grave: bool) -> None:
        """Follow what a person says: something grave begins it, anything else prolongs it."""
        if grave or self.is_grave:
            self.is_grave = True
            self._pause.start(PAUSE_S, self._end)

    def _end(self) -> None:
        self.is_grave = False
