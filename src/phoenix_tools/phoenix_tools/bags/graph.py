"""
The nodes of the toy in this process, on simulated time.

One process, because then one counter tells whether anything is under way, and a step of time costs
no message. The nodes, their events and DDS are those of the composed layout.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.experimental import EventsExecutor
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions

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

READY_S = 60.0
STUCK_S = 60.0  # real time in which nothing has gone on: longer than any model takes
# What stands in for the hardware.
SIMULATED = ('microphone', 'speaker', 'leds', 'sensors')


class GraphError(Exception):
    """The nodes could not be started, or came to a stop; one line."""


class Companion(EventNode):
    """Speaks to the nodes of a graph, and keeps all that happens there."""

    settings: NodeSettings

    def __init__(
        self,
        nodes: Sequence[str],
        also_heard: Iterable[EventType] = (),
        publishes: Iterable[EventType] = (),
        **options: Any,
    ) -> None:
        """
        Hear what the nodes publish.

        :param nodes: their names.
        :param also_heard: events that others publish.
        :param publishes: events that this node publishes.
        """
        classes = {name: plugins.load(plugins.NODES, name) for name in nodes}
        said = {event for node in classes.values() for event in node.declarations.publishes}
        # The sound that the toy makes is neither compared nor drawn.
        heard = {
            event
            for event in (*said, *also_heard)
            if event.privacy is not Privacy.AUDIO or event.role is Role.SOUND
        }
        declares = Declarations(tuple(publishes), observes=dict.fromkeys(heard, 'on_event'))
        super().__init__(declares=declares, **options)
        self.happened: list[SessionEvent] = []
        self.readiness = Readiness({**classes, self.get_name(): self})

    def keep(self, event: SessionEvent) -> None:
        """Take what has happened."""
        self.happened.append(event)

    def on_event(self, event: EventType, message: Any) -> None:
        """Keep an event."""
        if event is events.NODE_STATUS:
            self.readiness.feed(message)
        self.keep(SessionEvent(event, message, self.get_clock().now().nanoseconds))


class Graph:
    """
    Nodes that share a simulated time; used as a context manager.

    :param names: of the nodes.
    :param settings: by node and field.
    :param companion: makes a node that speaks to them and hears them.
    :param start_ns: the ROS time at which it begins.
    :param rate: seconds of simulated time for each real one; inf: as fast as they can.
    :param interrupted: non-empty when the person wants the end.
    """

    def __init__(
        self,
        names: Sequence[str],
        settings: Mapping[str, Mapping[str, Any]],
        companion: Callable[..., Companion],
        *,
        start_ns: int,
        rate: float,
        interrupted: Sequence[int] = (),
    ) -> None:
        self.time = SimulatedTime(start_ns)
        self._start_ns = start_ns
        self._rate = rate
        self._interrupted = interrupted
        self._context = Context()
        rclpy.init(args=[], context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self._executor = EventsExecutor(context=self._context)
        # The executor takes SIGINT for itself, whatever rclpy is told: give it back.
        signal.signal(signal.SIGINT, signal.getsignal(signal.SIGINT))
        # A namespace of its own: a toy that runs beside it must not hear it.
        self.options: dict[str, Any] = {
            'context': self._context,
            'namespace': f'/replay_{os.getpid()}',
            'time': self.time,
            'environ': {},
        }
        self.companion = companion(**self.options)
        self.nodes = [self._make(name, settings.get(name, {})) for name in names]

    def _make(self, name: str, settings: Mapping[str, Any]) -> EventNode:
        hardware = {'provider': 'simulated'} if name in SIMULATED else {}
        values = {**settings, **hardware, 'metrics': False}
        overrides = [Parameter(field, value=value) for field, value in values.items()]
        node_class: type[EventNode] = plugins.load(plugins.NODES, name)
        return node_class(parameter_overrides=overrides, **self.options)

    def start(self) -> None:
        """
        Bring the nodes up and wait until they hear each other.

        :raises GraphError: they do not.
        """
        readiness = self.companion.readiness
        for node in [self.companion, *self.nodes]:
            node.executor = self._executor
            self._executor.create_task(node.start)
        end_s = time.monotonic() + READY_S
        while readiness.missing:
            self._spin_once(0.05)
            if self._interrupted:
                return
            if time.monotonic() > end_s:
                raise GraphError(
                    f'not ready after {READY_S:.0f} s: {"; ".join(readiness.missing)}'
                )
        if readiness.without:
            lost = '; '.join(f'{name}: {why}' for name, why in readiness.without.items())
            raise GraphError(f'could not be brought up: {lost}')
        self.time.count_events()
        self._settle()
        self._started_s = time.monotonic()

    def run_until(self, due_ns: int, stop: Callable[[], bool]) -> None:
        """
        Let time advance to that point, unless it is to stop before.

        :param stop: asked whenever nothing is under way.
        :raises GraphError: nothing goes on although something is under way.
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
        """Let everything happen that happens now."""
        since_s = time.monotonic()
        while not self.time.quiet() and not self._interrupted:
            self._spin_once(0.001)
            if time.monotonic() - since_s > STUCK_S:
                what = ', '.join(self.time.under_way) or 'a device'
                raise GraphError(f'nothing has gone on for {STUCK_S:.0f} s; under way: {what}')

    def _spin_once(self, timeout_s: float) -> None:
        self._executor.spin_once(timeout_sec=timeout_s)

    def __enter__(self) -> 'Graph':
        """Return itself."""
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop all nodes."""
        self.time.release()
        shut_down(self._executor, [self.companion, *self.nodes])
        self._context.try_shutdown()
