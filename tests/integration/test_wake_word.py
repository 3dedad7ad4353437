"""The wake word node: recorded speech goes in, the wake phrase comes out, once and in time."""

import array
import threading

import numpy as np
import pytest
from phoenix_msgs.msg import CapabilityStatus

from phoenix_audio.wav import read_wav
from phoenix_core import events
from phoenix_core.node.health import TellableError
from phoenix_core.settings.node_settings import SettingsError
from phoenix_speech.wake_word.node import WakeWord

STEP = 480  # samples from score to score
PHRASE_END = round(1.15 * 16000)  # of "hey jarvis" in hey_jarvis.wav


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[events.AUDIO_INPUT, events.AUDIO_PLAYED],
        records=[events.WAKE_WORD_DETECTED, events.AUDIO_PLAYED, events.FAULT],
    )


def detections(probe, count):
    found = probe.expect_count(events.WAKE_WORD_DETECTED, count)
    assert len(probe.recorded(events.WAKE_WORD_DETECTED)) == count
    return found


def test_the_wake_phrase_is_detected_once_where_it_ends(graph, probe, microphone):
    graph.add(WakeWord)
    # Other speech first: had it been taken for the phrase, that would have been told before.
    microphone.play('austen_0880.wav')
    microphone.play('alexa.wav')
    microphone.play('turn_on_the_living_room_light.wav')
    microphone.keep_quiet(1)
    begin = microphone.end
    microphone.play('hey_jarvis.wav')
    microphone.keep_quiet(3)
    first = microphone.end
    microphone.play('hey_jarvis.wav')
    microphone.keep_quiet(1)
    for event, start in zip(detections(probe, 2), (begin, first), strict=True):
        assert event.phrase == 'hey_jarvis'
        assert 0.5 <= event.score <= 1
        assert microphone.position_at(event.header.stamp) - start == pytest.approx(
            PHRASE_END, abs=1600
        )


def test_who_listens_is_told_the_score_of_each_step(graph, probe, microphone, samples):
    node = graph.add(WakeWord)
    microphone.play('hey_jarvis.wav')
    microphone.keep_quiet(1)
    detections(probe, 1)
    assert f'topic="{events.WAKE_WORD_SCORE.topic}"' not in node.metrics.exposition()
    listener = graph.probe(records=[events.WAKE_WORD_SCORE])
    begin = microphone.end

    def since_begin(score):
        return microphone.position_at(score.header.stamp) - begin

    call = read_wav(samples / 'hey_jarvis.wav')
    for end in range(640, len(call), 640):  # one by one: of many at once, the stream loses some
        microphone.send(call[end - 640 : end])
        listener.expect(events.WAKE_WORD_SCORE, lambda s, end=end: since_begin(s) > end - STEP)
    # Besides, those of what was heard before and is scored late.
    told = [one for one in listener.recorded(events.WAKE_WORD_SCORE) if since_begin(one) > 0]
    assert {score.phrase for score in told} == {'hey_jarvis'}
    assert set(np.diff(list(map(since_begin, told)))) == {STEP}
    first = next(score for score in told if score.score > 0.5)
    assert since_begin(first) == pytest.approx(PHRASE_END, abs=2 * 1600)


@pytest.mark.parametrize('patience', [1, 4])
def test_the_stamp_is_the_end_of_the_phrase_however_patient_the_detector_is(
    graph, probe, microphone, patience
):
    graph.add(WakeWord, parameters={'patience': patience})
    microphone.play('hey_jarvis.wav')
    (event,) = detections(probe, 1)
    position = microphone.position_at(event.header.stamp)
    assert position == pytest.approx(PHRASE_END, abs=1600)


def test_every_detection_begins_a_trace(graph, probe, microphone):
    graph.add(WakeWord, parameters={'refractory_s': 0.5})
    for _ in range(2):
        microphone.play('hey_jarvis.wav')
        microphone.keep_quiet(1)
    wakings = detections(probe, 2)
    assert len({event.header.trace_id for event in wakings}) == 2
    assert [event.header.parent_span_id for event in wakings] == ['', '']


def test_several_phrases_at_once(graph, probe, microphone):
    graph.add(WakeWord, parameters={'models': ['hey_jarvis', 'alexa']})
    for name in ('alexa.wav', 'hey_jarvis.wav'):
        microphone.play(name)
        microphone.keep_quiet(2)
    assert [event.phrase for event in detections(probe, 2)] == ['alexa', 'hey_jarvis']


def test_a_phrase_within_the_refractory_time_is_not_told(graph, probe, microphone):
    graph.add(WakeWord, parameters={'refractory_s': 3.0})
    for _ in range(3):
        microphone.play('hey_jarvis.wav')  # at 0, 2 and 4 s
    microphone.keep_quiet(1)
    first, second = detections(probe, 2)
    positions = [microphone.position_at(event.header.stamp) for event in (first, second)]
    assert np.diff(positions) == pytest.approx(4 * 16000, abs=1600)


def test_it_is_deaf_while_inactive_and_begins_anew(graph, probe, microphone):
    node = graph.add(WakeWord)
    graph.call(node.trigger_deactivate)
    microphone.play('hey_jarvis.wav')
    graph.call(node.trigger_activate)
    begin = microphone.end
    microphone.play('hey_jarvis.wav')
    microphone.keep_quiet(1)
    (event,) = detections(probe, 1)
    assert microphone.position_at(event.header.stamp) > begin


def test_frames_of_another_rate_are_refused(graph, probe, microphone):
    graph.add(WakeWord)
    probe.publish(events.AUDIO_INPUT, sample_rate=48000, channels=1, samples=[0] * 640)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('wake_word', 'handler_failed')
    assert '48000 Hz; allowed is 16000' in fault.message
    microphone.play('hey_jarvis.wav')
    microphone.keep_quiet(1)
    detections(probe, 1)


class Moody:
    """An engine that fails at the first loud step, and hears the phrase in the second."""

    step_samples = 640

    def __init__(self, settings):
        self._failed = False

    def scores(self, samples):
        if samples.max() < 1000:
            return [{'hello': 0.0}]
        if not self._failed:
            self._failed = True
            raise RuntimeError('out of memory')
        return [{'hello': 0.9}]

    def reset(self):
        pass


def test_a_failing_engine_is_a_fault_and_the_next_frame_is_heard(
    graph, probe, microphone, provide
):
    provide('phoenix.wake_word_engines', 'Moody')
    graph.add(WakeWord, parameters={'provider': 'Moody'})
    microphone.play('hey_jarvis.wav')
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('wake_word', 'handler_failed')
    assert 'RuntimeError at test_wake_word.py' in fault.message
    assert detections(probe, 1)[0].phrase == 'hello'


class Slow:
    """An engine that takes its time, then hears whatever is loud."""

    step_samples = 640
    may_go_on = threading.Event()

    def __init__(self, settings):
        pass

    def scores(self, samples):
        assert self.may_go_on.wait(30)
        return [{'hello': 0.9 if samples.max() > 1000 else 0.0}]

    def reset(self):
        pass


def test_who_cannot_keep_up_leaves_sound_out_and_says_so(
    graph, probe, microphone, provide, expect_health, monkeypatch
):
    provide('phoenix.wake_word_engines', 'Slow')
    monkeypatch.setattr('phoenix_speech.wake_word.node.BEHIND_S', 3.0)
    Slow.may_go_on.clear()
    node = graph.add(WakeWord, parameters={'provider': 'Slow'})
    microphone.play('hey_jarvis.wav')
    microphone.keep_quiet(3)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('wake_word', 'wake_word_late')
    expect_health('wake_word', CapabilityStatus.DEGRADED, 'wake_word_late')
    Slow.may_go_on.set()
    caught_up = threading.Event()
    graph.call(lambda: node.in_background(caught_up.set))
    assert caught_up.wait(30)
    microphone.keep_quiet(0.1)
    expect_health('wake_word', CapabilityStatus.OK)
    begin = microphone.end
    microphone.play('hey_jarvis.wav')
    microphone.keep_quiet(1)
    (event,) = detections(probe, 1)
    assert microphone.position_at(event.header.stamp) > begin


class GoingDeaf:
    """An engine that hears what is loud, at most for 3 s: its scores stand still from then on."""

    step_samples = 640
    made = 0

    def __init__(self, settings):
        type(self).made += 1
        self._steps = 0
        self._goes_deaf = self.made <= 2  # that of the stream, and that for the toy's own voice

    def scores(self, samples):
        self._steps += 1
        deaf = self._steps > 75 and self._goes_deaf
        heard = 0.0 if deaf else 0.9 if samples.max() > 1000 else self._steps * 1e-6
        return [{'hey_jarvis': heard}]

    def reset(self):
        pass


def test_an_engine_whose_scores_stand_still_is_replaced_when_it_is_deaf(
    graph, probe, microphone, provide
):
    GoingDeaf.made = 0
    provide('phoenix.wake_word_engines', 'GoingDeaf')
    graph.add(WakeWord, parameters={'provider': 'GoingDeaf'})
    microphone.keep_quiet(12)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('wake_word', 'wake_word_deaf')
    assert fault.message == 'does not hear hey_jarvis in the recording of it'
    microphone.play('hey_jarvis.wav')
    microphone.keep_quiet(1)
    assert detections(probe, 1)[0].phrase == 'hey_jarvis'


class Faraway:
    """An engine elsewhere that hears what is loud, while it is there."""

    step_samples = 640
    there = threading.Event()
    ready = threading.Event()  # it was asked, and there

    def __init__(self, settings):
        pass

    def is_ready(self):
        if not self.there.is_set():
            raise TellableError('the server is gone')
        self.ready.set()
        return True

    def scores(self, samples):
        assert self.is_ready()
        return [{'hello': 0.9 if samples.max(initial=0) > 1000 else 0.0}]

    def reset(self):
        pass

    def close(self):
        pass


def test_another_engine_hears_while_one_elsewhere_does_not(
    graph, probe, microphone, provide, expect_health, monkeypatch
):
    for name in ('RETRY_S', 'LONGEST_RETRY_S'):
        monkeypatch.setattr(f'phoenix_speech.wake_word.engine_elsewhere.{name}', 0.1)
    provide('phoenix.wake_word_engines', 'Faraway')
    Faraway.there.set()
    graph.add(WakeWord, parameters={'provider': 'Faraway'})

    def call():
        microphone.play('hey_jarvis.wav')
        microphone.keep_quiet(2)

    call()
    assert detections(probe, 1)[0].phrase == 'hello'
    Faraway.there.clear()
    call()
    assert probe.expect_count(events.WAKE_WORD_DETECTED, 2)[-1].phrase == 'hey_jarvis'
    fault = probe.expect(events.FAULT)
    assert (fault.code, fault.tried) == ('wake_word_replaced', 'hears by microwakeword')
    assert fault.message.endswith('the server is gone')
    expect_health('wake_word', CapabilityStatus.DEGRADED, 'wake_word_replaced')
    Faraway.ready.clear()
    Faraway.there.set()
    while not Faraway.ready.is_set():  # it is asked again while there is sound
        microphone.keep_quiet(0.2)
    call()
    assert probe.expect_count(events.WAKE_WORD_DETECTED, 3)[-1].phrase == 'hello'
    expect_health('wake_word', CapabilityStatus.OK)


def test_what_cannot_be_configured_is_refused_by_name(refusal):
    unknown = refusal(WakeWord, {'provider': 'no such'})
    assert "no 'no such' in phoenix.wake_word_engines" in unknown
    assert 'installed: microwakeword, openwakeword, wyoming' in unknown
    unknown = refusal(WakeWord, {'models': ['hey_phoenix']})
    assert "wake word model 'hey_phoenix': unknown; give one of" in unknown
    assert 'hey_jarvis' in unknown


@pytest.mark.parametrize(
    ('setting', 'value'), [('THRESHOLD', '1.5'), ('PATIENCE', '0'), ('TRESHOLD', '0.5')]
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_WAKE_WORD_{setting}'):
        graph.add(WakeWord, environ={f'PHOENIX_WAKE_WORD_{setting}': value})


def play(probe, sound, stamp):
    """Publish what the toy plays, heard from that time on."""
    probe.publish(
        events.AUDIO_PLAYED,
        stamp=stamp,
        stream_id='reply',
        sample_rate=16000,
        channels=1,
        samples=array.array('h', sound.tobytes()),
    )
    probe.expect(events.AUDIO_PLAYED, lambda played: played.header.stamp == stamp)


def test_the_toys_own_voice_does_not_wake_it(graph, probe, microphone, samples):
    graph.add(WakeWord)
    for name in ('hey_jarvis.wav', 'austen_0880.wav'):
        play(probe, read_wav(samples / name), microphone.time_of(microphone.end))
        begin = microphone.end
        microphone.play('hey_jarvis.wav')
        microphone.keep_quiet(3)
    # Only the second one: there the toy itself said something else.
    (event,) = detections(probe, 1)
    assert microphone.position_at(event.header.stamp) > begin
