"""When a played recording counts as answered, and what is said when it is not."""

import pytest
from phoenix_msgs.msg import (
    ActivityState,
    IntentDetected,
    PlaybackEvent,
    SayRequest,
    Transcript,
    WakeWordDetected,
)

from phoenix_core import events
from phoenix_tools.run.play_progress import GRACE_S, LONGEST_ANSWER_S, PlayProgress

LENGTH_S = 5.0
WOKEN = (events.WAKE_WORD_DETECTED, WakeWordDetected(phrase='hey_jarvis', score=0.9))
BUSY = (events.ACTIVITY_STATE, ActivityState(phase=ActivityState.THINKING))
HEARD = (events.TRANSCRIPT, Transcript(kind=Transcript.FINAL, text='hello'))
PARTLY = (events.TRANSCRIPT, Transcript(kind=Transcript.PARTIAL, text='hel'))
UNDERSTOOD = (events.INTENT_DETECTED, IntentDetected(name='greeting'))
SPOKEN = (events.AUDIO_PLAYBACK, PlaybackEvent(kind=PlaybackEvent.FINISHED, position_s=1.0))
SOUNDLESS = (events.AUDIO_PLAYBACK, PlaybackEvent(kind=PlaybackEvent.FINISHED, position_s=0.0))
SAYS = (events.SAY_REQUEST, SayRequest(text='Good night.'))
RESTING = (events.ACTIVITY_STATE, ActivityState(phase=ActivityState.RESTING))


def after(*what):
    progress = PlayProgress('a.wav', LENGTH_S, started_s=100.0)
    for event, message in what:
        progress.feed(event, message, now_s=104.0)
    return progress


def test_an_answer_counts_once_the_recording_is_over_and_the_toy_rests():
    progress = after(WOKEN, BUSY, HEARD, UNDERSTOOD, SPOKEN)
    assert progress.verdict(104.0) is None
    assert progress.verdict(105.0) is None
    progress.feed(*RESTING, now_s=106.0)
    assert progress.verdict(106.0) == ''


@pytest.mark.parametrize(
    ('what', 'problem'),
    [
        ([], 'no wake word was heard in a.wav'),
        ([WOKEN, PARTLY], 'no words after it'),
        ([WOKEN, HEARD], "heard 'hello' in a.wav, but found no intent"),
        ([WOKEN, HEARD, UNDERSTOOD], "heard 'hello' in a.wav, but nothing was said aloud"),
        ([WOKEN, HEARD, UNDERSTOOD, SOUNDLESS], 'nothing was said aloud'),
    ],
)
def test_what_is_missing_is_named_after_a_time_of_grace(what, problem):
    progress = after(*what)
    assert progress.verdict(105.0 + GRACE_S - 0.1) is None
    assert problem in progress.verdict(105.0 + GRACE_S)


def test_silence_is_an_answer_when_the_toy_wants_to_say_nothing():
    stopped = after(WOKEN, BUSY, HEARD, UNDERSTOOD, RESTING)
    assert stopped.verdict(105.0 + GRACE_S) == ''
    speechless = after(WOKEN, BUSY, HEARD, UNDERSTOOD, SAYS, RESTING)
    assert 'nothing was said aloud' in speechless.verdict(105.0 + GRACE_S)
    hung = after(WOKEN, RESTING, HEARD, UNDERSTOOD)
    assert 'nothing was said aloud' in hung.verdict(105.0 + GRACE_S)


def test_a_toy_that_does_not_come_to_rest_is_given_up():
    progress = after(WOKEN, BUSY)
    assert progress.verdict(105.0 + LONGEST_ANSWER_S) is None
    assert 'still busy' in progress.verdict(106.0 + LONGEST_ANSWER_S)
