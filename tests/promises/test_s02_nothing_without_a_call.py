"""S2: nothing goes to the recognizer without a call, or a visible window of at most 8 s."""

import numpy as np
import pytest
from phoenix_msgs.msg import ActivityState, ListeningEvent, ListenRequest

from phoenix_audio.wav import WavWriter, read_wav
from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_speech.listening.node import FOLLOW_UP_S
from phoenix_tools.bags.scripted_session import ScriptedSession

RATE = 16000
LIGHT_S = 0.15  # from the opening of the ear to its light
START_NS = 1_790_000_000 * 1_000_000_000  # a September morning in UTC
SETTINGS = {
    'activities': {'seed': 11, 'state_file': ''},
    'conversation': {'providers': ['scripted'], 'seed': 11},
    # Of a call, nothing but whole sentences; of what follows up, there is nothing else.
    'listener': {'provider': 'Witness', 'second_opinion': '', 'partial_interval_s': 0.0},
}


class Witness:
    """A recognizer that notes how long what it was given is [s]."""

    given: list = []

    def __init__(self, settings):
        pass

    def recognize(self, samples, sample_rate):
        self.given.append(len(samples) / sample_rate)
        return 'the day was long and the road was dusty'


@pytest.fixture
def script(provide):
    provide('phoenix.recognizers', 'Witness')
    Witness.given.clear()
    with ScriptedSession(acting_nodes(), SETTINGS, START_NS) as script:
        yield script


@pytest.fixture
def recording(samples, tmp_path):
    """Make a recording of some of samples/, one after another with a pause between."""

    def make(*names):
        pause = np.zeros(round(0.8 * RATE), np.int16)
        parts = [part for name in names for part in (read_wav(samples / f'{name}.wav'), pause)]
        path = tmp_path / f'{len(list(tmp_path.iterdir()))}.wav'
        with WavWriter(path, RATE) as writer:
            writer.write(np.concatenate(parts))
        return path

    return make


def happened(script, event, kind=None):
    """Return the messages of an event, with the simulated time of each [s]."""
    return [
        (one.time_ns / 1e9, one.message)
        for one in script.person.events
        if one.event is event and kind in (None, getattr(one.message, 'kind', None))
    ]


def test_what_is_said_without_a_call_reaches_no_recognizer(script, recording):
    script.person.play(recording(*['austen_0880'] * 8, *['go_forward_ten_meters'] * 4))
    script.wait(60)
    assert Witness.given == []
    assert happened(script, events.LISTENING) == []


@pytest.mark.long
def test_an_audiobook_after_a_question_is_listened_to_three_times(script, recording):
    """Nine transcripts in 70 s, once."""
    script.person.play(recording('hey_jarvis', 'go_forward_ten_meters', *['austen_0880'] * 30))
    script.wait(120)
    opened = happened(script, events.LISTENING, ListeningEvent.OPENED)
    assert 1 <= len(opened) <= 4  # the call, and three follow-ups
    follow_ups = happened(script, events.LISTEN_REQUEST, ListenRequest.FOLLOW_UP)
    assert len(follow_ups) == len(opened) - 1
    assert 1 <= len(Witness.given) <= 4
    assert all(seconds <= FOLLOW_UP_S for seconds in Witness.given[1:])
    last_s = opened[-1][0]
    assert last_s - opened[0][0] < 75
    states = happened(script, events.ACTIVITY_STATE)
    assert states[-1][1].phase == ActivityState.RESTING
    # Each window is visible: the ear light is bright soon after its opening (S3).
    frames = happened(script, events.LED_FRAME)
    for at_s, _ in opened:
        soon = [frame for frame_s, frame in frames if at_s <= frame_s <= at_s + LIGHT_S]
        assert max(max(frame.rgb[-3:]) for frame in soon) >= 200


def test_a_touch_opens_the_ear_and_silence_closes_it_within_eight_seconds(script):
    script.person.touch('head')
    script.wait(30)
    opened = happened(script, events.LISTENING, ListeningEvent.OPENED)
    closed = happened(script, events.LISTENING, ListeningEvent.NO_SPEECH)
    assert len(opened) == len(closed) == 2  # the touch, and "say it again"
    for (begin_s, _), (end_s, _) in zip(opened, closed, strict=True):
        assert end_s - begin_s <= FOLLOW_UP_S
    assert Witness.given == []
