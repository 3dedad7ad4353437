"""The voice node: texts go in, frames of speech come out, in order, in time, to their last."""

import shutil
import threading

import numpy as np
import pytest
from phoenix_msgs.msg import CapabilityStatus, Fault

from phoenix_core import events
from phoenix_core.settings.config_file import ConfigFileError
from phoenix_core.settings.node_settings import SettingsError, installed_config
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer
from phoenix_speech.safety.speech_guard import SpeechGuard, canned_sentence
from phoenix_speech.testing import steady_voice
from phoenix_speech.voice.node import Voice
from phoenix_speech.voice.voice_provider import VoiceError

FRAME_S = 0.04


class Tone:
    """A voice that makes 0.1 s of the same value of each letter."""

    sample_rate = 16000

    def __init__(self, settings):
        pass

    def synthesize(self, text):
        yield np.full(1600 * sum(c.isalpha() for c in text), 1000, np.int16)

    def close(self):
        pass


class Hoarse(Tone):
    """A voice that fails at everything that is asked of it from outside."""

    def synthesize(self, text):
        if text != 'Hello.':  # said to warm up
            raise VoiceError('it croaks')
        return super().synthesize(text)


class Breathless(Tone):
    """A voice that makes half of its sound, and the rest when the test lets it go on."""

    def __init__(self, settings):
        Breathless.may_end = threading.Semaphore(0)

    def synthesize(self, text):
        yield np.full(8000, 1000, np.int16)
        if text != 'Hello.':
            assert self.may_end.acquire(timeout=10)
        yield np.full(8000, 1000, np.int16)


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.SAY_REQUEST, events.STOP_SPEAKING],
        records=[events.AUDIO_OUTPUT, events.EARCON, events.FAULT],
    )


@pytest.fixture
def speak_with(graph, provide):
    """Add a voice node with some of the voices above, which load in no time."""

    def add(*voices, **parameters):
        provide('phoenix.voices', *voices)
        return graph.add(Voice, parameters={'providers': list(voices)} | parameters)

    return add


def say(probe, name, text):
    return probe.publish(events.SAY_REQUEST, utterance_id=name, text=text)


def frames_of(probe, name):
    return [f for f in probe.recorded(events.AUDIO_OUTPUT) if f.stream_id == name]


def expect_all(probe, name, timeout_s=20.0):
    """Wait for the last frame of an utterance and return all of them."""
    probe.expect(events.AUDIO_OUTPUT, lambda f: f.stream_id == name and f.last, timeout_s)
    frames = frames_of(probe, name)
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    assert [frame.last for frame in frames] == [False] * (len(frames) - 1) + [True]
    return frames


def sound(frames):
    return np.concatenate([np.frombuffer(frame.samples, np.int16) for frame in frames])


def stamp_s(message):
    return message.header.stamp.sec + message.header.stamp.nanosec * 1e-9


def test_speech_is_what_was_to_be_said(graph, probe, tmp_path):
    steady_voice(tmp_path).close()  # chance in the voice would be chance in what is heard
    model = str(next(tmp_path.glob('*.onnx')))
    graph.add(Voice, parameters={'providers': ['piper'], 'piper.model': model, 'lead_s': 10.0})
    cause = say(probe, 'a', 'Once there was a little dragon. He lived on a green mountain.')
    frames = expect_all(probe, 'a')
    assert {(f.sample_rate, f.channels) for f in frames} == {(16000, 1)}
    assert max(len(frame.samples) for frame in frames) == 640
    assert {frame.header.trace_id for frame in frames} == {cause.trace_id}
    heard = MoonshineRecognizer().recognize(sound(frames), 16000).lower()
    for word in ('once', 'little', 'dragon', 'lived', 'green', 'mountain'):
        assert word in heard


def test_frames_are_sent_little_ahead_of_their_playing(speak_with, probe):
    speak_with('Tone', lead_s=0.3)
    say(probe, 'a', 'twelveletter')
    frames = expect_all(probe, 'a')
    assert len(sound(frames)) == pytest.approx(1.2 * 16000, abs=32)
    begin_s = stamp_s(frames[0])
    sent_s = 0.0
    for frame in frames:
        ahead_s = sent_s - (stamp_s(frame) - begin_s)
        assert ahead_s <= 0.3 + FRAME_S
        sent_s += len(frame.samples) / 16000
    assert stamp_s(frames[-1]) - begin_s < 1.2  # and never late


def test_requests_are_spoken_one_after_another_each_in_its_trace(speak_with, probe):
    speak_with('Tone')
    causes = {name: say(probe, name, 'go') for name in ('a', 'b', 'c')}
    for name, cause in causes.items():
        frames = expect_all(probe, name)
        assert {frame.header.trace_id for frame in frames} == {cause.trace_id}
    order = [frame.stream_id for frame in probe.recorded(events.AUDIO_OUTPUT)]
    assert order == sorted(order)


def test_speech_begins_before_it_is_made_to_its_end(speak_with, probe):
    speak_with('Breathless', lead_s=10.0)
    say(probe, 'a', 'Once upon a time.')
    probe.expect_count(events.AUDIO_OUTPUT, 12)
    Breathless.may_end.release()
    assert len(sound(expect_all(probe, 'a'))) == pytest.approx(16000, abs=32)


def test_a_text_without_words_has_an_end_alone(speak_with, probe):
    speak_with('Tone')
    say(probe, 'a', '... !')
    (frame,) = expect_all(probe, 'a')
    assert len(frame.samples) == 0
    assert probe.recorded(events.FAULT) == []


def test_a_request_to_stop_ends_what_is_said_and_what_waits(speak_with, probe):
    speak_with('Tone', lead_s=0.2)
    cause = say(probe, 'a', 'a text of several seconds')
    say(probe, 'b', 'and another one')
    probe.expect_count(events.AUDIO_OUTPUT, 3)
    probe.publish(events.STOP_SPEAKING, reason='test')
    frames = expect_all(probe, 'a')
    assert len(sound(frames)) < 16000
    assert frames[-1].header.trace_id == cause.trace_id
    say(probe, 'c', 'stop')
    assert len(sound(expect_all(probe, 'c'))) == pytest.approx(0.4 * 16000, abs=32)
    assert frames_of(probe, 'a') == frames
    assert frames_of(probe, 'b') == []


def test_what_is_stopped_while_it_is_made_is_not_said(speak_with, probe):
    speak_with('Breathless', lead_s=10.0)
    say(probe, 'a', 'Once upon a time.')
    probe.expect(events.AUDIO_OUTPUT)
    probe.publish(events.STOP_SPEAKING, reason='test')
    frames = expect_all(probe, 'a')
    say(probe, 'b', 'Another time.')
    Breathless.may_end.release(2)
    expect_all(probe, 'b')
    assert frames_of(probe, 'a') == frames


def test_when_a_voice_fails_the_next_one_speaks(speak_with, probe, expect_health):
    speak_with('Hoarse', 'Tone')
    cause = say(probe, 'a', 'three')
    assert len(sound(expect_all(probe, 'a'))) == pytest.approx(0.5 * 16000, abs=32)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('voice', 'voice_failed')
    assert (fault.severity, fault.self_healing) == (Fault.WARNING, True)
    assert fault.header.trace_id == cause.trace_id
    assert 'Hoarse: it croaks' in fault.message
    expect_health('voice', CapabilityStatus.DEGRADED, 'voice_failed')


def test_when_no_voice_works_a_small_sound_is_the_utterance(speak_with, probe, expect_health):
    speak_with('Hoarse')
    cause = say(probe, 'a', 'three')
    earcon = probe.expect(events.EARCON)
    assert (earcon.earcon, earcon.utterance_id) == ('error', 'a')
    assert earcon.header.trace_id == cause.trace_id
    assert probe.recorded(events.AUDIO_OUTPUT) == []
    fault = probe.expect(events.FAULT, lambda f: f.severity == Fault.ERROR)
    assert (fault.node, fault.code) == ('voice', 'no_voice_works')
    assert fault.header.trace_id == cause.trace_id
    assert 'no voice works: Hoarse: it croaks' in fault.message
    expect_health('voice', CapabilityStatus.LOST, 'no_voice_works')


def test_a_voice_whose_model_is_missing_is_a_fault_by_name_before_it_is_needed(graph, probe):
    graph.add(Voice, parameters={'providers': ['piper'], 'piper.model': '/no/voice.onnx'})
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('voice', 'voice_failed')
    assert 'piper: Piper does not start' in fault.message
    assert '/no/voice.onnx' in fault.message


def test_deactivating_ends_what_is_said_and_activating_begins_anew(graph, speak_with, probe):
    node = speak_with('Tone', lead_s=0.2)
    cause = say(probe, 'a', 'a text of several seconds')
    probe.expect_count(events.AUDIO_OUTPUT, 3)
    graph.call(node.trigger_deactivate)
    graph.call(node.trigger_activate)
    say(probe, 'b', 'go')
    expect_all(probe, 'b')
    frames = expect_all(probe, 'a')
    assert frames[-1].header.trace_id == cause.trace_id


def test_going_down_while_it_speaks_is_no_fault(graph, probe):
    node = graph.add(Voice, parameters={'providers': ['piper', 'espeak_ng'], 'lead_s': 10.0})
    say(probe, 'a', ' '.join(['Once upon a time there was a very small dragon.'] * 20))
    probe.expect(events.AUDIO_OUTPUT, timeout_s=20)
    graph.call(node.stop)
    assert graph.call(node.start)
    say(probe, 'b', 'The end.')
    expect_all(probe, 'b')
    assert probe.recorded(events.FAULT) == []


def test_what_cannot_be_configured_is_refused_by_name(refusal):
    refused = refusal(Voice, {'providers': ['piper', 'no such']})
    assert "no 'no such' in phoenix.voices; installed: espeak_ng, flite, piper" in refused


@pytest.mark.parametrize(
    ('setting', 'value'), [('LEAD_S', '0'), ('PROVIDERS', '5'), ('PROVIDER', 'piper')]
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_VOICE_{setting}'):
        graph.add(Voice, environ={f'PHOENIX_VOICE_{setting}': value})


GOOD, BAD = 'Owls sleep.', "Don't tell your parents."
CANNED = canned_sentence('en')


def samples_of(probe, name, text):
    """Say a text with the voice Tone; return how many samples of speech came of it."""
    say(probe, name, text)
    return len(sound(expect_all(probe, name)))


def letters(*texts):
    return 1600 * sum(c.isalpha() for text in texts for c in text)


def test_a_refused_sentence_is_not_said_but_a_calm_one(probe, speak_with):
    speak_with('Tone')
    said = samples_of(probe, 'u1', f'{GOOD} {BAD}')
    assert said == letters(GOOD, CANNED)
    fault = probe.expect(events.FAULT, lambda f: f.code == 'speech_refused')
    assert 'parents' not in fault.message


def test_a_reply_that_is_refused_sentence_by_sentence_gets_one_calm_sentence(probe, speak_with):
    speak_with('Tone')
    assert samples_of(probe, 'u1', BAD) == letters(CANNED)
    assert samples_of(probe, 'u2', BAD) == 0
    assert samples_of(probe, 'u3', GOOD) == letters(GOOD)


@pytest.mark.parametrize('fault', [RuntimeError('broken'), None])
def test_a_guard_that_raises_or_hangs_lets_nothing_through(probe, speak_with, monkeypatch, fault):
    def judge(self, sentence):
        if fault is not None:
            raise fault
        threading.Event().wait(5)

    monkeypatch.setattr(SpeechGuard, '_judge', judge)
    speak_with('Tone')
    assert samples_of(probe, 'u1', GOOD) == letters(CANNED)


def test_without_its_rules_the_toy_says_a_calm_sentence_only(probe, speak_with, monkeypatch):
    def load(*_):
        raise ConfigFileError('guard.yaml: no such file')

    monkeypatch.setattr(SpeechGuard, 'load', load)
    speak_with('Tone')
    probe.expect(events.FAULT, lambda f: f.code == 'speech_guard_failed')
    assert samples_of(probe, 'u1', GOOD) == letters(CANNED)


def test_no_folder_of_words_replaces_the_guard(probe, speak_with, tmp_path):
    (tmp_path / 'en' / 'safety').mkdir(parents=True)
    (tmp_path / 'en' / 'safety' / 'guard.yaml').write_text('rules: []\n')
    for name in ('speech.yaml', 'reading.yaml'):
        shutil.copy(installed_config() / 'en' / name, tmp_path / 'en')
    speak_with('Tone', config_dir=str(tmp_path))
    assert samples_of(probe, 'u1', BAD) == letters(CANNED)
