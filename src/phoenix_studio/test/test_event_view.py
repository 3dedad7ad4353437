"""What a browser is told of each event."""

import array
import json

import pytest
from phoenix_msgs import msg

from phoenix_core import events
from phoenix_core.events.event_type import Privacy
from phoenix_studio.event_view import SHOWN, event_json, loudness, stream_of


def view(event, **fields):
    return json.loads(event_json(event, event.message_class(**fields)))


@pytest.mark.parametrize('event', SHOWN, ids=lambda event: event.name)
def test_every_event_can_be_told(event):
    kinds = {'kind': 1} if 'kind' in event.message_class.get_fields_and_field_types() else {}
    told = view(event, **kinds)
    assert told['event'] == event.name
    assert told['personal'] == (event.privacy is not Privacy.NONE)


def test_enumerations_are_words():
    assert view(events.ACTIVITY_STATE, phase=msg.ActivityState.FOLLOWING_UP)['fields'] == {
        'activity': '',
        'phase': 'following up',
    }
    status = view(events.NODE_STATUS, state=msg.NodeStatus.ACTIVE, level=msg.CapabilityStatus.LOST)
    assert status['fields']['state'] == 'active'
    assert status['fields']['level'] == 'lost'


def test_pixels_are_hex_and_only_the_newest_count():
    frame = msg.LedFrame(rgb=array.array('B', [255, 0, 16]))
    assert json.loads(event_json(events.LED_FRAME, frame))['fields']['rgb'] == 'ff0010'
    assert stream_of(events.LED_FRAME, frame)
    assert not stream_of(events.TRANSCRIPT, msg.Transcript())
    assert stream_of(events.WAKE_WORD_SCORE, msg.WakeWordScore(phrase='a')) != stream_of(
        events.WAKE_WORD_SCORE, msg.WakeWordScore(phrase='b')
    )


def test_no_sound_is_told_only_how_loud_it_is():
    told = view(events.AUDIO_PLAYED, samples=array.array('h', [12345] * 640))
    assert 'fields' not in told
    assert '12345' not in json.dumps(told)
    assert 0.8 < told['level'] <= 1
    assert events.AUDIO_INPUT not in SHOWN


def test_loudness_goes_from_silence_to_full_scale():
    assert loudness(array.array('h')) == 0
    assert loudness(array.array('h', [0] * 100)) == 0
    assert loudness(array.array('h', [-32768] * 100)) == 1
    quiet, loud = (loudness(array.array('h', [size] * 100)) for size in (300, 3000))
    assert 0 < quiet < loud < 1
