"""
Who caused what: the trace context that follows an interaction through handlers and threads.

Identifiers are those of W3C Trace Context (https://www.w3.org/TR/trace-context/).
"""

import os
from contextvars import ContextVar
from typing import Any, NamedTuple


class TraceContext(NamedTuple):
    """
    One event within one interaction.

    :param trace_id: 32 hex digits, the interaction.
    :param span_id: 16 hex digits, the event; empty before the first one.
    """

    trace_id: str
    span_id: str

    @classmethod
    def root(cls) -> 'TraceContext':
        """Begin an interaction that no event has caused."""
        return cls(new_trace_id(), '')

    @classmethod
    def of(cls, header: Any) -> 'TraceContext | None':
        """Take the context out of an EventHeader; None when the event is not traced."""
        return cls(header.trace_id, header.span_id) if header.trace_id else None


_current: ContextVar[TraceContext | None] = ContextVar('phoenix_trace', default=None)


def current() -> TraceContext | None:
    """Return the event that is being handled, None outside of any."""
    return _current.get()


class caused_by:  # noqa: N801  # a class, as it is a third of a generator's cost per event
    """A context in which everything that is published is caused by this event."""

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
