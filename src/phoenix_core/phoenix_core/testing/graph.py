"""
A real ROS graph for tests of nodes, and a probe that publishes and records events on it.

    with TestGraph() as graph:
        probe = graph.probe(publishes=[events.TRANSCRIPT], records=[events.INTENT_DETECTED])
        graph.add(Intent)
        probe.publish(events.TRANSCRIPT, kind=Transcript.FINAL, ..., text='hello')
        intent = probe.expect(events.INTENT_DETECTED)
"""

import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import rclpy
from builtin_interfaces.msg import Time
from domain_coordinator import domain_id
from rclpy.context import Context
from rclpy.experimental import EventsExecutor
from rclpy.parameter import Parameter

from phoenix_core.events.event_type import EventType
from phoenix_core.limits.limits import Limits
from phoenix_core.limits.parent_file import Decided, ParentFile
from phoenix_core.node import discovery
from phoenix_core.node.declarations import Declarations
from phoenix_core.node.event_node import DEFAULT_NAMESPACE, EventNode
from phoenix_core.node.execution import SPIN_TIMEOUT_S
from phoenix_core.node.publisher import EventPublisher
from phoenix_core.storage.mute_file import MuteFile
from phoenix_core.storage.toy_file import ToyFile, replace_file
from phoenix_core.telemetry.tracing import TraceContext

DEFAULT_TIMEOUT_S = 10.0

NOTHING_KEPT = {'PHOENIX_ACTIVITIES_STATE_FILE': ''}

Node = TypeVar('Node', bound=EventNode)


def keep_awake(state_home: Path) -> None:
    """Let a toy do in the evening what it does by day."""
    decide(state_home, Limits(quiet_hours=''))


def decide(state_home: Path, limits: Limits, namespace: str = DEFAULT_NAMESPACE) -> None:
    """Put limits in force as the owner of the machine can: without a PIN."""
    path = ParentFile.of({'XDG_STATE_HOME': str(state_home)}, namespace).path
    assert path is not None
    replace_file(path, Decided(limits=limits).model_dump_json())


class Probe(EventNode):
    """
    Publishes and records events for a test; created by TestGraph.probe.

    :param publishes: events that the test publishes.
    :param records: events that the test looks for.
    """

    def __init__(
        self, publishes: Iterable[EventType], records: Iterable[EventType], **options: Any
    ) -> None:
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
        """Return all recorded messages of an event, oldest first."""
        with self._arrived:
            return list(self._records[event])

    def expect(
        self,
        event: EventType,
        where: Callable[[Any], bool] = lambda message: True,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> Any:
        """
        Return the first message of an event that fits; wait for it if it is not recorded yet.

        :raises AssertionError: there was none in time; shows the last recorded messages.
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
        Return so many messages of an event that fit; wait for those not recorded yet.

        :raises AssertionError: there were fewer in time; shows the last recorded messages.
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
    Nodes on an isolated ROS graph, executed in a thread of their own.

    ROS's test coordinator assigns the ROS_DOMAIN_ID, which is `domain`, for other processes.
    The toy's files lie in a folder of their own, `state_home`: it is never night, and not muted.
    """

    __test__ = False  # tells pytest that it is not a test class

    def __init__(self) -> None:
        self._resources = ExitStack()
        self._nodes: list[EventNode] = []
        self._ended = threading.Event()

    def __enter__(self) -> 'TestGraph':
        """Open the graph."""
        discovery.stay_private()
        self.state_home = self._resources.enter_context(tempfile.TemporaryDirectory())
        keep_awake(Path(self.state_home))
        MuteFile(ToyFile.MUTE.path({'XDG_STATE_HOME': self.state_home}, DEFAULT_NAMESPACE)).write(
            False
        )
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
            self._executor.shutdown()  # otherwise it keeps the participant and latched messages
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
        Create a node, start it, and wait until it and the other nodes are matched.

        :param parameters: overrides of its ROS parameters.
        :param environ: environment variables of the node, beside the place of the toy's files.
        :param start: configure and activate it.
        :param options: for the node's constructor, e.g. a fake provider.
        :raises AssertionError: it does not become active.
        """
        overrides = [Parameter(name, value=value) for name, value in (parameters or {}).items()]
        node = node_class(
            context=self.context,
            parameter_overrides=overrides,
            environ={'XDG_STATE_HOME': self.state_home, **NOTHING_KEPT, **(environ or {})},
            **options,
        )
        return self._adopt(node, start)

    def probe(
        self, *, publishes: Iterable[EventType] = (), records: Iterable[EventType] = ()
    ) -> Probe:
        """Create and start a probe."""
        return self._adopt(Probe(publishes, records, context=self.context), True)

    def call(self, function: Callable[[], Any]) -> Any:
        """Call a function on the executor's thread and return its result."""
        outcome: Future[Any] = Future()

        def task() -> None:
            try:
                outcome.set_result(function())
            except BaseException as error:  # raised in the calling thread
                outcome.set_exception(error)

        self._executor.create_task(task)
        return outcome.result(60)

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
        """Wait until all publishers of the graph are matched with all subscriptions."""
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
            self._ended.wait(0.02)  # polls, because rclpy passes on no DDS event of a match
        raise AssertionError(f'{event.name} of {node.get_name()} found too few subscribers')

    def _stop_nodes(self) -> None:
        for node in reversed(self._nodes):
            node.stop()
            self._executor.remove_node(node)
            node.destroy_node()

    def _spin(self) -> None:
        while not self._ended.is_set():
            self._executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
