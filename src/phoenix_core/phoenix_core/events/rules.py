"""Rules that the fields of an event must keep, checked where the event is published."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


class Rule(ABC):
    """What a field may hold. Its text says so: must be one of 1, 2."""

    @abstractmethod
    def allows(self, value: Any) -> bool:
        """Tell whether a value keeps the rule."""

    @abstractmethod
    def __str__(self) -> str: ...


@dataclass(frozen=True)
class NotEmpty(Rule):
    """A string or sequence with something in it."""

    def allows(self, value: Any) -> bool:
        """Ask for its length."""
        return len(value) > 0

    def __str__(self) -> str:
        return 'must not be empty'


@dataclass(frozen=True)
class InRange(Rule):
    """A number from low to high, both included; a NaN is refused."""

    low: float
    high: float

    def allows(self, value: float) -> bool:
        """Compare with both ends."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if self.high == float('inf'):
            return f'must be at least {self.low:g}'
        return f'must be from {self.low:.15g} to {self.high:.15g}'


@dataclass(frozen=True)
class OneOf(Rule):
    """One of the values named."""

    values: tuple[Any, ...]

    def allows(self, value: Any) -> bool:
        """Look it up."""
        return value in self.values

    def __str__(self) -> str:
        return f'must be one of {", ".join(map(str, self.values))}'


@dataclass(frozen=True)
class Reference:
    """
    A name that must be one of those the publishing node knows, see EventNode.known.

    :param to: what it is a name of, e.g. intents.
    :param of: another field, whose value has names of its own: slots are those of an intent.
    """

    to: str
    of: str = ''

    def names(self, message: Any, known: Mapping[str, Any]) -> Collection[str] | None:
        """Return what is allowed in a message; None when that is anything."""
        names: Any = known.get(self.to)
        return names.get(getattr(message, self.of), ()) if self.of and names else names

    def __str__(self) -> str:
        return f'must be known to {self.to}{f" for its {self.of}" if self.of else ""}'


not_empty = NotEmpty()


def in_range(low: float, high: float = float('inf')) -> InRange:
    """Require a number from low to high, both included."""
    return InRange(low, high)


def one_of(*values: Any) -> OneOf:
    """Require one of the values named."""
    return OneOf(values)


def fields_at(path: str, message: Any) -> Iterator[tuple[str, Any]]:
    """
    Find the values that a path names, each with its own name.

    :param path: a field; in a message within it: color.r; in each of several: slots[].name.
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
