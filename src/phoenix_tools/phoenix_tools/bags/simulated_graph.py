"""
The nodes of the toy in this process, on simulated time.

One process, so that one counter tells whether anything is pending, and a step of time costs no
message. The nodes, their events and DDS are those of the composed layout.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Generic, TypeVar

from rclpy.parameter import Parameter
from typing_extensions import Self

from phoenix_core import events
from phoenix_core.clock.simulated_time import SimulatedTime
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.event_type import EventType, Privacy, Role
from phoenix_core.node.declarations import Declarations
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import shut_down
from phoenix_core.settings import plugins
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.supervision.readiness import Readiness
from phoenix_tools.bags.session import SessionEvent
from phoenix_tools.command_error import CommandError
from phoenix_tools.ros_context import ros_executor

READY_S = 60.0
STUCK_S = 60.0  # real time without progress: longer than any model takes
# The nodes with simulated hardware.
SIMULATED = ('microphone', 'speaker', 'leds', 'sensors')


class Participant(EventNode):
    """
    Base of the node beside the nodes of a graph that drives them and keeps their events.

    :param nodes: the names of the other nodes.
    :param also_observed: events that the others do not publish.
    :param publishes: events that this node publishes.
    """

    settings: NodeSettings

    def __init__(
        self,
        nodes: Sequence[str],
        also_observed: Iterable[EventType] = (),
        publishes: Iterable[EventType] = (),
        **options: Any,
    ) -> None:
        classes = {name: plugins.load(plugins.NODES, name) for name in nodes}
        published = {event for node in classes.values() for event in node.declarations.publishes}
        # The sound that the toy makes is neither compared nor drawn.
        observed = {
            event
            for event in (*published, *also_observed)
            if event.privacy is not Privacy.AUDIO or event.role is Role.SOUND
        }
        declares = Declarations(tuple(publishes), observes=dict.fromkeys(observed, 'on_event'))
        super().__init__(declares=declares, **options)
        self.events: list[SessionEvent] = []
        self.readiness = Readiness({**classes, self.get_name(): self})

    def keep(self, event: SessionEvent) -> None:
        """Keep an event."""
        self.events.append(event)

    def on_event(self, event: EventType, message: Any) -> None:
        """Process an event of the other nodes."""
        if event is events.NODE_STATUS:
            self.readiness.feed(message)
        self.keep(SessionEvent(event, message, self.get_clock().now().nanoseconds))


AnyParticipant = TypeVar('AnyParticipant', bound=Participant)


class SimulatedGraph(Generic[AnyParticipant]):
    """
    Nodes that share a simulated time; used as a context manager.

    :param names: of the nodes.
    :param settings: by node and field.
    :param participant: makes the node that drives them.
    :param start_ns: the ROS time at which it begins.
    :param rate: seconds of simulated time per real one; inf: as fast as possible.
    :param interrupted: non-empty when the user wants to end.
    """

    def __init__(
        self,
        names: Sequence[str],
        settings: Mapping[str, Mapping[str, Any]],
        participant: Callable[..., AnyParticipant],
        *,
        start_ns: int,
        rate: float,
        interrupted: Sequence[int] = (),
    ) -> None:
        self.time = SimulatedTime(start_ns)
        self._start_ns = start_ns
        self._rate = rate
        self._interrupted = interrupted
        self._resources = ExitStack()
        context, self._executor = self._resources.enter_context(ros_executor())
        # The executor handles SIGINT itself, whatever rclpy is told: restore the handler.
        signal.signal(signal.SIGINT, signal.getsignal(signal.SIGINT))
        # A namespace of its own, isolated from a toy that runs beside it.
        self._options: dict[str, Any] = {
            'context': context,
            'namespace': f'/replay_{os.getpid()}',
            'time': self.time,
            'environ': {},
        }
        self.participant = participant(**self._options)
        self.nodes = [self._make(name, settings.get(name, {})) for name in names]

    def _make(self, name: str, settings: Mapping[str, Any]) -> EventNode:
        hardware = {'provider': 'simulated'} if name in SIMULATED else {}
        values = {**settings, **hardware, 'metrics': False}
        overrides = [Parameter(field, value=value) for field, value in values.items()]
        node_class: type[EventNode] = plugins.load(plugins.NODES, name)
        return node_class(parameter_overrides=overrides, **self._options)

    def _start(self) -> None:
        """Start the nodes and wait until they are connected."""
        readiness = self.participant.readiness
        nodes: list[EventNode] = [self.participant, *self.nodes]
        for node in nodes:
            node.executor = self._executor
            self._executor.create_task(node.start)
        end_s = time.monotonic() + READY_S
        while readiness.missing:
            self._spin_once(0.05)
            if self._interrupted:
                return
            if time.monotonic() > end_s:
                raise CommandError(
                    f'not ready after {READY_S:.0f} s: {"; ".join(readiness.missing)}'
                )
        if readiness.without:
            lost = '; '.join(f'{name}: {why}' for name, why in readiness.without.items())
            raise CommandError(f'could not be brought up: {lost}')
        self.time.count_events()
        self._settle()
        self._started_s = time.monotonic()

    def run_until(self, due_ns: int, stop: Callable[[], bool]) -> None:
        """
        Advance the time to that point, or until `stop`.

        :param stop: called whenever nothing is pending.
        :raises CommandError: there is no progress although something is pending.
        """
        while not self._interrupted:
            self._settle()
            if stop() or self.time.now_ns >= due_ns:
                return
            next_ns = self.time.next_due_ns()
            self._advance(due_ns if next_ns is None else min(next_ns, due_ns))

    def _advance(self, to_ns: int) -> None:
        if self._rate != float('inf'):
            at_s = self._started_s + (to_ns - self._start_ns) / NANOSECONDS_PER_SECOND / self._rate
            while (wait_s := at_s - time.monotonic()) > 0 and not self._interrupted:
                self._spin_once(min(wait_s, 0.05))
        self.time.advance(to_ns)

    def _settle(self) -> None:
        """Process everything that happens at the present time."""
        since_s = time.monotonic()
        while not self.time.quiet() and not self._interrupted:
            self._spin_once(0.001)
            if time.monotonic() - since_s > STUCK_S:
                what = ', '.join(self.time.under_way) or 'a device'
                raise CommandError(f'nothing has gone on for {STUCK_S:.0f} s; under way: {what}')

    def _spin_once(self, timeout_s: float) -> None:
        self._executor.spin_once(timeout_sec=timeout_s)

    def __enter__(self) -> Self:
        """
        Start the nodes.

        :raises CommandError: they cannot be started, or are not connected in time.
        """
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.time.release()
        shut_down(self._executor, [self.participant, *self.nodes])
        self._resources.close()
