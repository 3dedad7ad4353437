"""An event with its message, and what its header tells."""

from dataclasses import dataclass
from typing import Any

from phoenix_core.events.event_type import EventType
from phoenix_core.events.printable import printable


@dataclass(frozen=True, eq=False)
class TracedEvent:
    """
    An event; what its header does not tell is empty.

    :param message: of the event's type.
    """

    event: EventType
    message: Any

    def _header(self, field: str) -> str:
        return printable(getattr(self.message.header, field)) if self.event.has_header else ''

    @property
    def producer(self) -> str:
        """Name of the node that published it."""
        return self._header('producer')

    @property
    def trace_id(self) -> str:
        """The interaction it belongs to, 32 hex digits."""
        return self._header('trace_id')

    @property
    def span_id(self) -> str:
        """Its own id, 16 hex digits."""
        return self._header('span_id')

    @property
    def parent_span_id(self) -> str:
        """The id of its cause."""
        return self._header('parent_span_id')
