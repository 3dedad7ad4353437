"""Tests of the endpointer: scripted probabilities for its rules, Silero for real recordings."""

import wave
from pathlib import Path

import numpy as np
import pytest

from phoenix_speech.listening.endpointer import (
    HISTORY_S,
    WARM_UP_S,
    Endpointer,
    NoSpeech,
    Paused,
    SpeechEnded,
    SpeechStarted,
)
from phoenix_speech.listening.voice_activity import WINDOW_SAMPLES, SileroVoiceActivity

SAMPLES = Path(__file__).resolve().parents[4] / 'samples'
WINDOW_S = 0.032  # decisions are exact to one window
PHRASE, REQUEST, MURMUR = 900, 800, 400  # samples of the value 1000 * probability


class LoudnessIsProbability:
    """Takes a window's loudest sample, in thousandths, as the probability of speech."""

    def __init__(self):
        self.windows = []

    def probability(self, samples):
        self.windows.append(samples)
        return samples.max() / 1000

    def reset(self):
        self.windows.clear()


def sound(value: int, seconds: float) -> np.ndarray:
    return np.full(round(seconds * 16_000), value, np.int16)


def quiet(seconds: float) -> np.ndarray:
    return sound(0, seconds)


def join(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate(parts)


def at(seconds: float) -> int:
    return round(seconds * 16_000)


@pytest.fixture
def endpointer() -> Endpointer:
    return Endpointer(LoudnessIsProbability())


def only_audio(decisions: list) -> np.ndarray:
    assert [type(decision) for decision in decisions] == [SpeechStarted, SpeechEnded]
    return decisions[1].audio


def in_seconds(samples: int):
    return pytest.approx(samples / 16_000, abs=WINDOW_S)


def test_utterance_is_cut_out_with_its_lead_in(endpointer):
    endpointer.open()
    started, ended = endpointer.process(join(quiet(1), sound(REQUEST, 1), quiet(2)))
    assert in_seconds(started.at_sample) == 1.0
    assert in_seconds(ended.at_sample) == 2.0
    assert (ended.audio == REQUEST).sum() == at(1)
    assert in_seconds(np.flatnonzero(ended.audio)[0]) == 0.3  # the lead-in
    assert in_seconds(len(ended.audio)) == 0.3 + 1 + 0.7  # and the silence that ended it
    assert not endpointer.is_open


@pytest.mark.parametrize('frame', [1, 320, 512, 640, 5000])
def test_frame_length_does_not_matter(frame):
    stream = join(quiet(0.3), sound(PHRASE, 0.4), quiet(0.4), sound(REQUEST, 0.5), quiet(1))

    def decide(frame: int) -> list:
        endpointer = Endpointer(LoudnessIsProbability())
        endpointer.open(after=at(0.6))
        frames = [stream[start : start + frame] for start in range(0, len(stream), frame)]
        return [decision for samples in frames for decision in endpointer.process(samples)]

    expected, found = decide(len(stream)), decide(frame)
    assert found[0] == expected[0]
    assert found[1].at_sample == expected[1].at_sample
    np.testing.assert_array_equal(only_audio(found), only_audio(expected))


def test_short_noise_starts_nothing_and_the_time_runs_out(endpointer):
    endpointer.open()
    (decision,) = endpointer.process(join(quiet(1), sound(REQUEST, 0.1), quiet(9)))
    assert decision == NoSpeech(decision.at_sample)
    assert in_seconds(decision.at_sample) == 6.0
    assert not endpointer.is_open


def test_speech_begun_before_the_timeout_is_heard_out(endpointer):
    endpointer.open()
    audio = only_audio(endpointer.process(join(quiet(5.9), sound(REQUEST, 1), quiet(1))))
    assert (audio == REQUEST).sum() == at(1)


def test_falling_between_the_thresholds_does_not_end_speech(endpointer):
    endpointer.open()
    stream = join(sound(REQUEST, 0.5), sound(MURMUR, 1.5), quiet(1))
    assert in_seconds(endpointer.process(stream)[1].at_sample) == 2.0


def test_rising_between_the_thresholds_does_not_start_speech(endpointer):
    endpointer.open()
    assert endpointer.process(sound(MURMUR, 5)) == []


def test_pause_within_the_request_does_not_end_it(endpointer):
    endpointer.open()
    stream = join(sound(REQUEST, 0.5), quiet(0.6), sound(REQUEST, 0.5), quiet(1))
    assert (only_audio(endpointer.process(stream)) == REQUEST).sum() == at(1)


def hear(endpointer: Endpointer, stream: np.ndarray, silence_s: float) -> list:
    """Process a stream frame by frame; each pause may last that long."""
    decisions = []
    for begin in range(0, len(stream), 640):
        for decision in endpointer.process(stream[begin : begin + 640]):
            decisions.append(decision)
            if isinstance(decision, Paused) and (ended := endpointer.hold(decision, silence_s)):
                decisions.append(ended)
    return decisions


def test_a_pause_is_told_before_it_is_the_end(endpointer):
    endpointer.open(pauses=True)
    stream = join(quiet(0.5), sound(REQUEST, 1), quiet(0.2))
    started, paused = endpointer.process(stream)
    assert isinstance(started, SpeechStarted)
    assert in_seconds(paused.at_sample) == 1.5
    assert (paused.audio == REQUEST).sum() == at(1)
    assert endpointer.is_open


@pytest.mark.parametrize('silence_s', [0.25, 0.7, 1.25])
def test_a_pause_lasts_as_long_as_it_may(endpointer, silence_s):
    endpointer.open(pauses=True)
    hear(endpointer, join(sound(REQUEST, 1), quiet(silence_s - 0.05)), silence_s)
    assert endpointer.is_open
    (ended,) = hear(endpointer, quiet(0.12), silence_s)
    assert in_seconds(ended.at_sample) == 1.0


def test_until_it_is_known_a_pause_may_last_the_longest(endpointer):
    endpointer.open(pauses=True)
    decisions = endpointer.process(join(sound(REQUEST, 1), quiet(1.2)))
    assert endpointer.is_open
    ended = endpointer.hold(decisions[-1], 0.7)  # known late, and over
    assert in_seconds(ended.at_sample) == 1.0
    assert not endpointer.is_open


def test_a_pause_after_which_the_user_went_on_ends_nothing(endpointer):
    endpointer.open(pauses=True)
    _, paused = endpointer.process(join(sound(REQUEST, 1), quiet(0.3)))
    endpointer.process(sound(REQUEST, 0.5))
    assert endpointer.hold(paused, 0.25) is None
    again, ended = hear(endpointer, quiet(1), 0.25)
    assert in_seconds(again.at_sample) == 1.8
    assert (ended.audio == REQUEST).sum() == at(1.5)


def test_pauses_are_told_only_where_they_are_asked_for(endpointer):
    endpointer.open()
    assert not any(
        isinstance(decision, Paused)
        for decision in endpointer.process(join(sound(REQUEST, 1), quiet(1)))
    )


def test_endless_speech_is_cut_at_the_longest_utterance():
    endpointer = Endpointer(LoudnessIsProbability(), max_utterance_s=2.0)
    endpointer.open()
    started, ended = endpointer.process(sound(REQUEST, 5))
    assert len(ended.audio) == at(2)
    assert ended.at_sample == started.at_sample + at(2)
    assert not endpointer.is_open


def test_tail_of_the_wake_phrase_starts_nothing(endpointer):
    stream = join(quiet(1), sound(PHRASE, 0.8), quiet(1), sound(REQUEST, 1), quiet(1))
    endpointer.open(after=at(1.6))  # the phrase goes on for 0.2 s
    started, ended = endpointer.process(stream)
    assert in_seconds(started.at_sample) == 2.8
    assert PHRASE not in ended.audio


def test_wake_phrase_alone_is_no_request(endpointer):
    endpointer.open(after=at(1.6))
    decisions = endpointer.process(join(quiet(1), sound(PHRASE, 0.8), quiet(8)))
    assert [type(decision) for decision in decisions] == [NoSpeech]
    assert in_seconds(decisions[0].at_sample) == 7.6


def test_request_spoken_right_on_keeps_its_first_word(endpointer):
    stream = join(quiet(1), sound(PHRASE, 0.8), sound(REQUEST, 1), quiet(1))
    endpointer.open(after=at(1.75))
    started, ended = endpointer.process(stream)
    assert started.at_sample == at(1.6)  # OVERLAP_S before the detection
    assert (ended.audio == REQUEST).sum() == at(1)
    assert (ended.audio == PHRASE).sum() == at(0.2)


@pytest.mark.parametrize('late_s', [0.0, 0.4, 1.9])
def test_opening_late_loses_nothing(endpointer, late_s):
    stream = join(quiet(3), sound(PHRASE, 0.8), sound(REQUEST, 1), quiet(2))
    now = at(3.75 + late_s)
    assert endpointer.process(stream[:now]) == []
    endpointer.open(after=at(3.75))
    decisions = endpointer.process(stream[now:])
    assert (only_audio(decisions) == REQUEST).sum() == at(1)
    assert (decisions[1].audio == PHRASE).sum() == at(0.2)


def test_a_wake_word_that_fires_late_loses_no_first_sound(endpointer):
    stream = join(quiet(1), sound(PHRASE, 0.8), sound(REQUEST, 1), quiet(1))
    endpointer.open(after=at(1.8 + 0.13))  # half of the calls are told later than that
    assert (only_audio(endpointer.process(stream)) == REQUEST).sum() == at(1)


def test_opening_ahead_of_the_audio_waits_for_it(endpointer):
    endpointer.process(quiet(1))
    endpointer.open(after=at(1.5))
    decisions = endpointer.process(join(sound(PHRASE, 0.5), quiet(1), sound(REQUEST, 1), quiet(1)))
    assert PHRASE not in only_audio(decisions)


def test_opening_far_in_the_past_begins_with_the_audio_still_held(endpointer):
    endpointer.process(sound(REQUEST, 60))
    endpointer.open(after=0)
    started, ended = endpointer.process(quiet(1))
    assert at(60 - HISTORY_S - 1) < started.at_sample < at(60 - HISTORY_S)
    assert (ended.audio == REQUEST).sum() == at(60) - started.at_sample


def test_opening_far_ahead_does_not_leave_it_deaf(endpointer):
    endpointer.open(after=at(3600))
    assert only_audio(endpointer.process(join(quiet(4), sound(REQUEST, 1), quiet(1)))).any()


def test_voice_activity_is_judged_afresh_from_shortly_before():
    vad = LoudnessIsProbability()
    endpointer = Endpointer(vad)
    for _ in range(2):
        now = endpointer.position + at(1)
        endpointer.process(quiet(1))
        endpointer.open(after=now)
        assert vad.windows == []
        endpointer.process(quiet(1))
        assert in_seconds(len(vad.windows) * WINDOW_SAMPLES) == 1 + WARM_UP_S


def test_button_pressed_while_speaking_keeps_what_was_said_just_before(endpointer):
    endpointer.process(join(quiet(1), sound(REQUEST, 0.2)))
    endpointer.open()
    audio = only_audio(endpointer.process(join(sound(REQUEST, 0.8), quiet(1))))
    assert (audio == REQUEST).sum() == at(1)


def test_closed_it_decides_nothing(endpointer):
    assert endpointer.process(join(sound(REQUEST, 1), quiet(2))) == []
    endpointer.open()
    endpointer.close()
    assert endpointer.process(join(sound(REQUEST, 1), quiet(9))) == []


def test_opening_again_begins_a_new_utterance(endpointer):
    endpointer.open()
    endpointer.process(sound(PHRASE, 1))
    endpointer.open(after=endpointer.position)
    audio = only_audio(endpointer.process(join(quiet(1), sound(REQUEST, 1), quiet(1))))
    assert PHRASE not in audio


def test_audio_so_far_grows_while_the_user_speaks(endpointer):
    endpointer.open()
    endpointer.process(quiet(1))
    assert endpointer.audio_so_far() is None
    endpointer.process(sound(REQUEST, 1))
    assert in_seconds(len(endpointer.audio_so_far())) == 1.3
    endpointer.process(sound(REQUEST, 1))
    assert in_seconds(len(endpointer.audio_so_far())) == 2.3
    endpointer.process(quiet(1))
    assert endpointer.audio_so_far() is None


def test_thresholds_the_wrong_way_round_are_refused():
    with pytest.raises(ValueError, match=r'silence_threshold=0\.6 .*speech_threshold=0\.5'):
        Endpointer(LoudnessIsProbability(), silence_threshold=0.6)


def test_samples_of_another_type_are_refused(endpointer):
    with pytest.raises(ValueError, match='float64'):
        endpointer.process(np.zeros(640))


def recording(name: str) -> np.ndarray:
    with wave.open(str(SAMPLES / f'{name}.wav')) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


@pytest.mark.parametrize('after_s', [2.08, 2.16, 2.24])  # where detectors put "hey Jarvis"
def test_recorded_request_after_the_wake_phrase(after_s):
    endpointer = Endpointer(SileroVoiceActivity())
    endpointer.open(after=at(after_s))
    started, ended = endpointer.process(recording('hey_jarvis_turn_on_the_light'))
    assert 3.0 < started.at_sample / 16_000 < 3.25
    assert 4.4 < ended.at_sample / 16_000 < 4.7


def test_recorded_wake_phrase_alone_is_no_request():
    endpointer = Endpointer(SileroVoiceActivity(), no_speech_timeout_s=2.0)
    endpointer.open(after=at(1.12))  # "Jarvis" ends at 1.25 s, a bump follows at 1.6 s
    decisions = endpointer.process(join(recording('hey_jarvis'), quiet(3)))
    assert [type(decision) for decision in decisions] == [NoSpeech]
