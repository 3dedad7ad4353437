"""What waits to be sent to one browser: bounded, so that a slow one costs nothing."""

import asyncio
from collections import deque

MOST_EVENTS = 500
MOST_FRAMES = 25  # half a second of sound


class Outbox:
    """
    Texts for one browser, in order; of what only the newest counts, only the newest.

    When more wait than fit, the oldest are dropped, and the next reader is told how many.
    """

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self._events: deque[str] = deque(maxlen=most)
        self._newest: dict[str, str] = {}
        self._missed = 0
        self._filled = asyncio.Event()

    def put(self, text: str, replaces: str = '') -> None:
        """
        Add a text.

        :param replaces: name of a stream of which only the newest text counts; empty: none.
        """
        if replaces:
            self._newest[replaces] = text
        else:
            self._missed += len(self._events) == self._events.maxlen
            self._events.append(text)
        self._filled.set()

    async def take(self) -> str:
        """Wait for texts, and return all as one JSON array."""
        await self._filled.wait()
        self._filled.clear()
        texts = [*self._events, *self._newest.values()]
        if self._missed:
            texts.append(f'{{"missed":{self._missed}}}')
        self._events.clear()
        self._newest.clear()
        self._missed = 0
        return f'[{",".join(texts)}]'


class SoundOutbox:
    """Pieces of sound for one browser; the oldest are dropped when more wait than fit."""

    def __init__(self, most: int = MOST_FRAMES) -> None:
        self._pieces: deque[bytes] = deque(maxlen=most)
        self._filled = asyncio.Event()

    def put(self, piece: bytes) -> None:
        """Add a piece."""
        self._pieces.append(piece)
        self._filled.set()

    async def take(self) -> bytes:
        """Wait for pieces, and return all that wait as one."""
        await self._filled.wait()
        self._filled.clear()
        joined = b''.join(self._pieces)
        self._pieces.clear()
        return joined
