"""The lengths that message types allow for texts and sequences: ROS declares, and checks none."""

import importlib
from functools import cache
from typing import Any

from rosidl_parser.definition import (
    AbstractNestedType,
    BoundedSequence,
    BoundedString,
    NamespacedType,
)


def too_long(message: Any) -> str:
    """Return which field of a message from elsewhere is longer than its type allows, and how."""
    fields = _bounded(message.__class__)
    found = (_found(name, kind, getattr(message, name)) for name, kind in fields)
    return next(filter(None, found), '')


def _found(name: str, kind: Any, value: Any) -> str:
    match kind:
        case BoundedString() | BoundedSequence() if len(value) > kind.maximum_size:
            return f'{name} must not be longer than {kind.maximum_size}'
        case NamespacedType():
            inner = too_long(value)
            return f'{name}.{inner}' if inner else ''
        case AbstractNestedType() if _has_bound(kind.value_type):
            found = (_found(name, kind.value_type, one) for one in value)
            return next(filter(None, found), '')
    return ''


@cache
def _bounded(message_class: Any) -> tuple[tuple[str, Any], ...]:
    """Return the fields with a bound, be it of a field of theirs."""
    fields = zip(message_class.get_fields_and_field_types(), message_class.SLOT_TYPES, strict=True)
    return tuple((name, kind) for name, kind in fields if _has_bound(kind))


def _has_bound(kind: Any) -> bool:
    match kind:
        case BoundedString() | BoundedSequence():
            return True
        case NamespacedType():
            module = importlib.import_module('.'.join(kind.namespaces))
            return bool(_bounded(getattr(module, kind.name)))
        case AbstractNestedType():
            return _has_bound(kind.value_type)
    return False
