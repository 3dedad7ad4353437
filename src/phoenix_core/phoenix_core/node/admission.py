"""
Admission: how much one source may bring into a node, so that a flood keeps nobody waiting.

What is too much waits, and only the newest of it: a flood ends with what holds now.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from phoenix_core.clock.allowance import Allowance
from phoenix_core.events.event_type import EventType

MOST_AT_ONCE = 50  # events; a queue of DDS holds fewer
MOST_PER_S = 25.0  # events, afterwards; a person, a model or a sensor brings fewer
MOST_PENDING = 50  # pieces of work of one source that wait for the worker
MOST_SOURCES = 32  # of one event; further ones share what one may bring: names are free
LATE_S = 1 / MOST_PER_S

Source = tuple[str, str]  # topic and producer


@dataclass
class _Account:
    allowance: Allowance
    pending: int = 0


class Admission:
    """
    Admits events by source.

    :param now_s: steady time.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._accounts: dict[Source, _Account] = {}
        self._sources: Counter[str] = Counter()
        self._late: dict[Source, Callable[[], None]] = {}
        self._pending_lock = threading.Lock()
        self.left_out: Counter[str] = Counter()  # by topic

    def source(self, event: EventType, message: Any) -> Source:
        """Return who has sent a message, as far as that is told apart."""
        source = event.topic, message.header.producer
        if source in self._accounts:
            return source
        if self._sources[event.topic] == MOST_SOURCES:
            return event.topic, ''
        self._sources[event.topic] += 1
        return source

    def admit(self, source: Source, deliver: Callable[[], None]) -> bool:
        """
        Return whether to deliver an event now; otherwise it is kept, in place of the one before.

        :param deliver: is called by `deliver_late`.
        """
        waits = source in self._late
        if not waits and self._take(source):
            return True
        self.left_out[source[0]] += waits
        self._late[source] = deliver
        return False

    def deliver_late(self) -> bool:
        """Deliver what may be delivered by now; return whether something still waits."""
        for source in [source for source in self._late if self._take(source)]:
            self._late.pop(source)()
        return bool(self._late)

    def forget_late(self) -> None:
        """Drop what waits."""
        self._late.clear()

    def pend(self, source: Source, change: int) -> None:
        """Change the number of pieces of work of a source that wait; in any thread."""
        with self._pending_lock:
            self._account(source).pending += change

    def _take(self, source: Source) -> bool:
        account = self._account(source)
        return account.pending < MOST_PENDING and account.allowance.take()

    def _account(self, source: Source) -> _Account:
        if source not in self._accounts:
            allowance = Allowance(MOST_PER_S, self._now_s, at_once=MOST_AT_ONCE)
            self._accounts[source] = _Account(allowance)
        return self._accounts[source]
