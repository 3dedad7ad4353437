"""Entries of the catalogue: their consistency, and how a replay compares."""

import pytest
from message_values import kind_at
from phoenix_msgs.msg import EventHeader, PlaybackEvent, Transcript

from phoenix_core import events
from phoenix_core.events.event_type import Privacy


def playback(position_s, utterance_id='a', kind=PlaybackEvent.FINISHED):
    return PlaybackEvent(
        header=EventHeader(producer=utterance_id),
        kind=kind,
        utterance_id=utterance_id,
        position_s=position_s,
    )


def test_a_replay_compares_as_the_catalogue_says():
    recorded = playback(2.0)
    assert events.AUDIO_PLAYBACK.differences(recorded, playback(2.4, 'b')) == []
    assert events.AUDIO_PLAYBACK.differences(recorded, playback(2.75)) == [
        'position_s: recorded 2.0, replayed 2.75 (within 0.5)'
    ]
    [line] = events.AUDIO_PLAYBACK.differences(
        recorded, playback(2.0, kind=PlaybackEvent.INTERRUPTED)
    )
    assert line == 'kind: recorded 2, replayed 3 (exact)'


def test_an_event_may_be_ignored_as_a_whole():
    frame = events.LED_FRAME.message
    assert events.LED_FRAME.differences(frame(rgb=[1]), frame(rgb=[2], sequence=7)) == []


def test_words_must_be_as_they_were():
    recorded, replayed = Transcript(text='red'), Transcript(text='bed', recognition_s=1.0)
    assert events.TRANSCRIPT.differences(recorded, replayed) == [
        "text: recorded 'red', replayed 'bed' (exact)"
    ]


@pytest.mark.parametrize('event', events.ALL, ids=lambda event: event.name)
def test_an_entry_speaks_of_fields_that_there_are(event):
    for path in (*event.rules, *event.references):
        assert kind_at(event.message, path)
    assert set(event.comparisons) == set(event.message.get_fields_and_field_types())
    assert getattr(events, event.name) is event


@pytest.mark.parametrize('event', events.ALL, ids=lambda event: event.name)
def test_what_may_hold_words_or_sound_is_not_called_harmless(event):
    fields = event.message.get_fields_and_field_types()
    if 'samples' in fields:
        assert event.privacy is Privacy.AUDIO
    elif {'text', 'slots'} & set(fields):
        assert event.privacy is Privacy.PERSONAL
