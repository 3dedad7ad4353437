"""The toy live in Foxglove: asked as the app asks, by its protocol over a WebSocket."""

import json
import struct
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from phoenix_msgs.msg import ActivityState, TouchEvent, Transcript
from rclpy.serialization import deserialize_message
from websockets.sync.client import connect

from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.testing.graph import decide
from phoenix_home.foxglove.node import Foxglove

PROTOCOL = 'foxglove.sdk.v1'
MESSAGE = 1  # the first byte of a binary message with data


class App:
    """The Foxglove app: it subscribes to topics, and reads what comes."""

    def __init__(self, socket):
        self._socket = socket
        self.channels = {}
        self._topics = {}

    def look_at(self, *topics):
        while not set(topics) <= self.channels.keys():
            told = json.loads(self._socket.recv(timeout=10))
            if told['op'] == 'advertise':
                self.channels |= {one['topic']: one for one in told['channels']}
        wanted = []
        for topic in topics:
            number = len(self._topics) + 1
            self._topics[number] = topic
            wanted.append({'id': number, 'channelId': self.channels[topic]['id']})
        self._socket.send(json.dumps({'op': 'subscribe', 'subscriptions': wanted}))

    def read(self, kind):
        """Return the topic and the message of the next event."""
        while isinstance(data := self._socket.recv(timeout=10), str) or data[0] != MESSAGE:
            pass
        (number,) = struct.unpack_from('<I', data, 1)
        return self._topics[number], deserialize_message(data[13:], kind)


@contextmanager
def app(toy):
    with connect(f'ws://127.0.0.1:{toy.port}', subprotocols=[PROTOCOL]) as socket:
        yield App(socket)


@pytest.fixture
def probe(graph):
    return graph.probe(publishes=[events.TRANSCRIPT, events.ACTIVITY_STATE], records=[])


@pytest.fixture
def toy(graph, probe):
    return graph.add(Foxglove, parameters={'port': 0})


def allow(graph, *names):
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=list(names)))


def wait_for_reader(graph, toy, event):
    while not toy._channels[event].has_sinks():
        graph.call(lambda: None)


def test_it_shows_what_happens_as_a_bag_holds_it(graph, probe, toy):
    allow(graph, 'foxglove')
    probe.publish(events.ACTIVITY_STATE, activity='story', phase=ActivityState.SPEAKING)
    with app(toy) as foxglove:
        foxglove.look_at('/phoenix/activity/state')
        topic, state = foxglove.read(ActivityState)  # though it was published before
        assert (topic, state.activity) == ('/phoenix/activity/state', 'story')
        foxglove.look_at('/phoenix/speech/transcript')
        kind, source = Transcript.FINAL, Transcript.SPOKEN
        wait_for_reader(graph, toy, events.TRANSCRIPT)
        cause = probe.publish(events.TRANSCRIPT, kind=kind, source=source, text='hello')
        topic, transcript = foxglove.read(Transcript)
        assert (topic, transcript.text) == ('/phoenix/speech/transcript', 'hello')
        assert transcript.header.trace_id == cause.trace_id
        channel = foxglove.channels['/phoenix/speech/transcript']
        assert channel['encoding'] == 'cdr'
        assert channel['schemaName'] == 'phoenix_msgs/msg/Transcript'
        assert channel['schemaEncoding'] == 'ros2msg'
        assert 'MSG: phoenix_msgs/EventHeader' in channel['schema']


def test_there_is_no_sound(toy):
    with app(toy) as foxglove:
        foxglove.look_at('/phoenix/sensors/touch')
        assert not [topic for topic in foxglove.channels if '/audio/' in topic and 'put' in topic]


def test_without_a_parents_yes_there_is_nothing_to_see(graph, probe, toy):
    with app(toy) as foxglove:
        foxglove.look_at('/phoenix/sensors/touch')
        wait_for_reader(graph, toy, events.TOUCH)
        for pad, allowed in (('head', ()), ('belly', ('foxglove',))):
            allow(graph, *allowed)
            graph.call(partial(toy.on_event, events.TOUCH, TouchEvent(pad=pad)))
        assert foxglove.read(TouchEvent)[1].pad == 'belly'
