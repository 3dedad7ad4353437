"""Keeps a wake word engine outside of this process, which comes and goes."""

import math
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from phoenix_core.clock.backoff import Backoff
from phoenix_core.node.health import describe
from phoenix_speech.wake_word.engine import WakeWordEngine

RETRY_S, LONGEST_RETRY_S = 10.0, 300.0
STABLE_S = 60.0  # after so long without a failure, the pauses are short again


@runtime_checkable
class EngineElsewhere(WakeWordEngine, Protocol):
    """An engine that connects by itself when it is made; its scores raise when it has failed."""

    def is_ready(self) -> bool:
        """Return whether it hears; raise why it never will, or no longer does."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class Elsewhere:
    """
    An engine elsewhere while it works; one that fails is made anew after pauses.

    Not thread-safe.

    :param engine: the first one.
    :param replaced: called with why it does not hear, when another engine has to.
    :param hears: called when it hears.
    """

    def __init__(
        self,
        engine: EngineElsewhere,
        make: Callable[[], EngineElsewhere],
        *,
        replaced: Callable[[str], object],
        hears: Callable[[], object],
        clock: Callable[[], float],
    ) -> None:
        self._engine: EngineElsewhere | None = engine
        self._make = make
        self._replaced = replaced
        self._hears = hears
        self._clock = clock
        self._pauses = Backoff(RETRY_S, LONGEST_RETRY_S)
        self._retry_at = 0.0
        self._works_since: float | None = None

    def now(self) -> WakeWordEngine | None:
        """Return the engine, if it hears now."""
        try:
            if self._engine is None and self._clock() >= self._retry_at:
                self._engine = self._make()
            if self._engine is None or not self._engine.is_ready():
                return None
        except Exception as error:  # of any kind: another engine hears
            self.failed(error)
            return None
        if self._works_since is None:
            self._works_since = self._clock()
            self._hears()
        return self._engine

    def failed(self, error: Exception) -> None:
        """Leave the engine alone for a while, since it raised this."""
        since, self._works_since = self._works_since, None
        if since is not None and self._clock() - since >= STABLE_S:
            self._pauses.reset()
        self._retry_at = self._clock() + self._pauses.next_s()
        self._close()
        self._replaced(describe(error))

    def end(self) -> None:
        """End the connection for ever; in any thread."""
        self._retry_at = math.inf
        self._close()

    def _close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None
