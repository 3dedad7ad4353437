"""Names of the constants that a message type declares."""

from functools import cache
from typing import Any


def words_of(message: Any, field: str = 'kind') -> str:
    """
    Return the name of the constant that a field holds, as words: 'following up'.

    Empty when the field holds none of the constants of its message.
    """
    name = constants(message.__class__).get(getattr(message, field), '')
    return name.lower().replace('_', ' ')


@cache
def constants(message_class: Any) -> dict[int, str]:
    """
    Return the names of the integer constants of a message type by value, as in its .msg file.

    Where two enumerations share a value, the name is that of the first one.
    """
    # rosidl keeps the constants in the metaclass, not among the attributes of the class.
    declared = type(message_class).__prepare__('', ())
    names: dict[int, str] = {}
    for name, value in declared.items():
        if isinstance(value, int) and not name.endswith('__DEFAULT'):
            names.setdefault(value, name)
    return names
