"""A recorded session: the events of a bag, as messages of the catalogue's types."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds, to_stamp
from phoenix_core.settings import plugins
from phoenix_tools.bags.bag import Bag, BagError, one_line, open_bag
from phoenix_tools.bags.decoding import decoders
from phoenix_tools.bags.legacy_settings import migrated
from phoenix_tools.bags.node_settings import admitted
from phoenix_tools.traced_event import TracedEvent

# The effects of an event that was sent by hand begin within that time.
HANDLED_NS = NANOSECONDS_PER_SECOND
SETTINGS = 'phoenix.settings'  # custom metadata of a bag: the settings of each node, as JSON
UTC_OFFSET = 'phoenix.utc_offset_s'  # likewise: of local time


@dataclass(frozen=True, eq=False)
class SessionEvent(TracedEvent):
    """
    An event of a session.

    :param time_ns: when it was recorded.
    """

    time_ns: int

    @property
    def stamp_ns(self) -> int:
        """When it happened."""
        return nanoseconds(self.message.header.stamp)

    @property
    def by_hand(self) -> bool:
        """Whether it was sent by `ros2 topic pub` without a header, not by a node."""
        traced = self.event.has_header and self.event.traced
        return traced and not self.producer and not self.trace_id

    def __str__(self) -> str:
        summary = self.event.summarize(self.message)
        return f'{summary.label}: {summary.text}' if summary else self.event.topic


def by_trace(session_events: Iterable[SessionEvent]) -> dict[str, list[SessionEvent]]:
    """Group the traced events by trace id, in the order in which the traces began."""
    traces: dict[str, list[SessionEvent]] = {}
    for event in session_events:
        if event.trace_id:
            traces.setdefault(event.trace_id, []).append(event)
    return traces


@dataclass(frozen=True, eq=False)
class Session:
    """
    The events of a session in the order of time.

    :param namespace: of the toy, e.g. /phoenix.
    :param settings: of its nodes, as far as recorded and admitted to a replay.
    :param utc_offset_s: of local time; None: not recorded.
    """

    path: Path
    namespace: str
    events: Sequence[SessionEvent]
    settings: Mapping[str, Mapping[str, Any]]
    utc_offset_s: int | None = None
    refused: Sequence[str] = ()  # settings in the bag that no bag may set, one line each
    topics: Collection[str] = ()  # of the events that the bag would hold had they happened

    @cached_property
    def by_span(self) -> dict[str, SessionEvent]:
        """The traced events by their span ids."""
        return {event.span_id: event for event in self.events if event.span_id}

    @property
    def length_s(self) -> float:
        """The time from the first event to the last."""
        return (self.events[-1].time_ns - self.events[0].time_ns) / NANOSECONDS_PER_SECOND

    def interactions(self) -> dict[str, list[SessionEvent]]:
        """Return the traced events by trace id, in the order in which the traces began."""
        return by_trace(self.events)


def load_session(path: Path) -> Session:
    """
    Read a bag.

    :raises BagError: it is damaged, or holds no topic of a Phoenix toy.
    """
    with open_bag(path) as bag:
        known = decoders(bag.topics)
        namespaces = {
            topic.name.removesuffix(f'/{event.topic}')
            for topic, (event, _) in known.items()
            if not event.topic.startswith('/')
        }
        if not namespaces:
            raise BagError(f'{path}: holds no topic of a Phoenix toy')
        if len(namespaces) > 1:
            raise BagError(f'{path}: holds more than one toy: {", ".join(sorted(namespaces))}')
        session_events = []
        for topic, time_ns, data in bag.messages():
            if topic in known:
                event, decode = known[topic]
                try:
                    session_events.append(SessionEvent(event, decode(data), time_ns))
                except Exception as error:
                    raise BagError(
                        f'{path}: a message of {topic.name} is damaged: {one_line(error)}'
                    ) from error
        _complete(session_events)
        offset = bag.custom.get(UTC_OFFSET, '')
        utc_offset_s = int(offset) if offset.lstrip('-').isdecimal() else None
        namespace = namespaces.pop() or '/'
        settings, refused = _settings(bag)
        topics = {event.topic for event, _ in known.values()}
        return Session(path, namespace, session_events, settings, utc_offset_s, refused, topics)


def _complete(session_events: Sequence[SessionEvent]) -> None:
    """
    Give events that were sent by hand a stamp, and a place in the trace that they began.

    The node that handled such an event began that trace by itself. If none did, or its events are
    not in the bag, the event is an interaction of its own.
    """
    nodes = plugins.names(plugins.NODES)
    sent: list[SessionEvent] = []
    begun = set()
    for event in session_events:
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


def _settings(bag: Bag) -> tuple[dict[str, dict[str, Any]], list[str]]:
    where = f'{bag.path}: metadata.yaml: {SETTINGS}: '
    settings, refused = {}, []
    try:
        for node, values in json.loads(bag.custom.get(SETTINGS, '{}')).items():
            settings[node], refusals = admitted(node, migrated(node, values))
            refused += [where + refusal for refusal in refusals]
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise BagError(f'{where}{error}') from error
    return settings, refused
