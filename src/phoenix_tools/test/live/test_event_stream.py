"""The live console: what it shows of events, and how."""

import array
import subprocess
import sys

import pytest
from phoenix_msgs.msg import AudioFrame, LedFrame, NodeStatus, TouchEvent, WakeWordScore

from phoenix_core import events
from phoenix_tools.live.event_stream import (
    COLORS,
    METER_COLUMNS,
    QUIETEST_DB,
    SILENT_AFTER_S,
    Filter,
    Meters,
    event_line,
    level_db,
)

TRACE = '0000000a' + '0' * 24


def message(of, trace=TRACE, node='sensors', **fields):
    made = of(**fields)
    made.header.trace_id, made.header.producer = trace, node
    return made


@pytest.fixture
def touch():
    return message(TouchEvent, pad='head', kind=TouchEvent.TOUCHED)


def sound(amplitude):
    return message(AudioFrame, '', samples=array.array('h', [amplitude, -amplitude] * 320))


@pytest.mark.parametrize(
    ('shown', 'options'),
    [
        (True, {}),
        (True, {'nodes': ['sensors']}),
        (False, {'nodes': ['leds']}),
        (True, {'events': [events.TOUCH]}),
        (False, {'events': [events.BUTTON]}),
        (True, {'traces': ['0000000a']}),
        (False, {'traces': ['0000000b']}),
        (False, {'nodes': ['sensors'], 'traces': ['0000000b']}),
    ],
)
def test_filters_by_node_event_and_trace(touch, shown, options):
    assert Filter(**options).shows(events.TOUCH, touch) is shown


def test_streams_and_heartbeats_are_no_lines():
    status = message(NodeStatus, '')
    assert not Filter().shows(events.NODE_STATUS, status)
    assert Filter(events=[events.NODE_STATUS]).shows(events.NODE_STATUS, status)
    assert not Filter().shows(events.AUDIO_INPUT, sound(1))
    assert not Filter().shows(events.WAKE_WORD_SCORE, message(WakeWordScore, ''))
    assert not Filter().shows(events.LED_FRAME, message(LedFrame, ''))
    assert Filter().shows(events.LED_FRAME, message(LedFrame))


def test_a_line_tells_who_what_and_of_which_interaction(touch):
    line = event_line(events.TOUCH, touch)
    assert line.plain.split()[1:] == ['0000000a', 'sensors', 'sensors/touch', 'touched', 'head']
    assert {span.style for span in line.spans} == {'bright_black', COLORS[10 % len(COLORS)]}
    touch.header.trace_id = ''
    assert {span.style for span in event_line(events.TOUCH, touch).spans} == {'bright_black'}


def test_the_meter_follows_the_sound_and_falls_silent():
    assert level_db(sound(32767)) == pytest.approx(0, abs=0.1)
    assert level_db(sound(3277)) == pytest.approx(-20, abs=0.1)
    assert level_db(sound(0)) == QUIETEST_DB
    meters = Meters()
    assert '█' not in meters.draw(0.0).plain
    meters.feed(events.AUDIO_INPUT, sound(32767), 1.0)
    assert meters.draw(1.0).plain.count('█') == METER_COLUMNS
    assert '█' not in meters.draw(1.1 + SILENT_AFTER_S).plain
    meters.feed(events.LED_FRAME, message(LedFrame, rgb=[0, 255, 0] * 16), 2.0)
    assert meters.draw(2.0).plain.count('●') == 16
    score = message(WakeWordScore, '', phrase='hey_jarvis', score=0.97)
    meters.feed(events.WAKE_WORD_SCORE, score, 2.0)
    assert 'hey_jarvis 0.97' in meters.draw(2.0).plain
    assert 'hey_jarvis 0.00' in meters.draw(2.1 + SILENT_AFTER_S).plain


def test_an_unknown_event_is_refused_by_name():
    command = [
        sys.executable,
        '-m',
        'phoenix_tools.command_line',
        'events',
        '--event',
        'speech/sya',
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, '')
    assert 'speech/sya: no such event (did you mean speech/say?)' in ended.stderr
