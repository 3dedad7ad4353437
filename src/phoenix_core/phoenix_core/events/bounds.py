"""The lengths that message types allow for texts and sequences: ROS declares, and checks none."""

import importlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from rosidl_parser.definition import (
    AbstractNestedType,
    BoundedSequence,
    BoundedString,
    NamespacedType,
)


class _Bound(NamedTuple):
    """How long a text or sequence, which may be a field of a field, and its items may be."""

    name: str
    value: Callable[[Any], Any]
    most: int
    item_too_long: Callable[[Any], str] | None


def too_long(message: Any) -> str:
    """Return which field of a message from elsewhere is longer than its type allows, and how."""
    for name, value_of, most, item_too_long in _bounds(message.__class__):
        value = value_of(message)
        if len(value) > most:
            return f'{name} must not be longer than {most}'
        if item_too_long is not None:
            for found in filter(None, map(item_too_long, value)):
                return name + found
    return ''


@cache
def _bounds(message_class: Any) -> tuple[_Bound, ...]:
    """Return the bounds of a type: for each message, only they are looked at."""
    return tuple(_find_bounds(message_class, '', ''))


def _find_bounds(message_class: Any, name: str, slots: str) -> Iterator[_Bound]:
    # Slots, because the properties are functions in Python: this is done for each message.
    for slot, kind in zip(message_class.__slots__, message_class.SLOT_TYPES, strict=False):
        own_name, own_slots = f'{name}{slot[1:]}', f'{slots}{slot}'
        if isinstance(kind, NamespacedType):
            yield from _find_bounds(_class_of(kind), f'{own_name}.', f'{own_slots}.')
        bounded = isinstance(kind, BoundedString | BoundedSequence)
        most = kind.maximum_size if bounded else sys.maxsize
        item_too_long = _of_items(kind) if isinstance(kind, AbstractNestedType) else None
        if bounded or item_too_long is not None:
            yield _Bound(own_name, attrgetter(own_slots), most, item_too_long)


def _of_items(kind: AbstractNestedType) -> Callable[[Any], str] | None:
    of_item = kind.value_type
    if isinstance(of_item, BoundedString):
        most = of_item.maximum_size
        return lambda item: f' must not be longer than {most}' if len(item) > most else ''
    if isinstance(of_item, NamespacedType) and _bounds(_class_of(of_item)):
        return lambda item: '.' + found if (found := too_long(item)) else ''
    return None


def _class_of(kind: NamespacedType) -> Any:
    return getattr(importlib.import_module('.'.join(kind.namespaces)), kind.name)
