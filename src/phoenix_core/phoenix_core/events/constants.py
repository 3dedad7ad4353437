"""Name the constants that the fields of a message hold."""

from functools import cache
from typing import Any


def words_of(message: Any, field: str = 'kind') -> str:
    """
    Return the constant that a field holds in words: 'following up' for FOLLOWING_UP.

    Empty when the field holds none of the constants of its message.
    """
    return _constants(message.__class__).get(getattr(message, field), '')


@cache
def _constants(message_class: Any) -> dict[Any, str]:
    """Return the constants of a message in words by their values, as its .msg declares them."""
    # rosidl keeps them apart from the class's attributes, for its metaclass.
    declared = type(message_class).__prepare__('', ())
    words: dict[Any, str] = {}
    for name, value in declared.items():
        if isinstance(value, int) and not name.endswith('__DEFAULT'):
            # Of two enumerations in a message, `kind` has the first.
            words.setdefault(value, name.lower().replace('_', ' '))
    return words
