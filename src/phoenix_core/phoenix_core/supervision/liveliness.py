"""Monitors by DDS whether a node is alive."""

import copy
import itertools
from collections.abc import Callable
from typing import Any

from rclpy.duration import Duration
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from std_msgs.msg import Empty

from phoenix_core.events import qos
from phoenix_core.node.heartbeat import alive_topic

_leases = itertools.count()


class LivelinessMonitor:
    """
    Reports when a node comes alive and when it falls silent.

    It subscribes anew when DDS has miscounted. Fast DDS (2.14, 3.6) matches a subscription before
    it registers it for liveliness (BuiltinProtocols::addLocalReader). What a publisher asserts
    between the two is not counted for that subscription: nothing is reported, and its count of
    live publishers stays one too low. About one start in 150 of a toy of twelve nodes met it.
    """

    def __init__(self, node: Node, name: str, on_change: Callable[[bool], None]) -> None:
        """
        Begin to monitor.

        :param node: the node that subscribes.
        :param name: name of the node that is monitored.
        :param on_change: is called with whether that node is alive, each time that DDS says so.
        """
        self._node = node
        self._topic = alive_topic(name)
        self._on_change = on_change
        self._subscription = self._subscribe()

    def listen_again(self) -> None:
        """Subscribe anew: nothing was reported of a live node, or the report was wrong."""
        self.end()
        self._subscription = self._subscribe()

    def end(self) -> None:
        """Stop monitoring."""
        self._node.destroy_subscription(self._subscription)

    def _subscribe(self) -> Any:
        # Each subscription has a lease of its own, 1 us longer than the last. Fast DDS keeps by
        # publisher and lease who is alive, also after a subscription has ended; another one with
        # the same lease would be notified of changes only.
        profile = copy.copy(qos.ALIVE)
        profile.liveliness_lease_duration = Duration(
            nanoseconds=qos.ALIVE.liveliness_lease_duration.nanoseconds + 1000 * next(_leases)
        )
        return self._node.create_subscription(
            Empty,
            self._topic,
            lambda message: None,
            profile,
            event_callbacks=SubscriptionEventCallbacks(liveliness=self._changed),
        )

    def _changed(self, change: Any) -> None:
        self._on_change(change.alive_count > 0)
        if change.alive_count < 0 or change.not_alive_count < 0:
            self.listen_again()
