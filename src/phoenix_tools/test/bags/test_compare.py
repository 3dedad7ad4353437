"""The comparison of two sessions: what is a difference, what is none, and how it is told."""

from pathlib import Path

import pytest
from phoenix_msgs.msg import (
    EventHeader,
    IntentDetected,
    LedCommand,
    PlaybackEvent,
    SayRequest,
    Transcript,
)

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND as SECOND
from phoenix_core.clock.units import to_stamp
from phoenix_tools.bags.compare import compare
from phoenix_tools.bags.session import Session, SessionEvent

RUNNING = ['intent', 'activities', 'speaker']


class Trace:
    """Writes down one interaction."""

    def __init__(self, trace='1' * 32, start_s=0.0, salt=''):
        self.trace = trace
        self.start_s = start_s
        self.salt = salt
        self.happened = []

    def add(self, event, message, at_s, producer, cause=None):
        time_ns = round((self.start_s + at_s) * SECOND)
        span = f'{self.salt}{len(self.happened)}'
        message.header = EventHeader(
            stamp=to_stamp(time_ns),
            producer=producer,
            trace_id=self.trace,
            span_id=span,
            parent_span_id=cause or '',
        )
        self.happened.append(SessionEvent(event, message, time_ns))
        return span


def interaction(  # what can be changed
    *, intent='joke', texts=('Ha ha!',), light=True, delay_s=0.0, salt='', cause='intent',
    confidence=1.0, utterance='a', trace='1' * 32, start_s=0.0,
):  # fmt: skip
    it = Trace(trace, start_s, salt)
    heard = it.add(events.TRANSCRIPT, Transcript(kind=2, source=2, text='a joke'), 0.0, 'console')
    understood = it.add(
        events.INTENT_DETECTED,
        IntentDetected(name=intent, confidence=confidence, text='a joke'),
        0.01,
        'intent',
        heard,
    )
    if light:
        it.add(events.LED_COMMAND, LedCommand(animation='happy'), 0.02, 'activities', understood)
    for number, text in enumerate(texts):
        name = f'{utterance}{number}'
        say = it.add(
            events.SAY_REQUEST,
            SayRequest(text=text, utterance_id=name),
            0.03 + delay_s,
            'activities',
            understood if cause == 'intent' else heard,
        )
        it.add(
            events.AUDIO_PLAYBACK,
            PlaybackEvent(kind=2, utterance_id=name, position_s=1.0),
            1.03 + delay_s,
            'speaker',
            say,
        )
    return it.happened


def differences(before, after):
    sessions = [Session(Path('bag'), '/phoenix', happened, {}) for happened in (before, after)]
    return [d for i in compare(*sessions, RUNNING) for d in i.differences]


def told(before, after):
    return [(d.kind, str(d)) for d in differences(before, after)]


def test_ids_and_small_deviations_are_no_difference():
    after = interaction(salt='x', utterance='z', confidence=0.97, delay_s=0.1)
    assert told(interaction(), after) == []


def test_a_wrong_intent_is_named():
    [(kind, text)] = told(interaction(), interaction(intent='riddle'))
    assert kind == 'changed'
    assert text.startswith('intent: riddle')
    assert "name: recorded 'joke', replayed 'riddle'" in text


def test_a_missing_light_is_named():
    [(kind, text)] = told(interaction(), interaction(light=False))
    assert kind == 'missing'
    assert text.startswith('did not come: leds/command')


def test_an_extra_sentence_is_named_with_what_it_brings():
    kinds = told(interaction(), interaction(texts=['Ha ha!', 'Another one?']))
    assert ('extra', 'came, and was not recorded: says: Another one?') in kinds
    assert {kind for kind, _ in kinds} == {'extra'}


def test_an_extra_first_sentence_leaves_the_second_as_it_was():
    found = differences(interaction(), interaction(texts=['Well.', 'Ha ha!']))
    extra = [d.replayed.message.text for d in found if d.replayed.event is events.SAY_REQUEST]
    assert extra == ['Well.']


def test_a_delay_is_named_at_the_step_that_took_it():
    [(kind, text)] = told(interaction(), interaction(delay_s=0.3))
    assert kind == 'time'
    assert text.startswith('says: Ha ha!: 0.32 s after intent: joke (1.00), recorded were 0.02 s')


def test_another_cause_is_named():
    [(kind, text)] = told(interaction(), interaction(cause='transcript'))
    assert kind == 'cause'
    assert 'caused by typed: a joke, recorded was: by intent: joke' in text


def test_an_interaction_that_must_not_happen_is_named():
    more = [*interaction(), *interaction(trace='2' * 32, start_s=5.0, salt='n')]
    kinds = [kind for kind, _ in told(interaction(), more)]
    assert kinds == ['extra'] * 4


def test_an_interaction_that_does_not_happen_is_named():
    more = [*interaction(), *interaction(trace='2' * 32, start_s=5.0, salt='n')]
    kinds = [kind for kind, _ in told(more, interaction())]
    assert kinds == ['missing'] * 4


def test_what_the_toy_begins_by_itself_is_compared_whatever_its_id():
    first, ring = interaction(), interaction(trace='2' * 32, start_s=5.0, salt='r')[2:]
    again = interaction(trace='3' * 32, start_s=5.0, salt='s', texts=['Ho!'])[2:]
    [(kind, text)] = told([*first, *ring], [*first, *again])
    assert kind == 'changed'
    assert "text: recorded 'Ha ha!', replayed 'Ho!'" in text


@pytest.mark.parametrize('position_s', [0.6, 1.4])
def test_what_was_before_the_first_input_is_not_compared(position_s):
    before = Trace('9' * 32, -5.0)
    before.add(
        events.AUDIO_PLAYBACK,
        PlaybackEvent(kind=2, utterance_id='old', position_s=position_s),
        6.0,
        'speaker',
    )
    late = [*interaction(start_s=10.0)]
    assert told([*before.happened, *late], late) == []
