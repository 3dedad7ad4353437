"""A probe in a program of its own, beside the running toy of this machine."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import rclpy
from rclpy.experimental import EventsExecutor

from phoenix_core.events.event_type import EventType
from phoenix_core.node import discovery
from phoenix_core.node.execution import SPIN_TIMEOUT_S, shut_down
from phoenix_core.testing import Probe

PATIENCE_S = 60.0


@contextmanager
def probe_beside_the_toy(
    publishes: Sequence[EventType], hears: Sequence[EventType]
) -> Iterator[Probe]:
    """Run a probe that publishes the one and hears the other events of the toy."""
    discovery.stay_private()
    rclpy.init()
    executor = EventsExecutor()
    probe = Probe(publishes, hears)
    ended = threading.Event()

    def spin() -> None:
        probe.executor = executor
        probe.start()
        while not ended.is_set():
            executor.spin_once(timeout_sec=SPIN_TIMEOUT_S)
        shut_down(executor, [probe])

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        yield probe
    finally:
        ended.set()
        thread.join()
        rclpy.try_shutdown()


def wait_until_heard(probe: Probe, event: EventType, by: int = 1) -> None:
    """Wait until so many nodes of the toy hear what the probe publishes of an event."""
    pause = threading.Event()
    while not probe.is_active or probe.events_out.subscription_count(event) < by:
        pause.wait(0.02)  # DDS tells of a match by no event that rclpy passes on
