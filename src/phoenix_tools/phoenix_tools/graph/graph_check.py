"""Compare what the registry declares with what is on the ROS graph."""

from collections import Counter
from collections.abc import Collection, Iterator

from rclpy.qos import QoSCompatibility, qos_check_compatible

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType, Privacy
from phoenix_core.events.message_schema import type_hash, type_name
from phoenix_core.node.registry import Registry
from phoenix_tools.graph.observation import Endpoint, Observation
from phoenix_tools.topics import absolute_topic

HASH_DIGITS = len('RIHS01_') + 8  # of 64: enough to tell two apart


class GraphCheck:
    """
    One comparison. Each difference is one line that ends with what to do.

    :param expected: nodes that must run; others of the registry may.
    """

    def __init__(
        self,
        registry: Registry,
        expected: Collection[str],
        namespace: str,
        observation: Observation,
    ) -> None:
        self._registry = registry
        self._expected = expected
        self._namespace = namespace
        self._seen = observation
        running = {f'{namespace}/{name}': name for name in registry.nodes}
        self._running = {node: running[node] for node in observation.nodes if node in running}
        elsewhere = Counter(
            node.rpartition('/')[0]
            for node in set(observation.nodes) - set(running)
            if node.rpartition('/')[2] in expected
        )
        self._other_toys = {space for space, nodes in elsewhere.items() if nodes > 1}

    def differences(self) -> list[str]:
        """Compare everything."""
        if not self._running:
            return [
                f'no node of the toy runs in {self._namespace}; start it with ./phoenix run, '
                'or name its namespace with --namespace'
            ]
        return [
            *self._nodes(),
            *(line for event in self._registry.events for line in self._event(event)),
            *self._strays(),
        ]

    def _nodes(self) -> Iterator[str]:
        for name in sorted(self._expected):
            if f'{self._namespace}/{name}' in self._seen.nodes:
                continue
            elsewhere = [node for node in self._seen.nodes if self._is_misplaced(node, name)]
            if elsewhere:
                yield (
                    f'{name}: runs as {elsewhere[0]}, outside of {self._namespace}, where nobody '
                    f'hears it; start it with --ros-args -r __ns:={self._namespace}'
                )
            else:
                yield (
                    f'{name}: does not run in {self._namespace}; start it, or look in its log '
                    'for why it ended'
                )
        for node, count in Counter(self._seen.nodes).items():
            # Each machine of a toy may have a console.
            if self._running.get(node) in self._expected and count > 1:
                yield (
                    f'{self._running[node]}: runs {count} times as {node}; end the other toy, or '
                    'start it with namespace:=/ANOTHER'
                )
        for node, name in self._running.items():
            if not self._has_topics(node):
                yield (
                    f'{name}: runs, but has none of its topics; it is not configured: look for '
                    f'its faults, then ros2 lifecycle set {node} configure'
                )

    def _topic(self, event: EventType) -> str:
        return absolute_topic(event, self._namespace)

    def _is_misplaced(self, node: str, name: str) -> bool:
        """Return whether a node is the one of that name that is missing in the namespace."""
        namespace, _, own_name = node.rpartition('/')
        return (
            own_name == name
            and name in self._expected
            and f'{self._namespace}/{name}' not in self._seen.nodes
            and namespace not in self._other_toys
        )

    def _has_topics(self, node: str) -> bool:
        topics = {self._topic(event) for event in self._declared(node)}
        return not topics or any(
            end.node == node and end.topic in topics for end in self._seen.endpoints
        )

    def _declared(self, node: str) -> tuple[EventType, ...]:
        owner = self._registry.nodes[self._running[node]]
        # The publishers that every node has exist before it is configured.
        published = set(owner.declarations.publishes) - set(events.OF_EVERY_NODE)
        return (*published, *owner.declarations.subscribes)

    def _event(self, event: EventType) -> Iterator[str]:
        ends = [end for end in self._seen.endpoints if end.topic == self._topic(event)]
        right = []
        for end in ends:
            problem = self._type(event, end)
            if problem:
                yield problem
            else:
                right.append(end)
        flow = self._registry.event_flow(event)
        for publishes, names, verb in (
            (True, flow.producers, 'publish'),
            (False, flow.consumers, 'hear'),
        ):
            actual = {end.node for end in ends if end.publishes is publishes}
            for node, name in self._running.items():
                if name in names and node not in actual and self._has_topics(node):
                    yield (
                        f'{event.topic}: {name} does not {verb} it, though it declares to; the '
                        'running code is another than the installed one: restart the toy'
                    )
            for node in sorted(actual):
                if self._running.get(node) in names:
                    continue
                yield from self._extra(event, node, publishes)
        for end in right:
            yield from self._own_qos(event, end)
        for publisher in (end for end in right if end.publishes):
            for subscription in (end for end in right if not end.publishes):
                yield from self._deaf(event, publisher, subscription)

    def _type(self, event: EventType, end: Endpoint) -> str:
        name = type_name(event.message_class)
        if end.type != name:
            return (
                f'{event.topic}: {end.node} {end.verb} {end.type} there, the catalogue says '
                f'{name}; end it, or give it the right type'
            )
        known = type_hash(event.message_class)
        if end.type_hash and end.type_hash != known:
            return (
                f'{event.topic}: {end.node} {end.verb} another definition of {name} '
                f'({end.type_hash[:HASH_DIGITS]}, here {known[:HASH_DIGITS]}); '
                'build it with the same .msg file and restart it'
            )
        return ''

    def _extra(self, event: EventType, node: str, publishes: bool) -> Iterator[str]:
        if node in self._running:
            declares = self._registry.nodes[self._running[node]].declarations
            if not publishes and event in declares.observes:
                return
            does = 'publishes' if publishes else 'hears'
            yield (
                f'{event.topic}: {self._running[node]} {does} it, though it does not declare '
                f'{event.name}; the running code is another than the installed one: restart '
                'the toy'
            )
        elif event.topic.startswith('/'):
            return  # shared by all toys on the network
        elif publishes:
            yield (
                f'{event.topic}: {node} publishes it from outside, past the rules; end it, or '
                f'make it a node that declares {event.name}'
            )
        elif event.privacy is not Privacy.NONE:
            yield (
                f'{event.topic}: {node} hears it from outside, and it is {event.privacy.value}; '
                'end it unless you know it'
            )

    def _own_qos(self, event: EventType, end: Endpoint) -> Iterator[str]:
        wanted = event.qos if end.publishes else qos.subscription(event.qos)
        for policy in ('reliability', 'durability'):
            offered, declared = getattr(end.qos, policy), getattr(wanted, policy)
            if end.node in self._running and offered != declared:
                does = 'publishes' if end.publishes else 'subscribes'
                yield (
                    f'{event.topic}: {self._running[end.node]} {does} {_words(offered)}, the '
                    f'catalogue says {_words(declared)}; restart the toy'
                )

    def _deaf(
        self, event: EventType, publisher: Endpoint, subscription: Endpoint
    ) -> Iterator[str]:
        compatible, reason = qos_check_compatible(publisher.qos, subscription.qos)
        if compatible == QoSCompatibility.ERROR:
            why = reason.removeprefix('ERROR: ').rstrip('; ').lower()
            yield (
                f'{event.topic}: nothing that {publisher.node} publishes reaches '
                f'{subscription.node} ({why}); use what the catalogue says: '
                f'{_words(event.qos.reliability)}, {_words(event.qos.durability)}'
            )

    def _strays(self) -> Iterator[str]:
        """Find messages of events on other topics: misspelt, or outside of the namespace."""
        topics = {self._topic(event) for event in self._registry.events}
        types = {type_name(event.message_class): event for event in self._registry.events}
        for end in sorted(self._seen.endpoints, key=lambda end: end.topic):
            event = types.get(end.type)
            if event is None or end.topic in topics or not end.type.startswith('phoenix_msgs/'):
                continue
            name = end.node.rpartition('/')[2]
            if end.node.rpartition('/')[0] in self._other_toys or self._is_misplaced(
                end.node, name
            ):
                continue  # right there, or reported as a whole
            place = 'no event is there'
            if not end.topic.startswith(f'{self._namespace}/'):
                place = f'that is outside of {self._namespace}'
            yield (
                f'{end.topic}: {end.node} {end.verb} {end.type}, but {place}; '
                f'the topic of {event.name} is {self._topic(event)}'
            )


def _words(policy: object) -> str:
    return str(getattr(policy, 'name', policy)).lower().replace('_', ' ')
