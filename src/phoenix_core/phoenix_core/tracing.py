"""
Who caused what: the trace context that follows an interaction through handlers and threads.

Identifiers are those of W3C Trace Context (https://www.w3.org/TR/trace-context/).
"""

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TraceContext:
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


@contextlib.contextmanager
def caused_by(context: TraceContext | None) -> Iterator[None]:
    """Everything published within the block is caused by this event."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def new_trace_id() -> str:
    """Return 32 random hex digits."""
    return os.urandom(16).hex()


def new_span_id() -> str:
    """Return 16 random hex digits."""
    return os.urandom(8).hex()
