"""A recorded session: the events of a bag, as messages of the catalogue's types."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from rclpy.serialization import deserialize_message
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds, to_stamp
from phoenix_core.events.event_type import EventType
from phoenix_core.events.message_schema import type_hash, type_name
from phoenix_core.settings import plugins
from phoenix_tools.bags.bag import Bag, BagError, Topic, open_bag
from phoenix_tools.bags.former_settings import of_today

# What is caused by an event sent by hand begins within that time.
HANDLED_NS = NANOSECONDS_PER_SECOND
SETTINGS = 'phoenix.settings'  # in a bag's custom data: what each node's settings were, as JSON
UTC_OFFSET = 'phoenix.utc_offset_s'  # likewise: of local time


@dataclass(frozen=True, eq=False)
class SessionEvent:
    """
    An event of a session.

    :param time_ns: when it was recorded.
    """

    event: EventType
    message: Any
    time_ns: int

    @property
    def producer(self) -> str:
        """Name of the node that published it; empty when the message does not tell."""
        return self.message.header.producer if self.event.has_header else ''

    @property
    def trace_id(self) -> str:
        """Its interaction; empty when it is not traced."""
        return self.message.header.trace_id if self.event.has_header else ''

    @property
    def span_id(self) -> str:
        """Itself; empty when it is not traced."""
        return self.message.header.span_id if self.event.has_header else ''

    @property
    def parent_span_id(self) -> str:
        """What caused it; empty when nothing did."""
        return self.message.header.parent_span_id if self.event.has_header else ''

    @property
    def stamp_ns(self) -> int:
        """When it happened."""
        return nanoseconds(self.message.header.stamp)

    @property
    def by_hand(self) -> bool:
        """Tell whether no node has sent it, but somebody by `ros2 topic pub`, without a header."""
        traced = self.event.has_header and self.event.traced
        return traced and not self.producer and not self.trace_id

    def __str__(self) -> str:
        """Return in one line what happened."""
        summary = self.event.summarize(self.message)
        return f'{summary.label}: {summary.text}' if summary else self.event.topic


@dataclass(frozen=True, eq=False)
class Session:
    """
    What happened, in the order of time.

    :param namespace: of the toy, e.g. /phoenix.
    :param settings: of its nodes, as far as the bag tells.
    :param utc_offset_s: of local time; None: the bag does not tell.
    """

    path: Path
    namespace: str
    events: Sequence[SessionEvent]
    settings: Mapping[str, Mapping[str, Any]]
    utc_offset_s: int | None = None

    @cached_property
    def by_span(self) -> dict[str, SessionEvent]:
        """The traced events by their span ids."""
        return {event.span_id: event for event in self.events if event.span_id}

    def interactions(self) -> dict[str, list[SessionEvent]]:
        """Return the traced events by their trace ids, in the order in which they began."""
        traces: dict[str, list[SessionEvent]] = {}
        for event in self.events:
            if event.trace_id:
                traces.setdefault(event.trace_id, []).append(event)
        return traces


def load_session(path: Path) -> Session:
    """
    Read a bag.

    :raises BagError: it is damaged, or holds nothing of a Phoenix toy.
    """
    with open_bag(path) as bag:
        return Session(path, *_content(bag))


def _content(
    bag: Bag,
) -> tuple[str, list[SessionEvent], Mapping[str, Mapping[str, Any]], int | None]:
    known: dict[Topic, EventType] = {}
    namespaces = set()
    for topic in bag.topics:
        event = event_of(topic)
        if event is not None:
            known[topic] = event
            if not event.topic.startswith('/'):
                namespaces.add(topic.name.removesuffix(f'/{event.topic}'))
    if not namespaces:
        raise BagError(f'{bag.path}: holds no topic of a Phoenix toy')
    if len(namespaces) > 1:
        toys = ', '.join(sorted(namespaces))
        raise BagError(f'{bag.path}: holds more than one toy: {toys}')
    decoders = {topic: decoder(topic, event) for topic, event in known.items()}
    happened = [
        SessionEvent(known[topic], _decoded(bag, decoders[topic], topic, data), time_ns)
        for topic, time_ns, data in bag.messages()
        if topic in known
    ]
    _complete(happened)
    offset = bag.custom.get(UTC_OFFSET, '')
    utc_offset_s = int(offset) if offset.lstrip('-').isdecimal() else None
    return namespaces.pop() or '/', happened, _settings(bag), utc_offset_s


def _complete(happened: Sequence[SessionEvent]) -> None:
    """
    Give events that were sent by hand a time, and a place in the trace that they began.

    The node that handled such an event began that trace by itself. If none did, or what it did is
    not in the bag, the event is an interaction of its own.
    """
    nodes = plugins.names(plugins.NODES)
    sent: list[SessionEvent] = []
    begun = set()
    for event in happened:
        if event.by_hand:
            header = event.message.header
            if not event.stamp_ns:
                header.stamp = to_stamp(event.time_ns)
            header.trace_id, header.span_id = f'{event.time_ns:032x}', f'{event.time_ns:016x}'
            sent.append(event)
        elif event.trace_id and event.trace_id not in begun:
            begun.add(event.trace_id)
            if event.parent_span_id or event.event.starts_trace or event.producer not in nodes:
                continue
            consumed = plugins.load(plugins.NODES, event.producer).declarations.subscribes
            sent = [one for one in sent if event.time_ns - one.time_ns < HANDLED_NS]
            cause = next((one for one in sent if one.event in consumed), None)
            if cause is not None:
                sent.remove(cause)
                cause.message.header.trace_id = event.trace_id
                event.message.header.parent_span_id = cause.span_id


def event_of(topic: Topic) -> EventType | None:
    """Return the event of the catalogue that travels on a topic of some toy."""
    for event in events.ALL:
        fits = topic.name == event.topic or topic.name.endswith(f'/{event.topic}')
        if fits and topic.type == type_name(event.message_class):
            return event
    return None


def decoder(topic: Topic, event: EventType) -> Callable[[bytes], Any]:
    """
    Return what makes messages of a topic's data.

    A bag of another version of Phoenix is read by the definitions it carries: fields that are gone
    are left out, new ones have their defaults.
    """
    if not topic.type_hash or topic.type_hash == type_hash(event.message_class):
        return lambda data: deserialize_message(data, event.message_class)
    store = get_typestore(Stores.EMPTY)
    store.register(get_types_from_msg(topic.definition, topic.type))

    def convert(data: bytes) -> Any:
        message = event.message_class()
        _copy(store.deserialize_cdr(data, topic.type), message)
        return message

    return convert


def _copy(source: Any, target: Any) -> None:
    """Copy the fields that both messages have."""
    for name, kind in target.get_fields_and_field_types().items():
        value = getattr(source, name, None)
        if value is None:
            continue
        if hasattr(getattr(target, name), 'get_fields_and_field_types'):
            _copy(value, getattr(target, name))
        elif isinstance(value, list) and value and hasattr(value[0], '__msgtype__'):
            setattr(target, name, [_copied(part, kind) for part in value])
        else:
            setattr(target, name, value.tolist() if hasattr(value, 'tolist') else value)


def _copied(source: Any, kind: str) -> Any:
    """
    Make a message of a list.

    :param kind: the list's type, e.g. sequence<phoenix_msgs/Slot>.
    """
    package, name = re.findall(r'(\w+)/(\w+)', kind)[0]
    message = getattr(import_module(f'{package}.msg'), name)()
    _copy(source, message)
    return message


def _decoded(bag: Bag, decode: Callable[[bytes], Any], topic: Topic, data: bytes) -> Any:
    try:
        return decode(data)
    except Exception as error:
        reason = ' '.join(str(error).split())[:200]
        raise BagError(f'{bag.path}: a message of {topic.name} is damaged: {reason}') from error


def _settings(bag: Bag) -> Mapping[str, Mapping[str, Any]]:
    text = bag.custom.get(SETTINGS, '{}')
    try:
        settings = json.loads(text)
        return {str(node): of_today(node, values) for node, values in settings.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise BagError(f'{bag.path}: metadata.yaml: custom_data.{SETTINGS}: {error}') from error


def words_of(happened: Sequence[SessionEvent]) -> Iterator[str]:
    """Yield the events that people are shown, one line each."""
    for event in happened:
        if event.event.summarize(event.message) is not None:
            yield str(event)
