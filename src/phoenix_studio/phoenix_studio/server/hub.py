"""Passes on what the toy does to all browsers that look on; runs on the server's event loop."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from phoenix_studio.server.outbox import Outbox, SoundOutbox

MOST_BROWSERS = 200
MOST_FAULTS = 20  # of old ones, for a browser that comes later


class FullError(Exception):
    """There are too many browsers."""


class Hub:
    """The browsers, and the states that one that comes later has to know."""

    def __init__(self) -> None:
        self._outboxes: set[Outbox] = set()
        self._ears: set[SoundOutbox] = set()
        self._states: dict[str, str] = {}
        self._faults: deque[str] = deque(maxlen=MOST_FAULTS)

    def tell(self, text: str, *, replaces: str = '') -> None:
        """Send a text to all browsers; see Outbox.put."""
        for outbox in self._outboxes:
            outbox.put(text, replaces)

    def tell_state(self, name: str, text: str) -> None:
        """Send a text to all browsers, and to those that come later until another follows."""
        self._states[name] = text
        self.tell(text)

    def tell_fault(self, text: str) -> None:
        """Send a text to all browsers, and to those that come later."""
        self._faults.append(text)
        self.tell(text)

    def play(self, piece: bytes) -> None:
        """Let all browsers play a piece of sound."""
        for ear in self._ears:
            ear.put(piece)

    @property
    def is_watched(self) -> bool:
        """Whether anybody looks on."""
        return bool(self._outboxes)

    @property
    def is_heard(self) -> bool:
        """Whether anybody wants to hear the toy."""
        return bool(self._ears)

    @contextmanager
    def watching(self) -> Iterator[Outbox]:
        """
        Provide the outbox of a browser, with all states in it.

        :raises FullError: there are too many.
        """
        if len(self._outboxes) >= MOST_BROWSERS:
            raise FullError
        outbox = Outbox()
        for text in (*self._states.values(), *self._faults):
            outbox.put(text)
        self._outboxes.add(outbox)
        try:
            yield outbox
        finally:
            self._outboxes.discard(outbox)

    @contextmanager
    def hearing(self) -> Iterator[SoundOutbox]:
        """
        Provide the outbox for what a browser is to play.

        :raises FullError: there are too many.
        """
        if len(self._ears) >= MOST_BROWSERS:
            raise FullError
        ear = SoundOutbox()
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)
