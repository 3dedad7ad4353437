"""
Where the time between an event and what it causes goes: queues, models, Phoenix's own work.

It travels beside the trace context, through handlers and threads, and ends in the event's header.
"""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds


class Timing(NamedTuple):
    """
    What became of the time so far, each part in seconds.

    since_s: when what goes on now began, on the monotonic clock.
    """

    since_s: float
    queued_s: float = 0.0
    processing_s: float = 0.0
    model_s: float = 0.0

    @classmethod
    def now(cls, queued_s: float = 0.0) -> 'Timing':
        """Begin to work on something that has waited so long."""
        return cls(time.monotonic(), queued_s)

    def resumed(self) -> 'Timing':
        """Go on with what was handed over; it has waited since."""
        now_s = time.monotonic()
        waited_s = now_s - self.since_s
        return Timing(now_s, self.queued_s + waited_s, self.processing_s, self.model_s)


_current: ContextVar[Timing | None] = ContextVar('phoenix_timing', default=None)


def handed_over() -> Timing:
    """Return the time of the work under way up to now, for who goes on with it."""
    timing = _current.get()
    if timing is None:
        return Timing.now()
    now_s = time.monotonic()
    processing_s = timing.processing_s + now_s - timing.since_s
    return Timing(now_s, timing.queued_s, processing_s, timing.model_s)


class measured:  # noqa: N801  # a class, as it is a third of a generator's cost per event
    """A context in which time is counted on from there."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing

    def __enter__(self) -> None:
        self._token = _current.set(self._timing)

    def __exit__(self, *exc_info: object) -> None:
        _current.reset(self._token)


@contextlib.contextmanager
def model() -> Iterator[None]:
    """Count what is done within as a model's time."""
    before = handed_over()
    try:
        yield
    finally:
        now_s = time.monotonic()
        model_s = before.model_s + now_s - before.since_s
        _current.set(before._replace(since_s=now_s, model_s=model_s))


def now_ns() -> int:
    """Return the system time, which is the same for all processes of a machine."""
    return time.time_ns()


def stamp(header: Any) -> None:
    """Write into an EventHeader when it is sent and where the time since its cause went."""
    header.published.sec, header.published.nanosec = divmod(now_ns(), NANOSECONDS_PER_SECOND)
    _, header.queued_s, header.processing_s, header.model_s = handed_over()


def age_s(header: Any, since_ns: int = 0) -> float:
    """
    Return for how long an event has been on its way.

    :param since_ns: what was sent before this system time counts from it on: who comes later
        gets old states.
    """
    sent = header.published
    if not sent.sec:  # not sent by a Phoenix node
        return 0.0
    sent_ns = max(nanoseconds(sent), since_ns)
    return max(0, now_ns() - sent_ns) / NANOSECONDS_PER_SECOND
