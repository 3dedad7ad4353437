"""
Measures how the time between an event and its effects is spent: queues, models, processing.

A Timing follows the trace context through handlers and threads into the header of an event.
"""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple

from phoenix_core.clock.system_time import SYSTEM_TIME
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds


class Timing(NamedTuple):
    """
    The time spent so far, in seconds.

    :param since_s: monotonic time at which the current work began.
    :param queued_s: time in queues.
    :param processing_s: time in handlers and workers, without models.
    :param model_s: time in models.
    """

    since_s: float
    queued_s: float = 0.0
    processing_s: float = 0.0
    model_s: float = 0.0

    @classmethod
    def now(cls, queued_s: float = 0.0) -> 'Timing':
        """Start to work on something that was queued for so long."""
        return cls(time.monotonic(), queued_s)

    def resumed(self) -> 'Timing':
        """Continue after `handed_over`; the time since then was spent in a queue."""
        now_s = time.monotonic()
        waited_s = now_s - self.since_s
        return Timing(now_s, self.queued_s + waited_s, self.processing_s, self.model_s)


_current: ContextVar[Timing | None] = ContextVar('phoenix_timing', default=None)


def handed_over() -> Timing:
    """Return the timing of the current work up to now, to be continued elsewhere."""
    timing = _current.get()
    if timing is None:
        return Timing.now()
    now_s = time.monotonic()
    processing_s = timing.processing_s + now_s - timing.since_s
    return Timing(now_s, timing.queued_s, processing_s, timing.model_s)


class measured:  # noqa: N801  # three times as fast as a generator, which matters per event
    """A context manager in which time is counted from a timing on."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing

    def __enter__(self) -> None:
        self._token = _current.set(self._timing)

    def __exit__(self, *exc_info: object) -> None:
        _current.reset(self._token)


@contextlib.contextmanager
def model() -> Iterator[None]:
    """Count the time of the with block as time of a model."""
    before = handed_over()
    try:
        yield
    finally:
        now_s = time.monotonic()
        model_s = before.model_s + now_s - before.since_s
        _current.set(before._replace(since_s=now_s, model_s=model_s))


def now_ns() -> int:
    """Return the system time, which all processes of a machine share."""
    return SYSTEM_TIME.now_ns()


def stamp(header: Any) -> None:
    """Fill in the publication time and the timing of an EventHeader."""
    header.published.sec, header.published.nanosec = divmod(now_ns(), NANOSECONDS_PER_SECOND)
    _, header.queued_s, header.processing_s, header.model_s = handed_over()


def age_s(header: Any, since_ns: int = 0) -> float:
    """
    Return the time since an event was published, or since the system time was set.

    :param since_ns: system time at which the subscriber started: a latched state may be older.
    """
    sent = header.published
    if not sent.sec:  # not published by a Phoenix node
        return 0.0
    now = now_ns()
    begun_ns = (nanoseconds(sent), since_ns, SYSTEM_TIME.set_ns)
    known_ns = max((ns for ns in begun_ns if ns <= now), default=now)
    return (now - known_ns) / NANOSECONDS_PER_SECOND
