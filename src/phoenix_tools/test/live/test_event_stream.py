"""The live console: what it shows of events, and how."""

import array
import io
import signal
import subprocess
import sys

import pytest
from phoenix_msgs.msg import (
    ActivityTransition,
    AudioFrame,
    EventHeader,
    Fault,
    IntentDetected,
    LedFrame,
    NodeStatus,
    TouchEvent,
    Transcript,
    WakeWordScore,
)
from rich.console import Console

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
from phoenix_tools.live.events_command import Stream
from phoenix_tools.traces.drawing import chain, listing, waterfall
from phoenix_tools.traces.interaction import interactions

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


class Closed(io.StringIO):
    """A pipe whose reader has gone."""

    def write(self, text):
        raise BrokenPipeError


def test_it_ends_when_nobody_reads_any_more(monkeypatch):
    monkeypatch.setattr(sys, 'stdout', Closed())
    ended = []
    Stream(Filter(), ended).on_event(events.FAULT, Fault())
    assert ended == [signal.SIGPIPE]


HOSTILE = '\x1b[2J\x1b]0;x\x07\r\n\u202e'


@pytest.mark.parametrize('event', events.ALL, ids=lambda event: event.name)
def test_a_line_obeys_nothing_that_a_message_says(event):
    made = event.message()
    if event.has_header:
        made.header.producer = made.header.trace_id = HOSTILE
    for name, kind in made.get_fields_and_field_types().items():
        if kind.startswith('string'):
            setattr(made, name, HOSTILE)
    assert event_line(event, made).plain.isprintable()


@pytest.mark.parametrize('draw', [listing, waterfall, chain])
def test_a_trace_obeys_nothing_that_its_events_say(draw):
    header = {'trace_id': 'a' * 32, 'producer': HOSTILE}
    traced = [
        (events.TRANSCRIPT, Transcript(kind=Transcript.FINAL, text=HOSTILE)),
        (events.INTENT_DETECTED, IntentDetected(name=HOSTILE)),
        (events.FAULT, Fault(code=HOSTILE, message=HOSTILE, node=HOSTILE)),
        (events.ACTIVITY_TRANSITION, ActivityTransition(to_activity=HOSTILE)),
    ]
    for number, (_, made) in enumerate(traced):
        made.header = EventHeader(span_id=f'{number:016}', **header)
    [interaction] = interactions(traced)
    screen = Console(file=io.StringIO(), width=200, color_system=None)
    drawn = {
        listing: lambda: listing([interaction]),
        waterfall: lambda: waterfall(interaction, [], 150),
        chain: lambda: chain(interaction, interaction.spans[-1]),
    }
    screen.print(drawn[draw]())
    assert all(line.isprintable() for line in screen.file.getvalue().split('\n'))
