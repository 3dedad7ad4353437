"""The running graph against the registry: each way to disagree, really brought about, is told."""

import time
import uuid
from dataclasses import replace

import pytest
import rclpy
from phoenix_msgs.msg import LedFrame, Transcript
from rclpy.context import Context
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import String

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.events.message_schema import type_hash
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.registry import Registry
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_tools.graph.graph_check import GraphCheck
from phoenix_tools.graph.observation import observe

TIMEOUT_S = 10.0


class Ear(EventNode):
    transcript = Publishes(events.TRANSCRIPT)
    settings: NodeSettings


class Mind(EventNode):
    settings: NodeSettings

    @subscribes(events.TRANSCRIPT)
    def on_transcript(self, transcript: Transcript) -> None: ...

    @subscribes(events.LED_FRAME)
    def on_frame(self, frame: LedFrame) -> None: ...


REGISTRY = Registry({'ear': Ear, 'mind': Mind})


@pytest.fixture
def namespace():
    """One that nothing else in the domain has, of this test or of another."""
    return f'/toy_{uuid.uuid4().hex[:8]}'


@pytest.fixture
def differ(graph, namespace):
    """Wait until the check of the graph says just this."""
    looking = Node('_graph', namespace=namespace, context=graph.context)

    def wait(*expected, registry=REGISTRY):
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            check = GraphCheck(registry, ('ear', 'mind'), namespace, observe(looking))
            told = check.differences()
            if len(told) == len(expected) and all(map(str.startswith, told, expected)):
                return check
            assert time.monotonic() < deadline, '\n'.join(told)
            time.sleep(0.05)  # DDS tells of nothing, one has to look

    yield wait
    looking.destroy_node()


@pytest.fixture
def add(graph, namespace):
    """Add a node without waiting for it to hear others: here it may not."""

    def make(node_class, start=True, namespace=namespace):
        node = graph.add(node_class, namespace=namespace, start=False)
        assert not start or graph.call(node.start)

    return make


@pytest.fixture
def toy(add):
    add(Mind)
    add(Ear)


@pytest.fixture
def outside(graph):
    """A node such as `ros2 topic pub` makes, with a participant of its own."""
    context = Context()
    rclpy.init(context=context, domain_id=graph.domain)
    node = Node('_ros2cli_1', context=context)
    yield node
    node.destroy_node()
    context.try_shutdown()


def test_a_toy_as_declared_has_no_difference(toy, differ):
    differ()


def test_without_a_toy_one_line_says_so(differ, namespace):
    differ(
        f'no node of the toy runs in {namespace}; start it with ./phoenix run, '
        'or name its namespace with --namespace'
    )


def test_a_missing_node(add, differ, namespace):
    add(Ear)
    differ(f'mind: does not run in {namespace}; start it, or look in its log for why it ended')


def test_a_node_in_another_namespace(add, differ, namespace):
    add(Ear)
    add(Mind, namespace=f'{namespace}_too')
    differ(
        f'mind: runs as {namespace}_too/mind, outside of {namespace}, where nobody hears it; '
        f'start it with --ros-args -r __ns:={namespace}',
    )


def test_a_second_toy_in_a_namespace_of_its_own_is_no_difference(add, toy, differ, namespace):
    add(Ear, namespace=f'{namespace}_too')
    add(Mind, namespace=f'{namespace}_too')
    differ()


def test_a_node_that_runs_twice(add, toy, differ, namespace):
    add(Ear)
    differ(
        f'ear: runs 2 times as {namespace}/ear; end the other toy, or start it with '
        'namespace:=/ANOTHER'
    )


def test_a_node_that_is_not_configured(add, differ, namespace):
    add(Mind)
    add(Ear, start=False)
    differ(
        'ear: runs, but has none of its topics; it is not configured: look for its faults, then '
        f'ros2 lifecycle set {namespace}/ear configure'
    )


def test_a_publisher_from_outside(toy, outside, differ, namespace):
    outside.create_publisher(Transcript, f'{namespace}/speech/transcript', qos.EVENT)
    differ(
        'speech/transcript: /_ros2cli_1 publishes it from outside, past the rules; end it, or '
        'make it a node that declares TRANSCRIPT'
    )


def test_who_listens_from_outside_matters_where_people_are_heard(toy, outside, differ, namespace):
    outside.create_subscription(Transcript, f'{namespace}/speech/transcript', print, qos.EVENT)
    outside.create_subscription(LedFrame, f'{namespace}/leds/frame', print, qos.LOSSY_STREAM)
    differ(
        'speech/transcript: /_ros2cli_1 hears it from outside, and it is personal; '
        'end it unless you know it'
    )


@pytest.mark.parametrize(
    ('policy', 'why'),
    [
        (
            {'durability': DurabilityPolicy.TRANSIENT_LOCAL},
            'volatile publisher and transient local subscription',
        ),
        (
            {'reliability': ReliabilityPolicy.BEST_EFFORT},
            'best effort publisher and reliable subscription',
        ),
    ],
)
def test_a_qos_with_which_nothing_arrives(toy, outside, differ, policy, why, namespace):
    profile = QoSProfile(depth=1, **policy)
    if 'durability' in policy:
        outside.create_subscription(Transcript, f'{namespace}/speech/transcript', print, profile)
        who, ends = 'hears', (f'{namespace}/ear', '/_ros2cli_1')
    else:
        outside.create_publisher(Transcript, f'{namespace}/speech/transcript', profile)
        who, ends = 'publishes', ('/_ros2cli_1', f'{namespace}/mind')
    differ(
        f'speech/transcript: /_ros2cli_1 {who} it from outside',
        f'speech/transcript: nothing that {ends[0]} publishes reaches {ends[1]} ({why}); '
        'use what the catalogue says: reliable, volatile',
    )


def test_a_node_whose_qos_is_not_that_of_the_catalogue(toy, differ):
    changed = replace(events.TRANSCRIPT, qos=qos.LATCHED_EVENT)

    class NewEar(EventNode):
        transcript = Publishes(changed)
        settings: NodeSettings

    class NewMind(EventNode):
        settings: NodeSettings

        @subscribes(changed)
        def on_transcript(self, transcript: Transcript) -> None: ...

        @subscribes(events.LED_FRAME)
        def on_frame(self, frame: LedFrame) -> None: ...

    registry = Registry({'ear': NewEar, 'mind': NewMind}, catalogue=[])
    differ(
        'speech/transcript: ear publishes volatile, the catalogue says transient local; '
        'restart the toy',
        'speech/transcript: mind subscribes volatile, the catalogue says transient local',
        registry=registry,
    )


def test_another_type_on_a_topic(toy, outside, differ, namespace):
    outside.create_publisher(String, f'{namespace}/speech/transcript', 1)
    differ(
        'speech/transcript: /_ros2cli_1 publishes std_msgs/msg/String there, the catalogue says '
        'phoenix_msgs/msg/Transcript; end it, or give it the right type',
        'speech/transcript: /_ros2cli_1 publishes it from outside',
    )


@pytest.mark.parametrize(
    ('topic', 'why'),
    [
        ('{}/speech/transcrpt', 'no event is there'),
        ('{}_too/speech/transcript', 'that is outside of {}'),
    ],
)
def test_a_topic_where_nobody_hears_it(toy, outside, differ, namespace, topic, why):
    topic = topic.format(namespace)
    outside.create_publisher(Transcript, topic, 1)
    differ(
        f'{topic}: /_ros2cli_1 publishes phoenix_msgs/msg/Transcript, but '
        f'{why.format(namespace)}; the topic of TRANSCRIPT is {namespace}/speech/transcript'
    )


def test_running_code_that_is_not_the_installed_one(toy, differ):
    class OtherMind(EventNode):
        transcript = Publishes(events.TRANSCRIPT)
        settings: NodeSettings

        @subscribes(events.LED_FRAME)
        def on_frame(self, frame: LedFrame) -> None: ...

    class OtherEar(EventNode):
        settings: NodeSettings

    nodes = {'ear': OtherEar, 'mind': OtherMind}
    differ(
        'speech/transcript: mind does not publish it, though it declares to; the running code is '
        'another than the installed one: restart the toy',
        'speech/transcript: ear publishes it, though it does not declare TRANSCRIPT',
        'speech/transcript: mind hears it, though it does not declare TRANSCRIPT',
        registry=Registry(nodes),
    )


def test_the_same_type_with_another_definition(toy, differ, namespace):
    check = differ()
    seen = check._seen
    assert {
        end.type_hash for end in seen.endpoints if end.topic == f'{namespace}/speech/transcript'
    } == {type_hash(Transcript)}
    other = 'RIHS01_' + '0' * 64
    ends = tuple(
        replace(end, type_hash=other)
        if (end.node, end.topic) == (f'{namespace}/ear', f'{namespace}/speech/transcript')
        else end
        for end in seen.endpoints
    )
    [line] = GraphCheck(
        REGISTRY, ('ear', 'mind'), namespace, replace(seen, endpoints=ends)
    ).differences()
    assert line == (
        f'speech/transcript: {namespace}/ear publishes another definition of '
        f'phoenix_msgs/msg/Transcript (RIHS01_00000000, here {type_hash(Transcript)[:15]}); '
        'build it with the same .msg file and restart it'
    )
