"""The registry: every event and node that is installed, and who says what to whom."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings import plugins

NodeClass = type[EventNode] | EventNode  # one that decides what it declares when it is made


class UnknownEventError(ValueError):
    """No event of that name or topic; says which are close."""


@dataclass(frozen=True)
class EventFlow:
    """
    The nodes between which an event travels, in alphabetical order.

    :param producers: nodes that publish it.
    :param consumers: nodes that hear it.
    """

    producers: tuple[str, ...]
    consumers: tuple[str, ...]


class Registry:
    """What a set of nodes declares, read from both sides: the events' and the nodes'."""

    def __init__(
        self, nodes: Mapping[str, NodeClass], catalogue: Iterable[EventType] = events.ALL
    ) -> None:
        """
        Collect the declarations.

        :param nodes: classes, or nodes, by name.
        :param catalogue: the events known without them; the nodes' own ones are added.
        """
        self.nodes = dict(sorted(nodes.items()))
        declared = (event for name in self.nodes for event in self._of(name))
        self.events = tuple(dict.fromkeys([*catalogue, *declared]))

    @classmethod
    def installed(cls) -> 'Registry':
        """Collect from all nodes that installed packages offer, those outside Phoenix included."""
        return cls(
            {name: plugins.load(plugins.NODES, name) for name in plugins.names(plugins.NODES)}
        )

    def of_packages(self, packages: Collection[str]) -> 'Registry':
        """Leave out the nodes of other packages, and the events that they alone have."""
        own = {name: node for name, node in self.nodes.items() if self.package(name) in packages}
        return Registry(own)

    def event(self, name: str) -> EventType:
        """
        Find an event by its name or its topic.

        :raises UnknownEventError: there is none.
        """
        for event in self.events:
            if name in (event.name, event.topic):
                return event
        known = [text for event in self.events for text in (event.name, event.topic)]
        close = difflib.get_close_matches(name, known, n=1)
        hint = f' (did you mean {close[0]}?)' if close else ''
        raise UnknownEventError(f'{name}: no such event{hint}')

    def event_flow(self, event: EventType) -> EventFlow:
        """Tell who produces and who consumes an event."""
        return EventFlow(
            tuple(name for name in self.nodes if event in self.produced_by(name)),
            tuple(name for name in self.nodes if event in self.consumed_by(name)),
        )

    def produced_by(self, node: str) -> tuple[EventType, ...]:
        """List the events a node publishes, those of every node last."""
        return self.nodes[node].declarations.publishes

    def consumed_by(self, node: str) -> tuple[EventType, ...]:
        """List the events a node hears."""
        return tuple(self.nodes[node].declarations.subscribes)

    def observed_by(self, node: str) -> tuple[EventType, ...]:
        """List the events a node looks on at; nothing that the toy does depends on that."""
        return tuple(self.nodes[node].declarations.observes)

    def package(self, node: str) -> str:
        """Name the Python package a node comes from."""
        return self.node_class(node).__module__.partition('.')[0]

    def node_class(self, node: str) -> type[EventNode]:
        """Return the class of a node."""
        found = self.nodes[node]
        return found if isinstance(found, type) else type(found)

    def problems(self) -> list[str]:
        """Say in one line each where the events and the nodes' declarations do not fit."""
        return [
            line
            for event in self.events
            for line in (*self._orphaned(event), *self._ambiguous(event))
        ]

    def _of(self, node: str) -> list[EventType]:
        return [*self.produced_by(node), *self.consumed_by(node)]

    def _orphaned(self, event: EventType) -> Iterable[str]:
        flow = self.event_flow(event)
        for role, verb, names, excuse in (
            ('producer', 'publishes', flow.producers, event.no_producer),
            ('consumer', 'hears', flow.consumers, event.no_consumer),
        ):
            if not names and not excuse:
                yield (
                    f'{event.name}: no node {verb} it; declare it in one, take it out of the '
                    f'catalogue, or say why in its no_{role}'
                )
            if names and excuse:
                yield (
                    f'{event.name}: {names[0]} {verb} it, but the catalogue says that none does '
                    f'({excuse}); take its no_{role} away'
                )

    def _ambiguous(self, event: EventType) -> Iterable[str]:
        for other in self.events[: self.events.index(event)]:
            for what in ('name', 'topic'):
                if getattr(other, what) == getattr(event, what):
                    yield f'{event.name}: {other.name} has the same {what}; give it one of its own'
