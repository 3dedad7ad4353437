"""
Declare in a node class which events it publishes, subscribes to and observes.

    class Listener(EventNode):
        transcript = Publishes(events.TRANSCRIPT)

        @subscribes(events.AUDIO_INPUT)
        def on_audio(self, frame: AudioFrame) -> None:
            self.transcript(kind=Transcript.FINAL, text='hello')
"""

import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FunctionType, UnionType
from typing import Any, Generic, TypeVar, overload

from rclpy.lifecycle import LifecycleNode

from phoenix_core.events.event_type import EventType, Fields, Message
from phoenix_core.node.publisher import EventPublisher

Node = TypeVar('Node')
Result = TypeVar('Result')
Handler = TypeVar('Handler', bound=Callable[..., Any])

_SUBSCRIBES, _OBSERVES = '_phoenix_subscribes', '_phoenix_observes'


class DeclarationError(TypeError):
    """A node class declares what cannot be; names the class, the attribute and the event."""


class Publishes(Generic[Fields]):
    """
    Declare that a node publishes an event.

    On a node the attribute is the publisher; see EventPublisher.
    """

    def __init__(self, event: EventType[Fields, Any]) -> None:
        self.event = event
        self._name = ''

    def __set_name__(self, owner: type, name: str) -> None:
        if not isinstance(self.event, EventType):
            raise DeclarationError(f'{owner.__name__}.{name}: {self.event!r} is not an event')
        self._name = name

    @overload
    def __get__(self, node: None, owner: type) -> 'Publishes[Fields]': ...

    @overload
    def __get__(self, node: LifecycleNode, owner: type) -> EventPublisher[Fields]: ...

    def __get__(
        self, node: LifecycleNode | None, owner: type
    ) -> 'Publishes[Fields] | EventPublisher[Fields]':
        if node is None:
            return self
        publisher = EventPublisher(node, self.event)
        vars(node)[self._name] = publisher  # found there from now on, which costs nothing
        return publisher


def subscribes(
    event: EventType[Any, Message],
) -> Callable[[Callable[[Node, Message], Result]], Callable[[Node, Message], Result]]:
    """Declare that a method handles an event: it is called with each message while active."""

    def mark(handler: Callable[[Node, Message], Result]) -> Callable[[Node, Message], Result]:
        if hasattr(handler, _SUBSCRIBES):
            raise DeclarationError(f'{handler.__qualname__}: subscribes to more than one event')
        setattr(handler, _SUBSCRIBES, event)
        return handler

    return mark


def observes(events: Iterable[EventType]) -> Callable[[Handler], Handler]:
    """
    Declare that a method is called with each of some events and its message.

    The node looks on: the toy does what it does without it, as without `ros2 topic echo`.
    """

    def mark(handler: Handler) -> Handler:
        setattr(handler, _OBSERVES, tuple(events))
        return handler

    return mark


@dataclass(frozen=True)
class Declarations:
    """
    What a node declares.

    :param publishes: in the order of their declaration.
    :param subscribes: each event with the name of its handler.
    :param observes: likewise.
    """

    publishes: tuple[EventType, ...] = ()
    subscribes: Mapping[EventType, str] = field(default_factory=dict)
    observes: Mapping[EventType, str] = field(default_factory=dict)

    @property
    def hears(self) -> tuple[EventType, ...]:
        """All events that the node has a subscription for."""
        return (*self.subscribes, *self.observes)

    def __add__(self, other: 'Declarations') -> 'Declarations':
        return Declarations(
            tuple(dict.fromkeys([*self.publishes, *other.publishes])),
            {**self.subscribes, **other.subscribes},
            {**self.observes, **other.observes},
        )

    @classmethod
    def of(cls, owner: type) -> 'Declarations':
        """
        Collect what a class and its bases declare.

        :raises DeclarationError: an event is declared twice, or a handler cannot take it.
        """
        publishes: dict[EventType, str] = {}
        subscribes: dict[EventType, str] = {}
        observes: dict[EventType, str] = {}
        for name, value in _attributes(owner):
            if isinstance(value, Publishes):
                if hasattr(LifecycleNode, name):
                    raise DeclarationError(
                        f'{owner.__name__}.{name}: is an attribute of rclpy nodes'
                    )
                _add(publishes, value.event, name, owner)
            elif isinstance(value, FunctionType):
                if (event := _mark(owner, name, _SUBSCRIBES)) is not None:
                    _add(subscribes, event, name, owner)
                    _check_handler(owner, value, event)
                for event in _mark(owner, name, _OBSERVES) or ():
                    _add(observes, event, name, owner)
        for event in subscribes.keys() & observes.keys():
            raise DeclarationError(
                f'{owner.__name__}: {event.name} is subscribed to by {subscribes[event]} and '
                f'observed by {observes[event]}; keep one'
            )
        return cls(tuple(publishes), subscribes, observes)


def _attributes(owner: type) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a class in the order of their definition, those of bases last."""
    seen = set()
    for base in owner.__mro__:
        for name, value in vars(base).items():
            if name not in seen:
                seen.add(name)
                yield name, value


def _mark(owner: type, name: str, mark: str) -> Any:
    """Return the mark of a method; one that overrides another keeps its mark."""
    methods = (vars(base).get(name) for base in owner.__mro__)
    return next((vars(one)[mark] for one in methods if mark in getattr(one, '__dict__', {})), None)


def _add(declared: dict[EventType, str], event: EventType, name: str, owner: type) -> None:
    if not isinstance(event, EventType):
        raise DeclarationError(f'{owner.__name__}.{name}: {event!r} is not an event')
    if event in declared:
        raise DeclarationError(
            f'{owner.__name__}: {event.name} is declared by {declared[event]} and by {name}'
        )
    declared[event] = name


def _check_handler(owner: type, handler: FunctionType, event: EventType) -> None:
    place = f'{owner.__name__}.{handler.__name__}'
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    required = [one for one in parameters if one.default is one.empty]
    if not parameters or len(required) > 1:
        raise DeclarationError(f'{place}: must take one message, of {event.name}')
    expected = event.message_class
    hint = typing.get_type_hints(handler).get(parameters[0].name, Any)
    is_union = typing.get_origin(hint) in (typing.Union, UnionType)
    accepted = typing.get_args(hint) if is_union else (hint,)
    if Any not in accepted and expected not in accepted:
        names = ' or '.join(getattr(one, '__name__', str(one)) for one in accepted)
        raise DeclarationError(
            f'{place}: takes {names}, but {event.name} is a {expected.__name__}'
        )
