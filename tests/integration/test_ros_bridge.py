"""
The bridge to robots, on a real graph.

The messages are of packages that come with a ROS installation, or from a workspace with packages
of the same names and fields.
"""

import importlib
import json
import threading
from pathlib import Path

import pytest
from phoenix_msgs.msg import Fault, ListeningEvent, NodeStatus, Slot, Transcript
from rclpy.node import Node

from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.testing.graph import decide
from phoenix_home.ros.bridge import RosBridge

PACKAGES = ('hri_msgs', 'hri_actions_msgs', 'audio_common_msgs')


def installed(package):
    try:
        return importlib.import_module(f'{package}.msg')
    except ImportError:
        return None


needs_messages = pytest.mark.skipif(
    not all(map(installed, PACKAGES)), reason=f'not installed here: {", ".join(PACKAGES)}'
)
SETTINGS = {'audio_topic': '/robot/audio', 'requests_topic': '/robot/requests'}


class Robot:
    """A node that knows ROS4HRI and nothing of Phoenix."""

    def __init__(self, graph, probe):
        self._graph, self._executor = graph, probe.executor
        self.received = {}
        self._arrived = threading.Condition()
        graph.call(self._make)

    def _make(self):
        hri, actions, audio = map(installed, PACKAGES)
        self.intent = actions.Intent
        self._node = Node('robot', context=self._graph.context)
        for topic, kind in (
            ('/humans/voices/phoenix/speech', hri.LiveSpeech),
            ('/intents', actions.Intent),
            ('/robot/audio', getattr(audio, 'AudioStamped', None) or audio.AudioDataStamped),
            ('/robot/audio_info', audio.AudioInfo),
        ):
            self.received[topic] = []
            self._node.create_subscription(kind, topic, lambda m, t=topic: self._take(t, m), 10)
        self.requests = self._node.create_publisher(actions.Intent, '/robot/requests', 10)
        self._executor.add_node(self._node)

    def close(self):
        self._executor.remove_node(self._node)
        self._node.destroy_node()

    def _take(self, topic, message):
        with self._arrived:
            self.received[topic].append(message)
            self._arrived.notify_all()

    def expect(self, topic, count=1):
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.received[topic]) >= count, 10)
            return self.received[topic]

    def matched(self, bridge):
        """Wait until both know each other; rclpy passes on no DDS event of a match."""
        pause = threading.Event()
        publishers = (bridge._speech, bridge._intents, bridge._audio)
        for _ in range(500):
            counts = [one.publisher.get_subscription_count() for one in publishers]
            if all([*counts, self.requests.get_subscription_count()]):
                return
            pause.wait(0.02)
        raise AssertionError('the robot and the bridge did not find each other')


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[
            *(events.TRANSCRIPT, events.INTENT_DETECTED),
            *(events.LISTENING, events.AUDIO_INPUT),
        ],
        records=[events.SAY_REQUEST, events.ACTIVITY_REQUEST, events.FAULT, events.NODE_STATUS],
    )


@pytest.fixture
def robot(graph, probe):
    bridge = graph.add(RosBridge, parameters=SETTINGS)
    robot = Robot(graph, probe)
    robot.matched(bridge)
    yield robot
    graph.call(robot.close)


def allow(graph, *names):
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=list(names)))


def talk(probe, text='turn on the light'):
    spoken = {'source': Transcript.SPOKEN}
    probe.publish(events.TRANSCRIPT, kind=Transcript.PARTIAL, text='turn on', **spoken)
    probe.publish(events.TRANSCRIPT, kind=Transcript.FINAL, text=text, **spoken)
    slots = [Slot(name='color', value='red')]
    probe.publish(events.INTENT_DETECTED, name='light', slots=slots, confidence=1.0, text=text)


def hear(probe, sequence=0):
    probe.publish(
        events.AUDIO_INPUT, stream_id='m', sequence=sequence, sample_rate=16000, channels=1,
        samples=[5] * 640,
    )  # fmt: skip


@needs_messages
def test_a_robot_gets_words_and_intents_with_a_parents_yes_alone(graph, probe, robot):
    talk(probe, 'a secret')
    probe.publish(events.LISTENING, kind=ListeningEvent.OPENED)
    hear(probe)
    allow(graph, 'ros_bridge')
    talk(probe)
    partial, final = robot.expect('/humans/voices/phoenix/speech', 2)
    assert (partial.incremental, final.final, final.locale) == (
        'turn on',
        'turn on the light',
        'en',
    )
    [intent] = robot.expect('/intents')
    assert intent.modality == robot.intent.MODALITY_SPEECH
    assert (intent.intent, json.loads(intent.data)) == ('light', {'color': 'red'})
    assert robot.received['/robot/audio'] == []


@needs_messages
def test_a_robot_gets_the_sound_of_the_open_ear_alone(graph, probe, robot):
    allow(graph, 'ros_bridge')
    hear(probe)
    probe.publish(events.LISTENING, kind=ListeningEvent.OPENED)
    probe.publish(events.LISTENING, kind=ListeningEvent.CANCELLED)
    hear(probe)
    probe.publish(events.LISTENING, kind=ListeningEvent.OPENED)
    graph.call(lambda: None)
    sequence = 0
    while not robot.received['/robot/audio']:  # the two topics come on ways of their own
        sequence += 1
        hear(probe, sequence)
        graph.call(lambda: None)
    [audio, *_] = robot.received['/robot/audio']
    if hasattr(audio.audio, 'info'):
        info = audio.audio.info
        assert (info.format, info.rate, info.chunk) == (8, 16000, 640)
    else:
        assert bytes(audio.audio.data) == b'\5\0' * 640
        [info] = robot.expect('/robot/audio_info')
        assert (info.sample_format, info.sample_rate, info.channels) == ('S16LE', 16000, 1)


@needs_messages
def test_a_robot_asks_the_toy_to_say_and_to_do_something(probe, robot):
    say = json.dumps({'object': 'Hello.'})
    robot.requests.publish(robot.intent(intent='__intent_say__', data=say))
    assert probe.expect(events.SAY_REQUEST).text == 'Hello.'
    timer = json.dumps({'object': 'timer', 'duration': 60})
    robot.requests.publish(robot.intent(intent='__intent_start_activity__', data=timer))
    assert probe.expect(events.ACTIVITY_REQUEST).activity == 'timer'
    robot.requests.publish(robot.intent(intent='__intent_move_to__', data='{"goal": "kitchen"}'))
    fault = probe.expect(events.FAULT, lambda fault: fault.code == 'request_refused')
    assert 'kitchen' not in fault.message


@pytest.mark.skipif(bool(installed('hri_msgs')), reason='hri_msgs is installed here')
def test_without_the_packages_the_bridge_says_so_and_stays_down(graph, probe):
    bridge = graph.add(RosBridge, start=False)
    assert not graph.call(bridge.start)
    fault = probe.expect(events.FAULT)
    assert fault.severity == Fault.FATAL and 'ros-jazzy-hri-msgs' in fault.message
    probe.expect(events.NODE_STATUS, lambda status: status.state == NodeStatus.UNCONFIGURED)
