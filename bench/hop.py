"""
Measures one event from publish to handler: event nodes against bare rclpy, in the same run.

One that comes at a rate: of the others a node takes only so many from one source.
"""

import argparse
import statistics
import threading
import time
from typing import Any

from phoenix_msgs.msg import EarLight, EventHeader, ListenRequest
from rclpy.node import Node

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.node.declarations import subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.testing import TestGraph

MOST_S = 2.0  # an event that takes longer is lost


class Listening(EventNode):
    """Notes when an event reaches its handler."""

    settings: NodeSettings

    @subscribes(events.EAR_LIGHT)
    def on_light(self, light: EarLight) -> None:
        """Note the time."""
        arrival.set()

    @subscribes(events.LISTEN_REQUEST)
    def on_request(self, request: ListenRequest) -> None:
        """Note the time."""
        arrival.set()


class Arrival:
    """When the newest message arrived."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.at = 0.0

    def set(self) -> None:
        """Note the time and wake the sender."""
        self.at = time.perf_counter()
        self.event.set()


arrival = Arrival()


def hop(graph: TestGraph, publish: Any) -> float:
    """Publish from the executor's thread, as handlers do; return the seconds to the handler."""
    started = 0.0

    def send() -> None:
        nonlocal started
        started = time.perf_counter()
        publish()

    arrival.event.clear()
    graph.call(send)
    if not arrival.event.wait(MOST_S):
        raise SystemExit('an event was lost')
    return arrival.at - started


def main() -> None:
    """Alternate between the two, so that both see the same machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--events', type=int, default=2000)
    count = parser.parse_args().events
    with TestGraph() as graph:
        probe = graph.probe(publishes=[events.EAR_LIGHT])
        graph.add(Listening)
        bare = Node('bare', context=graph.context)
        publisher = bare.create_publisher(EarLight, 'bare', qos.EVENT)
        bare.create_subscription(EarLight, 'bare', lambda message: arrival.set(), qos.EVENT)

        def attach() -> None:
            bare.executor = graph._executor

        graph.call(attach)

        def publish_bare() -> None:
            header = EventHeader(stamp=bare.get_clock().now().to_msg(), producer='bare')
            publisher.publish(EarLight(header=header, visible=True))

        def publish_event() -> None:
            probe.publish(events.EAR_LIGHT, visible=True)

        for _ in range(100):  # warm up
            hop(graph, publish_bare)
            hop(graph, publish_event)
        times = [(hop(graph, publish_bare), hop(graph, publish_event)) for _ in range(count)]
        bare.destroy_node()
    print(f'{count} hops each, within one process, in ms')
    print(f'{"":>12} {"p50":>7} {"p95":>7} {"p99":>7}')
    for name, column in zip(('bare rclpy', 'event node'), zip(*times, strict=True), strict=True):
        cuts = statistics.quantiles(column, n=100)
        print(f'{name:>12} {cuts[49] * 1e3:7.3f} {cuts[94] * 1e3:7.3f} {cuts[98] * 1e3:7.3f}')
    bare_s, event_s = (statistics.median(column) for column in zip(*times, strict=True))
    print(f'ratio of the medians: {event_s / bare_s:.2f}')


if __name__ == '__main__':
    main()
