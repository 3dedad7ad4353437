"""Decode the messages of a bag to the catalogue's types, those of older definitions included."""

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, NamedTuple

from rclpy.serialization import deserialize_message
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.events.message_schema import type_hash, type_name
from phoenix_tools.bags.bag import Topic


class Decoder(NamedTuple):
    """The event of a topic, and the function that makes its message of serialized data."""

    event: EventType
    decode: Callable[[bytes], Any]


def decoders(topics: Iterable[Topic]) -> dict[Topic, Decoder]:
    """Return decoders for the topics that are events of the catalogue, in any namespace."""
    return {
        topic: Decoder(event, _decode(topic, event))
        for topic in topics
        if (event := _event_of(topic)) is not None
    }


def _event_of(topic: Topic) -> EventType | None:
    for event in events.ALL:
        fits = topic.name == event.topic or topic.name.endswith(f'/{event.topic}')
        if fits and topic.type == type_name(event.message_class):
            return event
    return None


def _decode(topic: Topic, event: EventType) -> Callable[[bytes], Any]:
    """
    Return the function that decodes the data of a topic.

    A bag of another version of Phoenix is read by the definitions it carries: removed fields are
    left out, new ones have their defaults.
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
    Copy an element of a list of messages.

    :param kind: the type of the list, e.g. sequence<phoenix_msgs/Slot>.
    """
    package, name = re.findall(r'(\w+)/(\w+)', kind)[0]
    message = getattr(import_module(f'{package}.msg'), name)()
    _copy(source, message)
    return message
