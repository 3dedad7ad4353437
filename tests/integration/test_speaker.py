"""The speaker node: what it plays, how it is interrupted, and what it tells of both."""

import array
import wave

import numpy as np
import pytest
from phoenix_msgs.msg import CapabilityStatus, PlaybackEvent, UserSpeech

from phoenix_audio.speaker.node import Speaker
from phoenix_audio.speaker.player import MOST_WAITING_S, SLICE_S
from phoenix_core import events
from phoenix_core.settings.node_settings import SettingsError

STARTED, FINISHED = PlaybackEvent.STARTED, PlaybackEvent.FINISHED
INTERRUPTED = PlaybackEvent.INTERRUPTED
SHORT = np.random.default_rng(2).integers(-9000, 9000, 4000).astype(np.int16)  # 0.25 s
LONG = np.tile(SHORT, 80)  # 20 s
AHEAD = np.tile(SHORT, 4)  # 1 s: what the voice sends at once, in frames of 40 ms


@pytest.fixture
def probe(graph):
    commands = [events.STOP_SPEAKING, events.USER_SPEECH, events.VOLUME]
    return graph.probe(
        publishes=[events.AUDIO_OUTPUT, events.EARCON, *commands],
        records=[events.AUDIO_PLAYED, events.AUDIO_PLAYBACK, events.FAULT, events.VOLUME],
    )


def speak(probe, name, samples, *, rate=16000, last=True, frame=8000):
    """Send an utterance as frames of one trace, whose root is returned."""
    cause = None
    # Frames of half a second: a long utterance must not be longer than the queue of the topic.
    for sequence, start in enumerate(range(0, max(len(samples), 1), frame)):
        context = probe.publish(
            events.AUDIO_OUTPUT,
            cause=cause,
            stream_id=name,
            sequence=sequence,
            sample_rate=rate,
            channels=1,
            last=last and start + frame >= len(samples),
            samples=array.array('h', samples[start : start + frame].tobytes()),
        )
        cause = cause or context
    return cause


def expect(probe, kind, name):
    return probe.expect(events.AUDIO_PLAYBACK, lambda e: e.kind == kind and e.utterance_id == name)


def told(probe):
    return [(e.utterance_id, e.kind) for e in probe.recorded(events.AUDIO_PLAYBACK)]


def stamp_s(message):
    return message.header.stamp.sec + message.header.stamp.nanosec * 1e-9


def in_file(path):
    with wave.open(str(path)) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (16000, 1, 2)
        return np.frombuffer(wav.readframes(wav.getnframes()), np.int16)


def test_an_utterance_starts_and_finishes_in_its_trace(graph, probe, tmp_path):
    graph.add(Speaker, parameters={'simulated.file': str(tmp_path / 'said.wav')})
    cause = speak(probe, 'a', SHORT)
    started, finished = expect(probe, STARTED, 'a'), expect(probe, FINISHED, 'a')
    assert {started.header.trace_id, finished.header.trace_id} == {cause.trace_id}
    assert finished.header.parent_span_id == started.header.span_id
    assert started.position_s == 0
    assert finished.position_s == pytest.approx(0.25)
    assert 0.2 < stamp_s(finished) - stamp_s(started) < 0.6
    assert np.array_equal(in_file(tmp_path / 'said.wav')[: len(SHORT)], SHORT)


def test_the_end_of_another_utterance_is_not_waited_for_in_a_queue(graph, probe):
    graph.add(Speaker)
    speak(probe, 'a', SHORT)
    speak(probe, 'b', SHORT)
    assert expect(probe, STARTED, 'b').header.queued_s < 0.2  # the other takes 0.25 s


def test_utterances_are_played_one_after_another(graph, probe):
    graph.add(Speaker)
    causes = [speak(probe, name, SHORT) for name in ('a', 'b')]
    ends = [expect(probe, FINISHED, name) for name in ('a', 'b')]
    assert told(probe) == [('a', STARTED), ('a', FINISHED), ('b', STARTED), ('b', FINISHED)]
    assert [e.header.trace_id for e in ends] == [c.trace_id for c in causes]


def test_an_utterance_without_sound_finishes_too(graph, probe):
    graph.add(Speaker)
    speak(probe, 'a', SHORT[:0])
    assert expect(probe, FINISHED, 'a').position_s == 0
    assert told(probe) == [('a', FINISHED)]


@pytest.mark.parametrize('reason', ['request', 'person'])
def test_a_request_or_a_person_interrupts_all_speech_at_once(graph, probe, reason):
    graph.add(Speaker)
    causes = {'a': speak(probe, 'a', LONG), 'b': speak(probe, 'b', SHORT)}
    started = expect(probe, STARTED, 'a')
    stopped_s = graph.call(probe.now_s)
    if reason == 'request':
        probe.publish(events.STOP_SPEAKING, reason='test')
    else:
        probe.publish(events.USER_SPEECH, kind=UserSpeech.STARTED)
    playing, waiting = expect(probe, INTERRUPTED, 'a'), expect(probe, INTERRUPTED, 'b')
    assert stamp_s(playing) - stopped_s < 0.25
    heard_s = stamp_s(playing) - stamp_s(started)
    assert 0 <= playing.position_s <= heard_s + SLICE_S  # told in whole slices
    assert playing.position_s == pytest.approx(heard_s, abs=0.15)
    assert waiting.position_s == 0
    assert [e.header.trace_id for e in (playing, waiting)] == [
        causes[name].trace_id for name in ('a', 'b')
    ]
    speak(probe, 'c', SHORT)
    expect(probe, FINISHED, 'c')


def test_what_comes_late_of_an_interrupted_utterance_is_not_played(graph, probe):
    graph.add(Speaker)
    speak(probe, 'a', SHORT, last=False)
    expect(probe, STARTED, 'a')
    probe.publish(events.STOP_SPEAKING, reason='test')
    expect(probe, INTERRUPTED, 'a')
    speak(probe, 'a', SHORT)
    speak(probe, 'b', SHORT)
    expect(probe, FINISHED, 'b')
    assert [name for name, _ in told(probe)] == ['a', 'a', 'b', 'b']


def test_a_toy_interrupted_again_and_again_plays_every_sample_of_what_it_says_at_last(
    graph, probe
):
    graph.add(Speaker)
    for name in 'abcde':
        speak(probe, name, AHEAD, frame=640)
        expect(probe, STARTED, name)
        probe.publish(events.STOP_SPEAKING, reason='touch')
        expect(probe, INTERRUPTED, name)
    speak(probe, 'at last', AHEAD, frame=640)
    assert expect(probe, FINISHED, 'at last').position_s == 1.0
    assert not probe.recorded(events.FAULT)


def test_a_flood_of_sound_is_refused_and_what_comes_after_it_is_played(graph, probe):
    graph.add(Speaker)
    for name in 'abcde':
        speak(probe, name, LONG, frame=len(LONG))
    assert f'more than {MOST_WAITING_S:.0f} s' in probe.expect(events.FAULT).message
    probe.publish(events.STOP_SPEAKING, reason='test')
    expect(probe, INTERRUPTED, 'a')
    speak(probe, 'after', SHORT)
    expect(probe, FINISHED, 'after')


def test_the_end_of_a_persons_speech_interrupts_nothing(graph, probe):
    graph.add(Speaker)
    speak(probe, 'a', SHORT)
    expect(probe, STARTED, 'a')
    probe.publish(events.USER_SPEECH, kind=UserSpeech.ENDED, duration_s=1.0)
    expect(probe, FINISHED, 'a')


@pytest.mark.parametrize(('level', 'muted', 'gain'), [(0.5, False, 0.5), (0.5, True, 0.0)])
def test_the_volume_holds(graph, probe, tmp_path, level, muted, gain):
    graph.add(Speaker, parameters={'simulated.file': str(tmp_path / 'said.wav')})
    probe.publish(events.VOLUME, level=level, muted=muted)
    probe.expect(events.VOLUME)
    speak(probe, 'a', SHORT)
    expect(probe, FINISHED, 'a')
    played = in_file(tmp_path / 'said.wav')[: len(SHORT)]
    assert np.abs(played - gain * SHORT).max() <= 1


def test_the_volume_survives_a_pause(graph, probe, tmp_path):
    node = graph.add(Speaker, parameters={'simulated.file': str(tmp_path / 'said.wav')})
    probe.publish(events.VOLUME, level=0.5)
    probe.expect(events.VOLUME)
    graph.call(node.trigger_deactivate)
    graph.call(node.trigger_activate)
    speak(probe, 'a', SHORT)
    expect(probe, FINISHED, 'a')
    played = in_file(tmp_path / 'said.wav')[: len(SHORT)]
    assert np.abs(played - 0.5 * SHORT).max() <= 1


def test_frames_of_another_rate_are_refused(graph, probe):
    graph.add(Speaker)
    cause = speak(probe, 'a', SHORT, rate=22050)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('speaker', 'handler_failed')
    assert fault.header.trace_id == cause.trace_id
    assert '22050 Hz, allowed is 16000' in fault.message
    speak(probe, 'b', SHORT)
    expect(probe, FINISHED, 'b')
    assert [name for name, _ in told(probe)] == ['b', 'b']


def test_a_speaker_that_cannot_be_opened_is_a_fault_until_it_can(
    graph, probe, tmp_path, expect_health
):
    folder = tmp_path / 'later'
    graph.add(Speaker, parameters={'simulated.file': str(folder / 'said.wav')})
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code, fault.self_healing) == ('speaker', 'speaker_lost', True)
    assert f'{folder}/said.wav: cannot be written' in fault.message
    expect_health('speaker', CapabilityStatus.LOST, 'speaker_lost')
    speak(probe, 'a', SHORT)
    assert expect(probe, INTERRUPTED, 'a').position_s == 0
    folder.mkdir()
    speak(probe, 'b', SHORT)
    expect(probe, FINISHED, 'b')
    assert np.array_equal(in_file(folder / 'said.wav')[: len(SHORT)], SHORT)
    expect_health('speaker', CapabilityStatus.OK)


def test_deactivating_interrupts_and_activating_begins_anew(graph, probe):
    node = graph.add(Speaker)
    cause = speak(probe, 'a', LONG)
    expect(probe, STARTED, 'a')
    graph.call(node.trigger_deactivate)
    graph.call(node.trigger_activate)
    speak(probe, 'b', SHORT)
    expect(probe, FINISHED, 'b')
    assert expect(probe, INTERRUPTED, 'a').header.trace_id == cause.trace_id


@pytest.mark.parametrize(('setting', 'value'), [('SAMPLE_RATE', '1'), ('VOLUME', '0.5')])
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_SPEAKER_{setting}'):
        graph.add(Speaker, environ={f'PHOENIX_SPEAKER_{setting}': value})


def test_what_is_heard_is_told_sample_by_sample_and_in_time(graph, probe):
    graph.add(Speaker)
    probe.publish(events.VOLUME, level=0.5, muted=False)
    probe.expect(events.VOLUME)
    speak(probe, 'hello', SHORT)
    started = expect(probe, STARTED, 'hello')
    finished = expect(probe, FINISHED, 'hello')
    frames = probe.recorded(events.AUDIO_PLAYED)
    assert {frame.stream_id for frame in frames} == {'hello'}
    played = np.concatenate([np.frombuffer(frame.samples, np.int16) for frame in frames])
    assert np.abs(played - SHORT / 2).max() <= 1  # the volume applied
    begins = [stamp_s(frame) for frame in frames]
    assert begins[0] == pytest.approx(stamp_s(started), abs=0.05)
    assert begins[-1] + len(frames[-1].samples) / 16000 == pytest.approx(
        stamp_s(finished), abs=0.05
    )


def heard(probe, since=0):
    return sum(len(frame.samples) for frame in probe.recorded(events.AUDIO_PLAYED)[since:]) / 16000


def test_an_earcon_is_heard_at_once_and_told_of_only_as_an_utterance(graph, probe):
    graph.add(Speaker)
    asked = graph.call(probe.now_s)
    probe.publish(events.EARCON, earcon='heard')
    first = probe.expect(events.AUDIO_PLAYED)
    assert stamp_s(first) - asked < 0.3  # generous: the machine may be busy
    probe.publish(events.EARCON, earcon='error', utterance_id='sentence')
    expect(probe, FINISHED, 'sentence')
    assert told(probe) == [('sentence', STARTED), ('sentence', FINISHED)]
    assert heard(probe) == pytest.approx(0.18 + 0.61, abs=0.05)


def test_an_unknown_earcon_is_a_fault_and_its_utterance_ends(graph, probe):
    graph.add(Speaker)
    cause = probe.publish(events.EARCON, earcon='tada', utterance_id='sentence')
    fault = probe.expect(events.FAULT)
    assert fault.code == 'earcon_unknown'
    assert "'tada'; there are alarm, error, heard" in fault.message
    assert fault.header.trace_id == cause.trace_id
    expect(probe, FINISHED, 'sentence')
