"""What every node tells of itself: that it lives, what it is doing, how well, and its metrics."""

import os
import socket
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from phoenix_msgs.msg import CapabilityStatus, NodeStatus, TopicReach
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from std_msgs.msg import Empty

from phoenix_core import events
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
    """Return where DDS sees whether a node lives; no message is ever sent there."""
    return f'{node}/alive'


class VitalSigns:
    """
    Beats on the node's own executor, so that a node that hangs counts as dead.

    DDS tells of the liveliness of each topic how many publishers live, not which; therefore each
    node has a topic of its own.
    """

    def __init__(
        self,
        node: Any,
        health: Health,
        tell_status: Callable[[NodeStatus], None],
        tell_diagnostics: Callable[[DiagnosticStatus], None],
        tell_metrics: Callable[[], None],
    ) -> None:
        """
        Begin to beat.

        :param node: an EventNode.
        :param health: of the node.
        :param tell_status: publishes a status, whose header is not filled in.
        :param tell_diagnostics: publishes diagnostics.
        :param tell_metrics: publishes what was counted.
        """
        self._node = node
        self._tell_status = tell_status
        self._tell_diagnostics = tell_diagnostics
        self._health = health
        self._tell_metrics = tell_metrics
        self._ended = False
        self._hung = False
        self._told: NodeStatus | None = None
        self._pulse = node.create_publisher(Empty, alive_topic(node.get_name()), qos.ALIVE)
        # Real time: a simulated clock that stands still is no reason to be silent.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timers = (
            node.create_timer(STATUS_PERIOD_S, self._beat, clock=steady),
            node.create_timer(DIAGNOSTICS_PERIOD_S, self._diagnose, clock=steady),
            node.create_timer(METRICS_PERIOD_S, self._measure, clock=steady),
        )

    def end(self) -> None:
        """Tell the last status and beat no more; again has no effect."""
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
        produced = dict.fromkeys([*events.OF_EVERY_NODE, *node.produces])
        topics = [
            TopicReach(topic=event.topic, subscriptions=node.reach(event)) for event in produced
        ]
        status = NodeStatus(
            state=node.lifecycle_state,
            level=self._health.level,
            message=self._health.message[:1000],
            autostart=node.settings.autostart,
            host=socket.gethostname(),
            process_id=os.getpid(),
            topics=topics,
            consumes=[event.topic for event in node.consumes],
        )
        if status != self._told:
            self._told = status
            self._tell_status(status)

    def _work_hangs(self) -> bool:
        """Tell whether the worker thread hangs: then the node is as dead as if it did itself."""
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
        self._tell_diagnostics(diagnostics)

    def _measure(self) -> None:
        if not self._ended:
            self._tell_metrics()
