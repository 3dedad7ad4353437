"""Read interactions from a bag or from the memory of a running toy."""

from pathlib import Path

import rclpy
from phoenix_msgs.srv import GetRecentEvents
from rclpy.serialization import deserialize_message

from phoenix_core.telemetry.node import RECENT_EVENTS, Telemetry
from phoenix_core.telemetry.recent_events import TRACED
from phoenix_tools.bags.bag import open_bag
from phoenix_tools.bags.decoding import decoders
from phoenix_tools.ros_context import ros_executor
from phoenix_tools.traces.interaction import Interaction, interactions

BY_TOPIC = {event.topic: event for event in TRACED}
FIND_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 10.0


class TraceError(Exception):
    """There is nothing to trace; one line for the user."""


def from_bag(path: Path) -> list[Interaction]:
    """
    Read the interactions of a rosbag2 bag, of any namespace.

    :raises BagError: there is no such bag, or it cannot be read.
    """
    with open_bag(path) as bag:
        known = {
            topic: decoder
            for topic, decoder in decoders(bag.topics).items()
            if decoder.event in TRACED
        }
        return interactions(
            (
                (known[topic].event, known[topic].decode(data))
                for topic, _, data in bag.messages()
                if topic in known
            ),
            {decoder.event.topic for decoder in known.values()},
        )


def from_toy(namespace: str) -> list[Interaction]:
    """
    Ask the telemetry node of a running toy.

    :raises TraceError: there is none.
    """
    with ros_executor() as (context, executor):
        node = rclpy.create_node('trace', context=context, namespace=namespace)
        service = f'{Telemetry.node_name()}/{RECENT_EVENTS}'
        client = node.create_client(GetRecentEvents, service)
        if not client.wait_for_service(FIND_TIMEOUT_S):
            raise TraceError(
                f'no toy is running in {namespace} (or its telemetry is off); --bag reads a bag'
            )
        executor.add_node(node)
        answer = client.call_async(GetRecentEvents.Request())
        executor.spin_until_future_complete(answer, ANSWER_TIMEOUT_S)
        if not answer.done():
            raise TraceError(f'the toy in {namespace} did not answer in {ANSWER_TIMEOUT_S:.0f} s')
        return interactions(
            (event, deserialize_message(bytes(recent.data), event.message_class))
            for recent in answer.result().events
            if (event := BY_TOPIC.get(recent.topic)) is not None
        )
