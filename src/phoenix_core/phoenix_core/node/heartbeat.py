"""Report of every node that it lives, what it is doing, how well, and its metrics."""

import os
import socket
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from phoenix_msgs.msg import CapabilityStatus, NodeStatus, TopicReach
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from std_msgs.msg import Empty

from phoenix_core.events import qos
from phoenix_core.node.health import Health

STATUS_PERIOD_S = 0.1
DIAGNOSTICS_PERIOD_S = 1.0
METRICS_PERIOD_S = 5.0
STATE_NAMES = {
    NodeStatus.UNCONFIGURED: 'not configured',
    NodeStatus.INACTIVE: 'inactive',
    NodeStatus.ACTIVE: 'active',
    NodeStatus.FINALIZED: 'finalized',
}
_DIAGNOSTIC_LEVELS = {
    CapabilityStatus.OK: DiagnosticStatus.OK,
    CapabilityStatus.DEGRADED: DiagnosticStatus.WARN,
    CapabilityStatus.LOST: DiagnosticStatus.ERROR,
}


def alive_topic(node: str) -> str:
    """Return the topic by which DDS sees whether a node lives; no message is sent there."""
    return f'{node}/alive'


class Heartbeat:
    """
    Asserts liveliness on the node's own executor, so that a node that hangs counts as dead.

    DDS reports how many publishers of a topic live, not which; therefore each node has a topic of
    its own.
    """

    def __init__(
        self,
        node: Any,
        health: Health,
        publish_status: Callable[[NodeStatus], None],
        publish_diagnostics: Callable[[DiagnosticStatus], None],
        publish_metrics: Callable[[], None],
    ) -> None:
        """
        Start the timers.

        :param node: an EventNode.
        :param health: of the node.
        :param publish_status: publishes a status, whose header is not filled in.
        :param publish_diagnostics: publishes diagnostics.
        :param publish_metrics: publishes what was counted.
        """
        self._node = node
        self._publish_status = publish_status
        self._publish_diagnostics = publish_diagnostics
        self._health = health
        self._publish_metrics = publish_metrics
        self._ended = False
        self._hung = False
        self._published: NodeStatus | None = None
        self._pulse = node.create_publisher(Empty, alive_topic(node.get_name()), qos.ALIVE)
        # Real time: a simulated clock that stands still is no reason to be silent.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timers = (
            node.create_timer(STATUS_PERIOD_S, self._beat, clock=steady),
            node.create_timer(DIAGNOSTICS_PERIOD_S, self._diagnose, clock=steady),
            node.create_timer(METRICS_PERIOD_S, self._measure, clock=steady),
        )

    def end(self) -> None:
        """Publish the last status and stop; again has no effect."""
        if not self._ended:
            self._beat()
            self._ended = True
            for timer in self._timers:
                timer.cancel()

    def _beat(self) -> None:
        """Assert the liveliness; publish the status if it has changed."""
        if self._ended:  # the executor may call a timer that has just been cancelled
            return
        node = self._node
        if not self._work_hangs():
            self._pulse.assert_liveliness()
        topics = [
            TopicReach(topic=event.topic, subscriptions=node.events_out.subscription_count(event))
            for event in node.declarations.publishes
        ]
        status = NodeStatus(
            state=node.lifecycle_state,
            level=self._health.level,
            message=self._health.message[:1000],
            autostart=node.settings.autostart,
            host=socket.gethostname(),
            process_id=os.getpid(),
            topics=topics,
            consumes=[event.topic for event in node.declarations.subscribes],
        )
        if status != self._published:
            self._published = status
            self._publish_status(status)

    def _work_hangs(self) -> bool:
        """Whether the worker thread hangs: then the node is as dead as if it did itself."""
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
        if self._ended:
            return
        node = self._node
        values = {'state': STATE_NAMES[node.lifecycle_state], 'process': str(os.getpid())}
        diagnostics = DiagnosticStatus(
            level=_DIAGNOSTIC_LEVELS[self._health.level],
            name=node.get_fully_qualified_name(),
            message=self._health.message or STATE_NAMES[node.lifecycle_state],
            hardware_id=socket.gethostname(),
            values=[KeyValue(key=key, value=value) for key, value in values.items()],
        )
        self._publish_diagnostics(diagnostics)

    def _measure(self) -> None:
        if not self._ended:
            self._publish_metrics()
