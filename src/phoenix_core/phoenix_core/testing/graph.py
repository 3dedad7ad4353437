"""
For tests of nodes: a real ROS graph of its own, and a probe that speaks and listens on it.

    with TestGraph() as graph:
        probe = graph.probe(publishes=[events.TRANSCRIPT], records=[events.INTENT_DETECTED])
        graph.add(Intent)
        probe.publish(events.TRANSCRIPT, kind=Transcript.FINAL, ..., text='hello')
        intent = probe.expect(events.INTENT_DETECTED)
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any, TypeVar

import rclpy
from builtin_interfaces.msg import Time
from domain_coordinator import domain_id
from rclpy.context import Context
from rclpy.experimental import EventsExecutor
from rclpy.parameter import Parameter

from phoenix_core.events.event_type import EventType
from phoenix_core.node import discovery
from phoenix_core.node.declarations import Declarations
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import SPIN_TIMEOUT_S
from phoenix_core.node.publisher import EventPublisher
from phoenix_core.telemetry.tracing import TraceContext

DEFAULT_TIMEOUT_S = 10.0

Node = TypeVar('Node', bound=EventNode)


class Probe(EventNode):
    """Publishes and records events for a test. Made by TestGraph.probe."""

    def __init__(
        self, publishes: Iterable[EventType], records: Iterable[EventType], **options: Any
    ) -> None:
        """
        Declare what the test wants to say and hear.

        :param publishes: events the test will publish.
        :param records: events the test will look for.
        """
        self._records: dict[EventType, list[Any]] = {event: [] for event in records}
        self._arrived = threading.Condition()
        declares = Declarations(tuple(publishes), observes=dict.fromkeys(self._records, 'record'))
        super().__init__(environ={}, declares=declares, **options)

    def publish(
        self,
        event: EventType,
        *,
        stamp: Time | None = None,
        cause: TraceContext | None = None,
        **fields: Any,
    ) -> TraceContext | None:
        """Publish one of the declared events; see EventPublisher."""
        return EventPublisher(self, event, stamp, cause)(**fields)

    def recorded(self, event: EventType) -> list[Any]:
        """Return all messages of an event so far, oldest first."""
        with self._arrived:
            return list(self._records[event])

    def expect(
        self,
        event: EventType,
        where: Callable[[Any], bool] = lambda message: True,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> Any:
        """
        Wait for the first message of an event that fits, one that came before included.

        :raises AssertionError: when none came in time, with what came instead.
        """
        return self.expect_count(event, 1, where, timeout_s)[0]

    def expect_count(
        self,
        event: EventType,
        count: int,
        where: Callable[[Any], bool] = lambda message: True,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> list[Any]:
        """
        Wait for that many messages of an event that fit and return them.

        :raises AssertionError: when fewer came in time, with what came instead.
        """

        def found() -> list[Any]:
            return [message for message in self._records[event] if where(message)]

        with self._arrived:
            if not self._arrived.wait_for(lambda: len(found()) >= count, timeout_s):
                newest = '\n'.join(repr(message)[:500] for message in self._records[event][-5:])
                raise AssertionError(
                    f'{len(found())} of {count} {event.name} within {timeout_s} s; '
                    f'recorded last:\n{newest}'
                )
            return found()[:count]

    def record(self, event: EventType, message: Any) -> None:
        """Record a message."""
        with self._arrived:
            self._records[event].append(message)
            self._arrived.notify_all()


class TestGraph:
    """
    Nodes on a ROS graph that no other test sees, spinning in a thread of their own.

    The ROS_DOMAIN_ID is taken from ROS's own test coordinator; `domain` passes it to processes.
    """

    __test__ = False  # not a test class, whatever its name says

    def __init__(self) -> None:
        self._resources = ExitStack()
        self._nodes: list[EventNode] = []
        self._ended = threading.Event()

    def __enter__(self) -> 'TestGraph':
        """Open the graph."""
        discovery.stay_private()
        self.domain = self._resources.enter_context(domain_id())
        self.context = Context()
        rclpy.init(context=self.context, domain_id=self.domain)
        self._executor = EventsExecutor(context=self.context)
        self._thread = threading.Thread(target=self._spin, name='test graph')
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop all nodes and close the graph."""
        try:
            self.call(self._stop_nodes)
        finally:
            self._ended.set()
            self._thread.join()
            self._executor.shutdown()  # else it keeps the participant, and what that has latched
            self.context.try_shutdown()
            self._resources.close()

    def add(
        self,
        node_class: type[Node],
        *,
        parameters: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
        start: bool = True,
        **options: Any,
    ) -> Node:
        """
        Make a node, bring it up, and wait until it and the nodes before it know each other.

        :param parameters: overrides of its ROS parameters.
        :param environ: what stands for the environment; default: nothing.
        :param options: for the node's constructor, e.g. a fake provider.
        :raises AssertionError: when it does not become active.
        """
        overrides = [Parameter(name, value=value) for name, value in (parameters or {}).items()]
        node = node_class(
            context=self.context, parameter_overrides=overrides, environ=environ or {}, **options
        )
        return self._adopt(node, start)

    def probe(
        self, *, publishes: Iterable[EventType] = (), records: Iterable[EventType] = ()
    ) -> Probe:
        """Add a probe, which is active at once."""
        return self._adopt(Probe(publishes, records, context=self.context), True)

    def call(self, function: Callable[[], Any]) -> Any:
        """Call a function on the executor's thread, where nodes live, and return its result."""
        done = threading.Event()
        outcome: list[Any] = []

        def task() -> None:
            try:
                outcome.append(function())
            except BaseException as error:  # carried over to the calling thread
                outcome.append(error)
            done.set()

        self._executor.create_task(task)
        assert done.wait(60), 'the executor of the test graph is blocked'
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        return outcome[0]

    def _adopt(self, node: Node, start: bool) -> Node:
        self._nodes.append(node)

        def attach() -> bool:
            node.executor = self._executor
            return node.start() if start else True

        assert self.call(attach), f'{node.get_name()} did not become active'
        if start:
            self._wait_until_matched()
        return node

    def _wait_until_matched(self) -> None:
        """Wait until every publisher of the graph has found every subscription, and back."""
        active = [node for node in self._nodes if node.is_active]
        topics = {event for node in active for event in node.declarations.hears}
        for event in topics:
            readers = sum(event in node.declarations.hears for node in active)
            for node in active:
                if event in node.declarations.publishes:
                    self._wait_for_subscribers(node, event, readers)

    def _wait_for_subscribers(self, node: EventNode, event: EventType, count: int) -> None:
        for _ in range(500):
            if node.events_out.subscription_count(event) >= count:
                return
            self._ended.wait(0.02)  # DDS tells of a match by no event that rclpy passes on
        raise AssertionError(f'{event.name} of {node.get_name()} found too few subscribers')

    def _stop_nodes(self) -> None:
        for node in reversed(self._nodes):
            node.stop()
            self._executor.remove_node(node)
            node.destroy_node()

    def _spin(self) -> None:
        while not self._ended.is_set():
            self._executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
