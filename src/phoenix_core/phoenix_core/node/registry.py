"""The registry of all installed events and nodes, and of the flow of events between them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings import plugins
from phoenix_core.settings.plugins import NODES
from phoenix_core.settings.profile import suggestion

NodeClass = type[EventNode] | EventNode  # an instance may declare more than its class


class UnknownEventError(ValueError):
    """There is no event of that name or topic; suggests a similar one."""


class EventFlow(NamedTuple):
    """The nodes that publish an event, and those that subscribe to it, in alphabetical order."""

    producers: tuple[str, ...]
    consumers: tuple[str, ...]


class Registry:
    """
    The declarations of a set of nodes, by node and by event.

    :param nodes: node classes, or nodes, by name.
    :param catalogue: the known events, to which those that the nodes declare are added.
    """

    def __init__(
        self, nodes: Mapping[str, NodeClass], catalogue: Iterable[EventType] = events.ALL
    ) -> None:
        self.nodes = dict(sorted(nodes.items()))
        declared = [node.declarations for node in self.nodes.values()]
        named = (event for own in declared for event in (*own.publishes, *own.subscribes))
        self.events = tuple(dict.fromkeys([*catalogue, *named]))

    @classmethod
    def installed(cls) -> 'Registry':
        """Return the registry of the nodes of all installed packages."""
        return cls({name: plugins.load(NODES, name) for name in plugins.names(NODES)})

    def event(self, name: str) -> EventType:
        """
        Return an event by its name or its topic.

        :raises UnknownEventError: there is none.
        """
        for event in self.events:
            if name in (event.name, event.topic):
                return event
        known = [text for event in self.events for text in (event.name, event.topic)]
        raise UnknownEventError(f'{name}: no such event{suggestion(name, known)}')

    def event_flow(self, event: EventType) -> EventFlow:
        """Return the producers and consumers of an event."""
        return EventFlow(
            tuple(n for n, node in self.nodes.items() if event in node.declarations.publishes),
            tuple(n for n, node in self.nodes.items() if event in node.declarations.subscribes),
        )

    def package(self, node: str) -> str:
        """Return the name of the Python package that contains a node."""
        found = self.nodes[node]
        node_class = found if isinstance(found, type) else type(found)
        return node_class.__module__.partition('.')[0]

    def problems(self) -> list[str]:
        """Return one line for each contradiction between events and declarations of nodes."""
        return [
            line
            for event in self.events
            for line in (*self._orphaned(event), *self._ambiguous(event))
        ]

    def _orphaned(self, event: EventType) -> Iterable[str]:
        flow = self.event_flow(event)
        if not flow.producers:
            yield (
                f'{event.name}: no node publishes it; declare it in a node, or remove it from the '
                'catalogue'
            )
        if not flow.consumers and not event.no_consumer:
            yield (
                f'{event.name}: no node subscribes to it; declare it in a node, remove it from '
                'the catalogue, or give the reason in its no_consumer'
            )
        if flow.consumers and event.no_consumer:
            yield (
                f'{event.name}: {flow.consumers[0]} subscribes to it, but according to the '
                f'catalogue no node does ({event.no_consumer}); remove its no_consumer'
            )

    def _ambiguous(self, event: EventType) -> Iterable[str]:
        for other in self.events[: self.events.index(event)]:
            for what in ('name', 'topic'):
                if getattr(other, what) == getattr(event, what):
                    yield f'{event.name}: {other.name} has the same {what}; choose another one'
