"""Where interactions come from: a bag, or the memory of a running toy."""

import os
from pathlib import Path

import rclpy
from phoenix_msgs.srv import GetRecentEvents
from rclpy.context import Context
from rclpy.experimental import EventsExecutor
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions

from phoenix_bringup.bags.bag import open_bag, type_hash, type_of
from phoenix_bringup.traces.interaction import Interaction, interactions
from phoenix_core.event_type import EventType
from phoenix_core.telemetry.recent_events import TRACED
from phoenix_core.telemetry.telemetry import RECENT_EVENTS, Telemetry

BY_TOPIC = {event.topic: event for event in TRACED}
FOUND_S = 5.0  # a running toy is found by then
ANSWERED_S = 10.0


class TraceError(Exception):
    """There is nothing to trace; one line for the person who asked."""


def from_bag(path: Path) -> list[Interaction]:
    """
    Read the interactions of a rosbag2 bag, below whatever namespace they were recorded.

    :raises BagError: there is no such bag, or it cannot be read.
    :raises TraceError: it was recorded with other message definitions.
    """
    with open_bag(path) as bag:
        known = {topic.name: event for topic in bag.topics if (event := _event(topic.name))}
        for topic in bag.topics:
            event = known.get(topic.name)
            if event is not None and topic.type_hash != type_hash(type_of(event.message)):
                raise TraceError(f'{path}: {topic.name}: recorded with another {topic.type}')
        return interactions(
            (
                (event, deserialize_message(message.data, event.message))
                for message in bag.messages()
                if (event := known.get(message.topic.name)) is not None
            ),
            {event.topic for event in known.values()},
        )


def _event(topic: str) -> EventType | None:
    return next((event for name, event in BY_TOPIC.items() if topic.endswith(f'/{name}')), None)


def from_toy(namespace: str) -> list[Interaction]:
    """
    Ask the telemetry node of a running toy.

    :raises TraceError: there is none.
    """
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    context = Context()
    rclpy.init(args=[], context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = rclpy.create_node('trace', context=context, namespace=namespace)
        service = f'{Telemetry.node_name()}/{RECENT_EVENTS}'
        client = node.create_client(GetRecentEvents, service)
        if not client.wait_for_service(FOUND_S):
            raise TraceError(
                f'no toy is running in {namespace} (or its telemetry is off); --bag reads a bag'
            )
        executor = EventsExecutor(context=context)
        executor.add_node(node)
        answer = client.call_async(GetRecentEvents.Request())
        executor.spin_until_future_complete(answer, ANSWERED_S)
        if not answer.done():
            raise TraceError(f'the toy in {namespace} did not answer in {ANSWERED_S:.0f} s')
        return interactions(
            (event, deserialize_message(bytes(told.data), event.message))
            for told in answer.result().events
            if (event := BY_TOPIC.get(told.topic)) is not None
        )
    finally:
        context.try_shutdown()
