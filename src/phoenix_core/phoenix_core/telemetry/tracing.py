"""
The trace context, which follows an interaction through handlers and threads.

Identifiers are those of W3C Trace Context (https://www.w3.org/TR/trace-context/).
"""

import os
from contextvars import ContextVar
from typing import Any, NamedTuple


class TraceContext(NamedTuple):
    """
    The identifiers of an event.

    :param trace_id: of the interaction, 32 hex digits.
    :param span_id: of the event, 16 hex digits; empty before the first event.
    """

    trace_id: str
    span_id: str

    @classmethod
    def root(cls) -> 'TraceContext':
        """Return the context of a new interaction."""
        return cls(new_trace_id(), '')

    @classmethod
    def of(cls, header: Any) -> 'TraceContext | None':
        """Return the context in an EventHeader; None if the event is not traced."""
        return cls(header.trace_id, header.span_id) if header.trace_id else None


_current: ContextVar[TraceContext | None] = ContextVar('phoenix_trace', default=None)


def current() -> TraceContext | None:
    """Return the context of the event that is being handled, if any."""
    return _current.get()


class caused_by:  # noqa: N801  # three times as fast as a generator, which matters per event
    """A context manager in which published events have this context as their cause."""

    def __init__(self, context: TraceContext | None) -> None:
        self._context = context

    def __enter__(self) -> None:
        self._token = _current.set(self._context)

    def __exit__(self, *exc_info: object) -> None:
        _current.reset(self._token)


def new_trace_id() -> str:
    """Return 32 random hex digits."""
    return os.urandom(16).hex()


def new_span_id() -> str:
    """Return 16 random hex digits."""
    return os.urandom(8).hex()
