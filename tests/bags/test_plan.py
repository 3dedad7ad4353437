"""What is recorded, what is fed and who runs: it must keep up with what the nodes declare."""

from pathlib import Path

import pytest
from phoenix_msgs.msg import Transcript

from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_core.events.event_type import Privacy, Role
from phoenix_hw.sensors.node import Sensors
from phoenix_speech.listening.node import Listener
from phoenix_speech.wake_word.node import WakeWord
from phoenix_tools.bags.recording import Profile, recorded_events
from phoenix_tools.bags.replay import LEVELS, is_outcome, make_plan
from phoenix_tools.bags.replay_command import best_level, posix_time_zone
from phoenix_tools.bags.session import SessionEvent, load_session

FOLDER = Path(__file__).parent
HEARD = [event for event in events.ALL if event.role is Role.HEARD]
REACTS = ['leds', 'speaker', 'voice', 'conversation', 'activities']


def test_what_the_ear_and_the_sensors_say_can_be_fed():
    published = {*Listener.declarations.publishes, *WakeWord.declarations.publishes}
    assert set(HEARD) == published - {events.WAKE_WORD_SCORE} - set(events.OF_EVERY_NODE)
    sensed = set(Sensors.declarations.publishes) - set(events.OF_EVERY_NODE)
    assert {event for event in events.ALL if event.role is Role.SENSED} == sensed


@pytest.mark.parametrize('profile', [Profile.SESSION, Profile.INPUTS])
def test_sound_is_recorded_only_when_it_is_asked_for(profile):
    quiet, loud = recorded_events(profile, False), recorded_events(profile, True)
    assert not [event for event in quiet if event.privacy is Privacy.AUDIO]
    assert set(loud) - set(quiet) == {events.AUDIO_INPUT}


def test_everything_is_everything():
    assert recorded_events(Profile.EVERYTHING, False) == list(events.ALL)


@pytest.mark.parametrize(
    ('level', 'nodes', 'fed'),
    [
        (
            'audio',
            [*REACTS, 'intent', 'listener', 'wake_word'],
            {events.AUDIO_INPUT, events.TRANSCRIPT},
        ),
        ('transcripts', [*REACTS, 'intent'], set(HEARD)),
        ('intents', REACTS, {*HEARD, events.INTENT_DETECTED} - {events.TRANSCRIPT}),
    ],
)
def test_a_level_feeds_what_those_said_who_are_left_out(level, nodes, fed):
    plan = make_plan(load_session(FOLDER / 'light'), acting_nodes(), level)
    assert plan.nodes == nodes
    assert {event.event for event in plan.inputs} == fed
    typed = [e for e in plan.inputs if e.event is events.TRANSCRIPT and e.producer == 'person']
    assert len(typed) == (level != 'intents')


def test_an_input_follows_what_caused_it_and_a_new_one_what_was_before():
    session = load_session(FOLDER / 'interruption')
    plan = make_plan(session, acting_nodes(), 'transcripts')
    cause = {event.event: cause for event, cause in zip(plan.inputs, plan.causes, strict=True)}
    assert cause[events.LISTENING].event in (events.LISTEN_REQUEST, events.USER_SPEECH)
    pairs = list(zip(plan.inputs, plan.causes, strict=True))
    assert all(before is None or before.time_ns <= event.time_ns for event, before in pairs)
    touched = next(before for event, before in pairs if event.event is events.TOUCH)
    assert touched.event in (events.AUDIO_PLAYBACK, events.ACTIVITY_STATE)
    first = plan.causes[0]
    assert first is None or first.event in (events.VOLUME, events.ACTIVITY_STATE)


def test_what_tells_that_a_model_was_slow_need_not_be_repeated():
    def repeated(event, **fields):
        return is_outcome(SessionEvent(event, event.message(**fields), 0))

    assert not repeated(events.EARCON, earcon='thinking')
    assert not repeated(events.TRANSCRIPT, kind=Transcript.PARTIAL)
    assert repeated(events.EARCON, earcon='error')
    assert repeated(events.TRANSCRIPT, kind=Transcript.FINAL)


def test_a_session_is_replayed_from_the_level_nearest_to_the_world():
    assert best_level(load_session(FOLDER / 'light')) == 'audio'
    assert best_level(load_session(FOLDER / 'greeting')) == 'transcripts'
    assert list(LEVELS) == ['audio', 'transcripts', 'intents']


@pytest.mark.parametrize(
    ('offset_s', 'zone'), [(0, '<REC>-00:00'), (7200, '<REC>-02:00'), (-12600, '<REC>03:30')]
)
def test_the_time_zone_of_a_session_is_written_as_posix_has_it(offset_s, zone):
    assert posix_time_zone(offset_s) == zone
