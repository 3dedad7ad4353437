"""The listener node: recorded speech goes in, words or the reason why there are none come out."""

import re
import threading

import numpy as np
import pytest
from phoenix_msgs.msg import (
    CapabilityStatus,
    ListeningEvent,
    ListenRequest,
    PlaybackEvent,
    Transcript,
    UserSpeech,
)

from phoenix_audio.wav import read_wav
from phoenix_core import events
from phoenix_core.settings.node_settings import SettingsError
from phoenix_speech.listening.node import Listener

COMMAND = 'turn_on_the_living_room_light.wav'
COMMAND_WORDS = ['turn', 'on', 'the', 'living', 'room', 'light']
# Where they are in that recording.
COMMAND_BEGIN_S, COMMAND_END_S = 0.16, 1.5
OPENED, HEARD = ListeningEvent.OPENED, ListeningEvent.HEARD
NO_SPEECH, NOT_UNDERSTOOD = ListeningEvent.NO_SPEECH, ListeningEvent.NOT_UNDERSTOOD
CANCELLED, MUTED = ListeningEvent.CANCELLED, ListeningEvent.MUTED
NOT_ADDRESSED = ListeningEvent.NOT_ADDRESSED


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[
            events.WAKE_WORD_DETECTED,
            events.LISTEN_REQUEST,
            events.MICROPHONE_MUTE,
            events.AUDIO_INPUT,
            events.AUDIO_PLAYBACK,
        ],
        records=[events.LISTENING, events.USER_SPEECH, events.TRANSCRIPT, events.FAULT],
    )


class Stopwatch:
    """A recognizer that hears how long is spoken, in whole seconds."""

    def __init__(self, settings):
        pass

    def recognize(self, samples, sample_rate):
        return f'{len(samples) / sample_rate:.0f} seconds'


class Scripted(Stopwatch):
    """A recognizer that hears one text after the other, and of the same pause the same."""

    texts: list = []
    seconds: list = []

    def recognize(self, samples, sample_rate):
        self.seconds.append(len(samples) / sample_rate)
        return self.texts[min(len(self.seconds), len(self.texts)) - 1]


class Forgetful(Stopwatch):
    """A recognizer that fails once."""

    failed = False

    def recognize(self, samples, sample_rate):
        if not self.failed:
            self.failed = True
            raise RuntimeError('turn on the light')  # an engine's error may hold the words
        return super().recognize(samples, sample_rate)


class Speechless(Stopwatch):
    """A recognizer that never finds a word."""

    def recognize(self, samples, sample_rate):
        return ''


class Ponderous(Stopwatch):
    """A recognizer that takes its time until the test lets it go on."""

    def __init__(self, settings):
        Ponderous.begun, Ponderous.may_end = threading.Semaphore(0), threading.Semaphore(0)

    def recognize(self, samples, sample_rate):
        self.begun.release()
        assert self.may_end.acquire(timeout=10)
        return 'words'


@pytest.fixture
def listen(graph, provide):
    """Add a listener with one of the recognizers above, which load in no time."""

    def add(recognizer, **parameters):
        provide('phoenix.recognizers', recognizer)
        alone = {'provider': recognizer, 'second_opinion': '', 'partial_interval_s': 0.0}
        parameters = alone | parameters
        return graph.add(Listener, parameters=parameters)

    return add


def wake(probe, microphone, position=None):
    stamp = microphone.time_of(microphone.end if position is None else position)
    cause = probe.publish(events.WAKE_WORD_DETECTED, stamp=stamp, phrase='hey_jarvis', score=0.9)
    expect(probe, OPENED, cause)
    return cause


def request(probe, kind):
    return probe.publish(events.LISTEN_REQUEST, kind=kind)


def open_ear(probe):
    cause = request(probe, ListenRequest.OPEN)
    expect(probe, OPENED, cause)
    return cause


def expect(probe, kind, cause):
    """Wait for what the listener says of its ear in the interaction that began with the cause."""
    return probe.expect(
        events.LISTENING, lambda e: e.kind == kind and e.header.trace_id == cause.trace_id
    )


def final(probe, cause):
    return probe.expect(
        events.TRANSCRIPT,
        lambda t: t.kind == Transcript.FINAL and t.header.trace_id == cause.trace_id,
    )


def words(transcript):
    return re.findall('[a-z]+', transcript.text.lower())


def test_the_words_after_the_wake_phrase_are_told(graph, probe, microphone):
    graph.add(Listener)
    microphone.keep_quiet(1)
    microphone.play('hey_jarvis.wav')
    cause = wake(probe, microphone)
    begin = microphone.end
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    transcript = final(probe, cause)
    assert words(transcript) == COMMAND_WORDS
    assert transcript.source == Transcript.SPOKEN
    assert transcript.recognition_s > 0
    expect(probe, HEARD, cause)

    started, ended = probe.expect_count(events.USER_SPEECH, 2)
    assert [started.kind, ended.kind] == [UserSpeech.STARTED, UserSpeech.ENDED]
    assert {started.header.trace_id, ended.header.trace_id} == {cause.trace_id}
    for event, seconds in ((started, COMMAND_BEGIN_S), (ended, COMMAND_END_S)):
        position = microphone.position_at(event.header.stamp) - begin
        assert position == pytest.approx(seconds * 16000, abs=3200)
    assert ended.duration_s == pytest.approx(COMMAND_END_S - COMMAND_BEGIN_S, abs=0.3)


def test_what_was_said_before_the_wake_word_was_told_is_heard(graph, probe, microphone):
    graph.add(Listener)
    microphone.keep_quiet(1)
    microphone.play('hey_jarvis.wav')
    end_of_phrase = microphone.end
    microphone.play(COMMAND)  # over before the ear opens
    cause = wake(probe, microphone, end_of_phrase)
    microphone.keep_quiet(1)
    assert words(final(probe, cause)) == COMMAND_WORDS


def test_the_wake_phrase_itself_is_not_told(listen, probe, microphone):
    listen('Stopwatch', no_speech_s=1.0)
    microphone.keep_quiet(1)
    begin = microphone.end
    microphone.play('alexa.wav')
    cause = wake(probe, microphone, begin + 19200)  # where the phrase ends
    microphone.keep_quiet(2)
    expect(probe, NO_SPEECH, cause)
    assert probe.recorded(events.TRANSCRIPT) == []


def test_words_are_told_while_they_are_being_said(graph, probe, microphone, samples):
    graph.add(Listener, parameters={'partial_interval_s': 0.5, 'second_opinion': ''})
    cause = open_ear(probe)
    sound = read_wav(samples / 'austen_0880.wav')
    microphone.send(sound[:24000])
    partial = probe.expect(events.TRANSCRIPT)
    assert partial.kind == Transcript.PARTIAL
    assert partial.header.trace_id == cause.trace_id
    assert words(partial)[:3] == ['he', 'was', 'not']
    microphone.send(sound[24000:])
    microphone.keep_quiet(1)
    assert {'he', 'was', 'not', 'young', 'man'} <= set(words(final(probe, cause)))


def test_partial_transcripts_can_be_left_out(listen, probe, microphone):
    listen('Stopwatch')
    cause = open_ear(probe)
    microphone.play('austen_0880.wav')
    microphone.keep_quiet(1)
    final(probe, cause)
    assert len(probe.recorded(events.TRANSCRIPT)) == 1


def test_nobody_speaks(listen, probe, microphone):
    listen('Stopwatch', no_speech_s=1.0)
    cause = open_ear(probe)
    microphone.keep_quiet(1.2)
    expect(probe, NO_SPEECH, cause)
    microphone.play('austen_0880.wav')  # too late
    microphone.keep_quiet(1)
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    final(probe, cause)
    assert len(probe.recorded(events.USER_SPEECH)) == 2
    assert len(probe.recorded(events.TRANSCRIPT)) == 1


def test_speech_without_an_end_is_cut(listen, probe, microphone):
    listen('Stopwatch', max_utterance_s=2.0)
    cause = open_ear(probe)
    microphone.play('austen_0880.wav')
    assert final(probe, cause).text == '2 seconds'


def test_a_request_closes_the_ear(listen, probe, microphone):
    listen('Stopwatch')
    open_ear(probe)
    microphone.play('austen_0880.wav')
    expect(probe, CANCELLED, request(probe, ListenRequest.CLOSE))
    microphone.keep_quiet(1)
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    final(probe, cause)
    assert len(probe.recorded(events.TRANSCRIPT)) == 1


def test_a_closed_ear_is_not_closed_again(listen, probe):
    listen('Stopwatch')
    request(probe, ListenRequest.CLOSE)
    open_ear(probe)
    assert len(probe.recorded(events.LISTENING)) == 1


def test_missing_frames_are_noticed(listen, probe, microphone, capfd):
    listen('Stopwatch', no_speech_s=1.0)
    microphone.keep_quiet(0.4)
    microphone.sequence += 3
    cause = open_ear(probe)
    microphone.keep_quiet(1.2)
    expect(probe, NO_SPEECH, cause)
    assert 'samples missing samples=1920' in capfd.readouterr().err


def test_frames_of_another_rate_are_refused(listen, probe, microphone):
    listen('Stopwatch', no_speech_s=1.0)
    probe.publish(events.AUDIO_INPUT, sample_rate=48000, channels=1, samples=[0] * 640)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('listener', 'handler_failed')
    cause = open_ear(probe)
    microphone.keep_quiet(1.2)
    expect(probe, NO_SPEECH, cause)


def test_a_failing_recognizer_is_a_fault_and_the_next_words_are_told(
    listen, probe, microphone, expect_health
):
    listen('Forgetful')
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    expect(probe, NOT_UNDERSTOOD, cause)
    fault = probe.expect(events.FAULT)
    assert (fault.node, fault.code) == ('listener', 'recognizer_failed')
    assert fault.header.trace_id == cause.trace_id
    assert 'RuntimeError' in fault.message
    assert 'light' not in fault.message
    expect_health('listener', CapabilityStatus.DEGRADED, 'recognizer_failed')
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    assert final(probe, cause).text.endswith('seconds')
    expect_health('listener', CapabilityStatus.OK)


def test_speech_without_words_is_not_understood(listen, probe, microphone):
    listen('Speechless')
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    expect(probe, NOT_UNDERSTOOD, cause)
    assert probe.recorded(events.FAULT) == []
    assert probe.recorded(events.TRANSCRIPT) == []


def test_closing_the_ear_forgets_what_is_still_being_recognized(listen, probe, microphone):
    listen('Ponderous')
    open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    assert Ponderous.begun.acquire(timeout=10)
    cause = request(probe, ListenRequest.CLOSE)
    microphone.keep_quiet(0.2)  # so that the request has been taken
    Ponderous.may_end.release()
    expect(probe, CANCELLED, cause)
    assert probe.recorded(events.TRANSCRIPT) == []


def test_a_new_listening_replaces_what_is_still_being_recognized(listen, probe, microphone):
    listen('Ponderous')
    open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    assert Ponderous.begun.acquire(timeout=10)
    cause = open_ear(probe)
    Ponderous.may_end.release()
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    assert Ponderous.begun.acquire(timeout=10)
    Ponderous.may_end.release()
    final(probe, cause)
    assert len(probe.recorded(events.TRANSCRIPT)) == 1


def test_deactivating_closes_the_ear_and_activating_begins_anew(graph, listen, probe, microphone):
    node = listen('Stopwatch')
    forgotten = open_ear(probe)
    microphone.play('austen_0880.wav')
    graph.call(node.trigger_deactivate)
    microphone.keep_quiet(1)
    graph.call(node.trigger_activate)
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    final(probe, cause)
    assert len(probe.recorded(events.TRANSCRIPT)) == 1
    expect(probe, CANCELLED, forgotten)


def scripted(listen, *texts, **parameters):
    Scripted.texts, Scripted.seconds = list(texts), []
    listen('Scripted', **parameters)


def spoken(samples, gain=1.0):
    return (read_wav(samples / COMMAND)[2560:24000] * gain).astype(np.int16)


def test_a_whole_sentence_is_told_after_a_short_silence(listen, probe, microphone, samples):
    scripted(listen, 'Turn up the volume.')
    cause = open_ear(probe)
    microphone.send(spoken(samples))
    microphone.keep_quiet(0.4)
    assert final(probe, cause).text == 'Turn up the volume.'
    assert len(Scripted.seconds) == 1  # what was recognized in the pause is what is told


def test_who_goes_on_is_heard_as_a_whole(listen, probe, microphone, samples):
    scripted(listen, 'Tell me a story about the', 'Tell me a story about the moon.')
    cause = open_ear(probe)
    microphone.send(spoken(samples))
    microphone.keep_quiet(1.1)
    microphone.send(spoken(samples))
    microphone.keep_quiet(1.0)
    assert final(probe, cause).text == 'Tell me a story about the moon.'
    assert Scripted.seconds[1] > 2 * Scripted.seconds[0]
    assert len(probe.recorded(events.TRANSCRIPT)) == 1
    assert len(probe.recorded(events.USER_SPEECH)) == 2


def cut_too_early(listen, probe, microphone, samples, first, rest):
    """Let a person say something, and go on when it has been told."""
    scripted(listen, first, rest)
    cause = open_ear(probe)
    microphone.send(spoken(samples))
    microphone.keep_quiet(0.8)
    assert final(probe, cause).text == first
    microphone.send(spoken(samples))
    microphone.keep_quiet(0.8)
    return cause


@pytest.mark.parametrize(
    ('first', 'rest', 'told'),
    [
        ('Tell me why the sky', 'is so blue.', 'Tell me why the sky is so blue.'),
        ('Turn on the light.', 'In the big room.', 'Turn on the light In the big room.'),
        ('Turn up the volume.', 'And tell me a joke.', 'tell me a joke'),  # not louder twice
        ('Turn up the volume.', 'Tell me a joke.', 'tell me a joke'),
    ],
)
def test_what_was_cut_too_early_is_joined_with_what_follows(
    listen, probe, microphone, samples, first, rest, told
):
    cause = cut_too_early(listen, probe, microphone, samples, first, rest)
    _, second = probe.expect_count(events.TRANSCRIPT, 2)
    assert second.text == told
    assert second.header.trace_id == cause.trace_id
    kinds = [event.kind for event in probe.recorded(events.LISTENING)]
    assert kinds == [OPENED, HEARD, OPENED, HEARD]  # also the second time for all to see


def test_please_after_a_request_is_no_request(listen, probe, microphone, samples):
    cause = cut_too_early(listen, probe, microphone, samples, 'Turn on the light.', 'Please!')
    expect(probe, CANCELLED, cause)
    assert len(probe.recorded(events.TRANSCRIPT)) == 1


def test_somebody_else_who_goes_on_is_not_recognized(listen, probe, microphone, samples):
    scripted(
        listen, 'Turn up the volume.', 'nothing', speech_threshold=0.1, silence_threshold=0.05
    )
    cause = open_ear(probe)
    microphone.send(spoken(samples))
    microphone.keep_quiet(0.4)
    final(probe, cause)
    microphone.send(spoken(samples, 0.03))
    microphone.keep_quiet(2)
    cause = open_ear(probe)
    assert len(Scripted.seconds) == 1
    assert [event.kind for event in probe.recorded(events.LISTENING)] == [OPENED, HEARD, OPENED]


@pytest.mark.parametrize('ends', ['time', 'playback'])
def test_who_goes_on_later_or_while_the_toy_speaks_is_not_recognized(
    listen, probe, microphone, samples, ends
):
    scripted(listen, 'Turn up the volume.')
    cause = open_ear(probe)
    microphone.send(spoken(samples))
    microphone.keep_quiet(0.4)
    final(probe, cause)
    if ends == 'time':
        microphone.keep_quiet(0.8)
    else:
        probe.publish(events.AUDIO_PLAYBACK, kind=PlaybackEvent.STARTED, utterance_id='answer')
        probe.publish(events.MICROPHONE_MUTE, muted=False)  # taken after it
        microphone.keep_quiet(0.04)
    microphone.send(spoken(samples))
    microphone.keep_quiet(2)
    open_ear(probe)
    assert len(Scripted.seconds) == 1
    assert len(probe.recorded(events.TRANSCRIPT)) == 1


class Mumbling(Stopwatch):
    """A quick recognizer that makes no sense of anything."""

    def recognize(self, samples, sample_rate):
        return 'Tern arm the levy room like.'


def test_what_makes_no_sense_is_heard_by_a_better_ear(probe, microphone, listen):
    listen('Mumbling', second_opinion='whisper')
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    assert final(probe, cause).text == 'Turn on the living room light.'


def test_a_better_ear_that_fails_leaves_the_first(probe, microphone, listen):
    listen('Mumbling', second_opinion='whisper', **{'whisper.model': '/nowhere'})
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    assert final(probe, cause).text.startswith('Tern arm')
    fault = probe.expect(events.FAULT, lambda fault: fault.code == 'second_opinion_failed')
    assert 'no Whisper model in /nowhere' in fault.message


def test_what_cannot_be_configured_is_refused_by_name(refusal):
    unknown = refusal(Listener, {'provider': 'no such'})
    assert (
        "no 'no such' in phoenix.recognizers; installed: faster_whisper, moonshine, whisper"
        in unknown
    )
    assert "model 'huge': no Moonshine model" in refusal(Listener, {'moonshine.model': 'huge'})
    german = {'language': 'de', 'second_opinion': ''}
    assert "does not know the language 'de'" in refusal(Listener, german)
    thresholds = refusal(Listener, {'speech_threshold': 0.2, 'silence_threshold': 0.3})
    assert 'silence_threshold=0.3 and speech_threshold=0.2' in thresholds


@pytest.mark.parametrize(
    ('setting', 'value'), [('NO_SPEECH_S', '0.5'), ('LEAD_IN_S', 'short'), ('MODELS', 'tiny')]
)
def test_a_wrong_setting_is_refused_by_name(graph, setting, value):
    with pytest.raises(SettingsError, match=f'PHOENIX_LISTENER_{setting}'):
        graph.add(Listener, environ={f'PHOENIX_LISTENER_{setting}': value})


def test_the_mute_switch_closes_the_ear_and_keeps_it_closed(graph, probe, microphone, listen):
    listen('Stopwatch')
    open_ear(probe)
    expect(probe, MUTED, probe.publish(events.MICROPHONE_MUTE, muted=True))
    expect(probe, MUTED, request(probe, ListenRequest.OPEN))
    probe.publish(events.MICROPHONE_MUTE, muted=False)
    cause = open_ear(probe)
    microphone.play(COMMAND)
    microphone.keep_quiet(1)
    assert final(probe, cause).text.endswith('seconds')


class Witness(Stopwatch):
    """A recognizer that counts what it was given."""

    def __init__(self, settings):
        Witness.given = 0

    def recognize(self, samples, sample_rate):
        Witness.given += 1
        return super().recognize(samples, sample_rate)


def speech(samples, gain=1.0):
    return (read_wav(samples / COMMAND) * gain).astype(np.int16)


def follow_up(probe):
    cause = request(probe, ListenRequest.FOLLOW_UP)
    expect(probe, OPENED, cause)
    return cause


def test_a_monologue_that_nobody_announced_is_not_recognized(probe, microphone, listen, samples):
    listen('Witness', partial_interval_s=0.5)
    cause = follow_up(probe)
    talk = speech(samples)[2560:24000]  # without the silence around it
    microphone.send(np.tile(talk, 8))  # more than 8 s without a pause
    expect(probe, NOT_ADDRESSED, cause)
    assert Witness.given == 0
    assert probe.recorded(events.TRANSCRIPT) == []
    cause = open_ear(probe)  # somebody calls: the same is listened to
    microphone.send(np.tile(talk, 8))
    microphone.keep_quiet(2)
    final(probe, cause)


@pytest.mark.parametrize(('gain', 'heard'), [(0.5, True), (0.03, False), (1.0, True)])
def test_only_who_is_about_as_loud_as_the_caller_is_recognized_without_a_call(
    probe, microphone, listen, samples, gain, heard
):
    listen('Witness', speech_threshold=0.1, silence_threshold=0.05)
    cause = open_ear(probe)
    microphone.send(speech(samples))
    microphone.keep_quiet(1)
    final(probe, cause)
    cause = follow_up(probe)
    microphone.send(speech(samples, gain))
    microphone.keep_quiet(1)
    expect(probe, HEARD if heard else NOT_ADDRESSED, cause)
    if heard:
        final(probe, cause)
    assert Witness.given == 1 + heard


def test_an_ear_that_nobody_called_for_waits_at_most_eight_seconds(probe, microphone, listen):
    listen('Witness', no_speech_s=60.0)
    cause = follow_up(probe)
    begin = microphone.end
    while not any(e.kind == NO_SPEECH for e in probe.recorded(events.LISTENING)):
        microphone.keep_quiet(0.5)
        assert microphone.end - begin <= 9 * 16000
    expect(probe, NO_SPEECH, cause)
    assert Witness.given == 0
