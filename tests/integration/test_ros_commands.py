"""A command reaches the toy from a plain ROS publisher, as `ros2 topic pub` makes one."""

import threading

import pytest
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile

from phoenix_core import events
from phoenix_core.events.event_type import Role

COMMANDS = (
    *(events.SAY_REQUEST, events.STOP_SPEAKING, events.LISTEN_REQUEST, events.TRANSCRIPT),
    *(events.ACTIVITY_REQUEST, events.CONVERSATION_REQUEST, events.LED_COMMAND, events.EARCON),
    *(events.HOUSE_REQUEST, events.SIMULATED_SOUND, events.SIMULATED_SENSOR),
)


def test_no_command_is_latched_and_every_request_is_a_command():
    requested = {event for event in events.ALL if event.role is Role.REQUESTED}
    named = {event for event in events.ALL if event.name.endswith(('_REQUEST', '_COMMAND'))}
    assert requested | named <= set(COMMANDS)
    assert {event.qos.durability for event in COMMANDS} == {DurabilityPolicy.VOLATILE}


@pytest.mark.parametrize(
    'durability', [DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL]
)
def test_a_publisher_with_the_defaults_of_ros_reaches_the_toy(graph, durability):
    probe = graph.probe(records=[events.SAY_REQUEST])
    node = graph.call(lambda: Node('stranger', context=graph.context))
    message = events.SAY_REQUEST.message_class
    profile = QoSProfile(depth=10, durability=durability)
    publisher = graph.call(lambda: node.create_publisher(message, '/phoenix/speech/say', profile))
    pause = threading.Event()
    for _ in range(500):  # rclpy passes on no DDS event of a match
        if publisher.get_subscription_count():
            break
        pause.wait(0.02)
    publisher.publish(message(utterance_id='a', text='Hello.'))
    assert probe.expect(events.SAY_REQUEST).text == 'Hello.'
    graph.call(node.destroy_node)
