"""The whole toy on simulated time: how soon what was said counts as all."""

import numpy as np
import pytest
from phoenix_msgs.msg import ListeningEvent, Transcript, UserSpeech

from phoenix_audio.wav import WavWriter, read_wav
from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_core.clock.units import nanoseconds
from phoenix_tools.bags.scripted_session import ScriptedSession

RATE = 16000
START_NS = 1_790_000_000 * 1_000_000_000  # a September morning in UTC
SETTINGS = {
    'activities': {'seed': 11, 'state_file': ''},
    'conversation': {'providers': ['scripted'], 'seed': 11},
    'listener': {'provider': 'Told', 'second_opinion': '', 'partial_interval_s': 0.0},
}
FRAME_S, WINDOW_S = 0.04, 0.032  # of the microphone, of voice activity


class Told:
    """A recognizer that is told what is said, up to each pause."""

    texts: list = []
    given: list = []

    def __init__(self, settings):
        pass

    def recognize(self, samples, sample_rate):
        self.given.append(len(samples) / sample_rate)
        return self.texts[min(len(self.given), len(self.texts)) - 1]


@pytest.fixture
def hear(provide, samples, tmp_path):
    """Let the toy hear "hey Jarvis" and a sentence with pauses [s] in it; return what happened."""
    provide('phoenix.recognizers', 'Told')

    def run(texts, pauses=(), **listener):
        Told.texts, Told.given = list(texts), []
        # Of the recording, one piece of speech without a pause.
        speech = read_wav(samples / 'turn_on_the_living_room_light.wav')[2560:24000]
        parts = [read_wav(samples / 'hey_jarvis.wav'), np.zeros(RATE // 4, np.int16), speech]
        for pause_s in pauses:
            parts += [np.zeros(round(pause_s * RATE), np.int16), speech]
        path = tmp_path / 'said.wav'
        with WavWriter(path, RATE) as writer:
            writer.write(np.concatenate(parts))
        settings = {**SETTINGS, 'listener': {**SETTINGS['listener'], **listener}}
        with ScriptedSession(acting_nodes(), settings, START_NS) as script:
            script.person.play(path)
            script.wait_until_at_rest()
            return list(script.person.events)

    return run


def told(happened):
    """Return the final transcripts, and the silence after which each was told [s]."""
    found, end_ns = [], 0
    for one in happened:
        if one.event is events.USER_SPEECH and one.message.kind == UserSpeech.ENDED:
            end_ns = nanoseconds(one.message.header.stamp)
        elif one.event is events.TRANSCRIPT and one.message.kind == Transcript.FINAL:
            found.append((one.message.text, (one.time_ns - end_ns) / 1e9))
    return found


@pytest.mark.parametrize(
    ('text', 'silence_s'),
    [
        ('Turn up the volume.', 0.25),
        ('Why do penguins not fly?', 0.7),
        ('Turn on the', 1.25),
        pytest.param('Turn on the light.', 0.35, marks=pytest.mark.long),
        pytest.param('My brother.', 1.25, marks=pytest.mark.long),
    ],
)
def test_the_silence_that_ends_speech_depends_on_what_was_said(hear, text, silence_s):
    ((heard, waited_s),) = told(hear([text]))
    assert heard == text
    assert silence_s <= waited_s <= silence_s + WINDOW_S + 2 * FRAME_S


@pytest.mark.long
@pytest.mark.parametrize('text', ['Why do penguins not fly?', 'Set a timer for ten minutes.'])
def test_for_the_patient_all_but_a_whole_sentence_takes_longer(hear, text):
    ((_, waited_s),) = told(hear([text], patience_s=1.25))
    assert 1.25 <= waited_s <= 1.25 + WINDOW_S + 2 * FRAME_S


def test_a_pause_in_the_middle_of_a_sentence_does_not_end_it(hear):
    texts = ['Set a timer for ten', 'Set a timer for ten minutes.']
    happened = hear(texts, pauses=[1.0])
    assert [text for text, _ in told(happened)] == ['Set a timer for ten minutes.']
    opened = [
        one
        for one in happened
        if one.event is events.LISTENING and one.message.kind == ListeningEvent.OPENED
    ]
    assert len(opened) == 1
