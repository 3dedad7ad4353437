"""Where interactions come from: a bag, or the memory of a running toy."""

from pathlib import Path

import rclpy
from phoenix_msgs.srv import GetRecentEvents
from rclpy.context import Context
from rclpy.experimental import EventsExecutor
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions

from phoenix_core.telemetry.node import RECENT_EVENTS, Telemetry
from phoenix_core.telemetry.recent_events import TRACED
from phoenix_tools.bags.bag import open_bag
from phoenix_tools.bags.session import decoder, event_of
from phoenix_tools.traces.interaction import Interaction, interactions

BY_TOPIC = {event.topic: event for event in TRACED}
FOUND_S = 5.0  # a running toy is found by then
ANSWERED_S = 10.0


class TraceError(Exception):
    """There is nothing to trace; one line for the person who asked."""


def from_bag(path: Path) -> list[Interaction]:
    """
    Read the interactions of a rosbag2 bag, below whatever namespace they were recorded.

    :raises BagError: there is no such bag, or it cannot be read.
    """
    with open_bag(path) as bag:
        known = {
            topic: (event, decoder(topic, event))
            for topic in bag.topics
            if (event := event_of(topic)) in TRACED
        }
        return interactions(
            (
                (known[message.topic][0], known[message.topic][1](message.data))
                for message in bag.messages()
                if message.topic in known
            ),
            {event.topic for event, _ in known.values()},
        )


def from_toy(namespace: str) -> list[Interaction]:
    """
    Ask the telemetry node of a running toy.

    :raises TraceError: there is none.
    """
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
            (event, deserialize_message(bytes(told.data), event.message_class))
            for told in answer.result().events
            if (event := BY_TOPIC.get(told.topic)) is not None
        )
    finally:
        context.try_shutdown()
