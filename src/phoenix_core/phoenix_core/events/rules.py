"""Rules for the fields of an event, checked where the event is published."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from phoenix_core.events.constants import constants


@dataclass(frozen=True)
class NotEmpty:
    """Any string or sequence but an empty one."""

    def __contains__(self, value: Any) -> bool:
        return len(value) > 0

    def __str__(self) -> str:
        return 'must not be empty'


@dataclass(frozen=True)
class InRange:
    """A number from low to high, both included; not NaN."""

    low: float
    high: float = float('inf')

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if self.high == float('inf'):
            return f'must be at least {self.low:g}'
        return f'must be from {self.low:.15g} to {self.high:.15g}'


@dataclass(frozen=True)
class OneOf:
    """One of the listed values."""

    values: tuple[Any, ...]

    def __contains__(self, value: Any) -> bool:
        return value in self.values

    def __str__(self) -> str:
        return f'must be one of {", ".join(map(str, self.values))}'


# The values that a field may hold. As text: 'must be one of 1, 2'.
Rule: TypeAlias = NotEmpty | InRange | OneOf


@dataclass(frozen=True)
class Reference:
    """
    A name that the publishing node must know, see EventNode.known.

    :param to: the kind of name, e.g. intents.
    :param of: another field, if the names depend on its value: slots are those of an intent.
    """

    to: str
    of: str = ''

    def names(self, message: Any, known: Mapping[str, Any]) -> Collection[str] | None:
        """Return the names that are allowed in a message; None if any name is."""
        names: Any = known.get(self.to)
        if self.of and names:
            names = names.get(getattr(message, self.of), ())
        return cast(Collection[str] | None, names)

    def __str__(self) -> str:
        return f'must be known to {self.to}{f" for its {self.of}" if self.of else ""}'


def constant_of(message_class: Any) -> OneOf:
    """Require one of the constants that a message type declares, other than UNKNOWN."""
    return OneOf(tuple(v for v, name in constants(message_class).items() if name != 'UNKNOWN'))


def fields_at(path: str, message: Any) -> Iterator[tuple[str, Any]]:
    """
    Yield the values at a path, each with its full name.

    :param path: a field; a field of a nested message: color.r; of each item: slots[].name.
    """
    head, _, rest = path.partition('.')
    name = head.removesuffix('[]')
    value = getattr(message, name)
    items = (
        [(f'{name}[{i}]', item) for i, item in enumerate(value)]
        if name != head
        else [(name, value)]
    )
    for name, item in items:
        if rest:
            yield from ((f'{name}.{inner}', found) for inner, found in fields_at(rest, item))
        else:
            yield name, item
