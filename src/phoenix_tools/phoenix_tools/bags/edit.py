"""Make bags from bags: cut, merge, redact, convert."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rclpy.serialization import serialize_message
from rosbags.rosbag2 import StoragePlugin, Writer

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.event_type import Privacy
from phoenix_tools.bags.bag import Bag, BagError, BagMessage, open_bag
from phoenix_tools.bags.bag_writer import BagWriter
from phoenix_tools.bags.decoding import decoders
from phoenix_tools.bags.latched import LatchedStates
from phoenix_tools.bags.session import SETTINGS

REDACTED = '-'  # an empty text would break the catalogue's rules


def cut(source: Path, target: Path, start_s: float, end_s: float) -> int:
    """
    Keep an interval, and the states that were valid when it began.

    :param start_s: seconds from the first message.
    :param end_s: likewise; excluded.
    :raises BagError: the interval holds nothing.
    """

    def chosen(bag: Bag) -> Iterator[BagMessage]:
        known = decoders(bag.topics)
        states = LatchedStates()
        begin_ns: int | None = None
        for message in bag.messages():
            begin_ns = message.time_ns if begin_ns is None else begin_ns
            at_s = (message.time_ns - begin_ns) / NANOSECONDS_PER_SECOND
            if at_s >= end_s:
                return
            if at_s >= start_s:
                yield from states.take()
                yield message
            elif message.topic in known:
                event, decode = known[message.topic]
                states.feed(event, message, decode)

    with open_bag(source) as bag:
        messages = list(chosen(bag))
        if not messages:
            raise BagError(f'{source}: holds nothing from {start_s:g} s to {end_s:g} s')
        return _write(target, bag, messages)


def merge(sources: Sequence[Path], target: Path) -> int:
    """Merge bags in the order of time; the settings are those of the first that has any."""
    with ExitStack() as opened:
        bags = [opened.enter_context(open_bag(source)) for source in sources]
        settings = next((bag for bag in bags if SETTINGS in bag.custom), bags[0])
        streams = [bag.messages() for bag in bags]
        merged = heapq.merge(*streams, key=lambda message: message.time_ns)
        topics = [topic for bag in bags for topic in bag.topics]
        return _write(target, settings, merged, topics)


def redact(source: Path, target: Path) -> int:
    """
    Remove sound and words, keep the timing.

    In a personal event every text that holds words becomes '-'; sound is left out.
    """
    with open_bag(source) as bag:
        kept = {
            topic: decoder
            for topic, decoder in decoders(bag.topics).items()
            if decoder.event.privacy is not Privacy.AUDIO
        }

        def chosen() -> Iterator[BagMessage]:
            for message in bag.messages():
                if message.topic not in kept:
                    continue
                event, decode = kept[message.topic]
                if event.privacy is Privacy.PERSONAL:
                    content = decode(message.data)
                    _strip(content)
                    message = message._replace(data=serialize_message(content))
                yield message

        return _write(target, bag, chosen(), kept)


# Texts that are names of the toy's own, and hold nobody's words.
_NAMES = frozenset(
    {'header', 'name', 'utterance_id', 'provider', 'activity', 'animation', 'node', 'code'}
)


def _strip(message: Any) -> None:
    for name, kind in message.get_fields_and_field_types().items():
        value = getattr(message, name)
        if name in _NAMES or not value:
            continue
        if kind.startswith('string'):
            setattr(message, name, REDACTED)
        elif isinstance(value, list):
            for part in value:
                if hasattr(part, 'get_fields_and_field_types'):
                    _strip(part)


def convert(source: Path, target: Path, storage: str) -> int:
    """
    Write a bag in the other form.

    :param storage: mcap or sqlite3.
    """
    if storage == 'mcap':
        with open_bag(source) as bag:
            return _write(target, bag, bag.messages())
    if target.exists():
        raise BagError(f'{target}: exists already')
    with open_bag(source) as bag:
        writer = Writer(target, version=9, storage_plugin=StoragePlugin.SQLITE3)
        for key, value in bag.custom.items():
            writer.set_custom_data(key, value)
        count = 0
        with writer:
            connections = {
                topic: writer.add_connection(
                    topic.name,
                    topic.type,
                    msgdef=topic.definition,
                    rihs01=topic.type_hash,
                    offered_qos_profiles=topic.qos,
                )
                for topic in bag.topics
            }
            for message in bag.messages():
                writer.write(connections[message.topic], message.time_ns, message.data)
                count += 1
        return count


def _write(
    target: Path, bag: Bag, messages: Iterable[BagMessage], topics: Iterable[Any] | None = None
) -> int:
    with BagWriter(target, custom=bag.custom) as writer:
        for topic in bag.topics if topics is None else topics:
            writer.add_topic(topic)
        for message in messages:
            writer.write(*message)
    return writer.message_count
