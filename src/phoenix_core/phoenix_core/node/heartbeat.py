"""The heartbeat of a node: it asserts liveliness and publishes status, health and metrics."""

import contextlib
import os
import socket
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from phoenix_msgs.msg import CapabilityStatus, NodeStatus, TopicReach
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from std_msgs.msg import Empty

from phoenix_core.events import qos
from phoenix_core.node import pulse
from phoenix_core.node.pulse import PULSE

STATUS_PERIOD_S = 0.1
DIAGNOSTICS_PERIOD_S = 1.0
METRICS_PERIOD_S = 5.0
STATE_NAMES = {
    NodeStatus.UNCONFIGURED: 'not configured',
    NodeStatus.INACTIVE: 'inactive',
    NodeStatus.ACTIVE: 'active',
    NodeStatus.FINALIZED: 'finalized',
    NodeStatus.AT_REST: 'deactivated by an operator',
}
_DIAGNOSTIC_LEVELS = {
    CapabilityStatus.OK: DiagnosticStatus.OK,
    CapabilityStatus.DEGRADED: DiagnosticStatus.WARN,
    CapabilityStatus.LOST: DiagnosticStatus.ERROR,
}


def alive_topic(node: str) -> str:
    """Return the topic on which a node asserts its liveliness; it carries no messages."""
    return f'{node}/alive'


class Heartbeat:
    """
    Asserts liveliness while the executor of the node gets on: one that hangs counts as dead.

    DDS reports how many publishers of a topic are alive, but not which ones. Therefore each node
    has a topic of its own.

    :param node: an EventNode.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self._ended = False
        self._hung = False
        self._beats = False
        self._told: tuple[object, ...] = ()  # what the newest status says
        self._pulse = node.create_publisher(Empty, alive_topic(node.get_name()), qos.ALIVE)
        # Real time, because simulated time may stand still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timers = (
            node.create_timer(STATUS_PERIOD_S, self._beat, clock=steady),
            node.create_timer(DIAGNOSTICS_PERIOD_S, self._diagnose, clock=steady),
            node.create_timer(METRICS_PERIOD_S, self._measure, clock=steady),
        )

    def end(self) -> None:
        """Publish the last status and stop; without effect if it has ended already."""
        if not self._ended:
            self._beat()
            self._ended = True
            PULSE.remove(self)
            for timer in self._timers:
                timer.cancel()

    def _beat(self) -> None:
        """Show that the executor gets on; publish the status if it has changed."""
        if self._ended:  # the executor may still call a timer that was just cancelled
            return
        node = self._node
        pulse.get_on()
        if self._work_hangs():
            PULSE.remove(self)
            self._beats = False
        elif not self._beats:
            PULSE.add(self, self._assert)
            self._beats = True
        state, health = node.lifecycle_state, node.health
        reach = [node.events_out.subscription_count(one) for one in node.declarations.publishes]
        status = state, health.level, health.message, reach
        if status == self._told:
            return  # making messages costs more than all the rest
        self._told = status
        node.node_status(
            state=state,
            level=health.level,
            message=health.message[:1000],
            autostart=node.settings.autostart,
            host=socket.gethostname(),
            process_id=os.getpid(),
            topics=[
                TopicReach(topic=event.topic, subscriptions=count)
                for event, count in zip(node.declarations.publishes, reach, strict=True)
            ],
            consumes=[event.topic for event in node.declarations.subscribes],
        )

    def _assert(self) -> None:
        """Assert the liveliness; in the thread of the pulse."""
        with contextlib.suppress(RuntimeError):  # it is being destroyed
            self._pulse.assert_liveliness()

    def _work_hangs(self) -> bool:
        """Return whether the worker thread hangs, which counts as a hang of the node."""
        work = self._node.stuck_work
        if work and not self._hung:
            self._node.fault(
                'work_hung',
                f'{work} has not got on for {self._node.settings.work_limit_s:g} s',
                tried='gives no sign of life any more, so that the process is ended',
                impairs=CapabilityStatus.LOST,
            )
        elif self._hung and not work:
            self._node.healed('work_hung')
        self._hung = bool(work)
        return self._hung

    def _diagnose(self) -> None:
        node = self._node
        if self._ended or not node.diagnostics.subscription_count:
            return
        values = {'state': STATE_NAMES[node.lifecycle_state], 'process': str(os.getpid())}
        for topic, count in node.admission.left_out.items():
            values[f'left out of {topic}'] = str(count)
        diagnostics = DiagnosticStatus(
            level=_DIAGNOSTIC_LEVELS[node.health.level],
            name=node.get_fully_qualified_name(),
            message=node.health.message or STATE_NAMES[node.lifecycle_state],
            hardware_id=socket.gethostname(),
            values=[KeyValue(key=key, value=value) for key, value in values.items()],
        )
        node.diagnostics(status=[diagnostics])

    def _measure(self) -> None:
        node = self._node
        # Nothing is collected that nobody reads.
        if not self._ended and node.metrics and node.node_metrics.subscription_count:
            node.node_metrics(exposition=node.metrics.exposition())
