"""Resolve the topics of events in the namespace of a toy."""

from phoenix_core.events.event_type import EventType


def absolute_topic(event: EventType, namespace: str) -> str:
    """Return the absolute topic of an event; some events have one for all toys."""
    return event.topic if event.topic.startswith('/') else f'{namespace.rstrip("/")}/{event.topic}'
