"""The actions Say and Listen, asked by a plain ROS node with rclpy's own client."""

import threading
from pathlib import Path

import pytest
from action_msgs.msg import GoalStatus
from phoenix_msgs.action import Listen, Say
from phoenix_msgs.msg import ListeningEvent, ListenRequest, PlaybackEvent, Transcript
from rclpy.action import ActionClient
from rclpy.node import Node

from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_core.testing.graph import decide
from phoenix_home.ros.actions import RosActions

WAIT_S = 10


class Client:
    """A ROS node that knows nothing of Phoenix but its actions."""

    def __init__(self, graph, probe):
        self._graph = graph
        self._executor = probe.executor
        self.feedback = []
        self._told = threading.Condition()
        graph.call(self._make)
        assert self._say.wait_for_server(WAIT_S) and self._listen.wait_for_server(WAIT_S)

    def _make(self):
        self._node = Node('stranger', context=self._graph.context)
        self._say = ActionClient(self._node, Say, '/phoenix/say')
        self._listen = ActionClient(self._node, Listen, '/phoenix/listen')
        self._executor.add_node(self._node)

    def close(self):
        self._executor.remove_node(self._node)
        self._say.destroy()
        self._listen.destroy()
        self._node.destroy_node()

    def send(self, goal):
        client = self._say if isinstance(goal, Say.Goal) else self._listen
        return self._done(lambda: client.send_goal_async(goal, feedback_callback=self._feedback))

    def result(self, handle):
        answer = self._done(handle.get_result_async)
        return answer.status, answer.result

    def cancel(self, handle):
        return self._done(handle.cancel_goal_async)

    def expect_feedback(self, fits):
        with self._told:
            assert self._told.wait_for(lambda: any(map(fits, self.feedback)), WAIT_S)

    def _feedback(self, message):
        with self._told:
            self.feedback.append(message.feedback)
            self._told.notify_all()

    def _done(self, begin):
        done = threading.Event()
        future = self._graph.call(begin)
        future.add_done_callback(lambda future: done.set())
        assert done.wait(WAIT_S)
        return future.result()


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.AUDIO_PLAYBACK, events.LISTENING, events.TRANSCRIPT],
        records=[events.SAY_REQUEST, events.STOP_SPEAKING, events.LISTEN_REQUEST],
    )


@pytest.fixture
def client(graph, probe):
    graph.add(RosActions)
    client = Client(graph, probe)
    yield client
    graph.call(client.close)


def play(probe, utterance_id, kind, position_s=0.0):
    probe.publish(
        events.AUDIO_PLAYBACK, kind=kind, utterance_id=utterance_id, position_s=position_s
    )


def test_what_is_to_be_said_goes_to_the_voice_and_its_end_comes_back(client, probe):
    goal = client.send(Say.Goal(text='Hello.'))
    said = probe.expect(events.SAY_REQUEST, lambda request: request.text == 'Hello.')
    play(probe, said.utterance_id, PlaybackEvent.STARTED)
    client.expect_feedback(lambda feedback: feedback.speaking)
    play(probe, said.utterance_id, PlaybackEvent.FINISHED, 0.5)
    status, result = client.result(goal)
    assert (status, result.outcome) == (GoalStatus.STATUS_SUCCEEDED, Say.Result.SPOKEN)
    assert result.position_s == 0.5
    assert len(said.header.trace_id) == 32 and not said.header.parent_span_id


def test_a_goal_is_cancelled_and_the_next_has_a_trace_of_its_own(client, probe):
    first = client.send(Say.Goal(text='One.'))
    second = client.send(Say.Goal(text='Two.'))
    one = probe.expect(events.SAY_REQUEST)
    client.cancel(first)
    assert client.result(first)[0] == GoalStatus.STATUS_CANCELED
    probe.expect(events.STOP_SPEAKING)
    two = probe.expect(events.SAY_REQUEST, lambda request: request.text == 'Two.')
    play(probe, two.utterance_id, PlaybackEvent.FINISHED)
    assert client.result(second)[1].outcome == Say.Result.SPOKEN
    assert one.header.trace_id != two.header.trace_id


@pytest.mark.parametrize('text', ['  ', 'x' * 2001])
def test_nothing_and_too_much_is_not_said(client, text):
    assert not client.send(Say.Goal(text=text)).accepted


def test_nobody_gets_words_without_a_parents_yes(client, probe):
    assert not client.send(Listen.Goal()).accepted
    assert probe.recorded(events.LISTEN_REQUEST) == []


def test_an_allowed_node_gets_the_words(graph, client, probe):
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=['ros']))
    goal = client.send(Listen.Goal())
    assert goal.accepted and not client.send(Listen.Goal()).accepted
    asked = probe.expect(events.LISTEN_REQUEST)
    assert asked.kind == ListenRequest.OPEN
    opened = probe.publish(
        events.LISTENING, cause=TraceContext.of(asked.header), kind=ListeningEvent.OPENED
    )
    client.expect_feedback(lambda feedback: feedback.open)
    probe.publish(
        events.TRANSCRIPT,
        cause=opened,
        kind=Transcript.FINAL,
        source=Transcript.SPOKEN,
        text='hello there',
    )
    status, result = client.result(goal)
    assert (status, result.text) == (GoalStatus.STATUS_SUCCEEDED, 'hello there')
