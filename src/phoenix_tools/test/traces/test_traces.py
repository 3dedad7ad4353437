"""Interactions as traces, made of events as they come from a bag or a toy."""

import argparse
from pathlib import Path

import pytest
from phoenix_msgs.msg import (
    ListeningEvent,
    PlaybackEvent,
    Transcript,
)
from rich.console import Console

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, to_stamp
from phoenix_core.settings.config_file import ConfigFileError, load_config
from phoenix_core.settings.node_settings import installed_config
from phoenix_core.telemetry.recent_events import RecentEvents
from phoenix_tools import command_line
from phoenix_tools.bags.recording import RecordingProfile, recorded_events
from phoenix_tools.command_error import CommandError
from phoenix_tools.traces import drawing, trace_command
from phoenix_tools.traces.interaction import interactions
from phoenix_tools.traces.stages import StagesFile, load_stages, stage_times

TRACE = 'ab' * 16
BEGUN_S = 1000.0


def event(event_type, number, at_s, cause=0, *, node='node', trace=TRACE, took=(), **fields):
    """Make an event; number and cause are span ids, took its queue, own and model time."""
    message = event_type.message(**fields)
    header = message.header
    header.producer, header.trace_id = node, trace
    header.span_id, header.parent_span_id = f'{number:016x}', f'{cause:016x}' if cause else ''
    header.stamp = to_stamp(round((BEGUN_S + at_s) * NANOSECONDS_PER_SECOND))
    header.published = to_stamp(round((BEGUN_S + at_s) * NANOSECONDS_PER_SECOND))
    header.queued_s, header.processing_s, header.model_s = took or (0.0, 0.0, 0.0)
    return event_type, message


def answered():
    """A word, understood and answered."""
    return [
        event(events.WAKE_WORD_DETECTED, 1, 0.0, phrase='hey', score=1.0, node='wake_word'),
        event(events.LISTENING, 2, 0.1, 1, kind=ListeningEvent.OPENED, node='listener'),
        event(
            events.TRANSCRIPT,
            3,
            1.0,
            2,
            kind=Transcript.FINAL,
            text='light on',
            node='listener',
            took=(0.1, 0.2, 0.3),
        ),
        event(events.INTENT_DETECTED, 4, 1.6, 3, name='light_on', node='intent'),
        event(
            events.SAY_REQUEST, 5, 1.65, 4, utterance_id='u', text='It is on.', node='activities'
        ),
        event(events.AUDIO_OUTPUT, 6, 1.9, 5, stream_id='u', sequence=0, node='voice'),
        event(events.AUDIO_OUTPUT, 7, 2.0, 5, stream_id='u', sequence=1, node='voice'),
        event(events.AUDIO_OUTPUT, 8, 2.1, 5, stream_id='u', sequence=2, last=True, node='voice'),
        event(
            events.AUDIO_PLAYBACK,
            9,
            2.15,
            6,
            utterance_id='u',
            kind=PlaybackEvent.STARTED,
            node='speaker',
        ),
        event(
            events.AUDIO_PLAYBACK,
            10,
            3.0,
            9,
            utterance_id='u',
            kind=PlaybackEvent.FINISHED,
            node='speaker',
        ),
    ]


@pytest.fixture
def stages():
    return load_stages(installed_config())


def drawn(renderable, columns=120):
    console = Console(width=columns, record=True)
    console.print(renderable)
    return console.export_text()


def test_events_become_one_interaction_in_order():
    [found] = interactions(reversed(answered()))
    assert [int(span.span_id, 16) for span in found.spans] == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert (found.start, found.heard, found.done) == ('wake word', 'light on', 'light_on')
    assert found.seconds == pytest.approx(3.0)
    assert found.orphans == found.faults == []
    assert [span.name for span in found.chain(found.spans[-1])][-3:] == [
        'audio/output',
        'audio/playback started',
        'audio/playback finished',
    ]


def test_stages_have_their_times_and_budgets(stages):
    [found] = interactions(answered())
    times = {time.stage.name: time for time in stage_times(found, stages)}
    assert list(times) == [
        'spotting', 'understanding', 'decision', 'voice', 'first sound', 'speaking',
    ]  # fmt: skip
    assert times['understanding'].seconds == pytest.approx(0.6)
    assert [name for name, time in times.items() if time.over_budget] == ['understanding']
    assert times['first sound'].seconds == pytest.approx(0.25)


def test_a_trace_that_stops_says_after_what(stages):
    [found] = interactions(answered()[:5])
    [stopped] = [time for time in stage_times(found, stages) if time.end is None]
    assert (stopped.stage.name, stopped.begin.name) == ('voice', 'speech/say')
    text = drawn(drawing.waterfall(found, stage_times(found, stages), 120))
    assert 'stopped at 1.650 s: nothing came of speech/say of activities' in text


def test_an_event_without_its_cause_is_an_orphan():
    kept = [one for one in answered() if one[0] is not events.INTENT_DETECTED]
    [found] = interactions(kept)
    assert [span.name for span in found.orphans] == ['speech/say']
    assert 'speech/say of activities: its cause is missing' in drawn(
        drawing.waterfall(found, [], 120)
    )


def recorded(profile):
    """Return the interaction as a bag of that profile holds it."""
    held = recorded_events(profile, audio=False)
    [found] = interactions(
        (one for one in answered() if one[0] in held), {event.topic for event in held}
    )
    return found


def test_a_bag_without_sound_has_whole_traces_too():
    found = recorded(RecordingProfile.SESSION)
    assert found.orphans == []
    assert found.cause(found.spans[-2]).name == 'speech/say'


@pytest.mark.parametrize(
    ('profile', 'ended'),
    [
        (RecordingProfile.INPUTS, ['spotting']),
        (RecordingProfile.SESSION, ['spotting', 'understanding', 'decision', 'speaking']),
    ],
)
def test_what_a_bag_does_not_hold_is_no_stage_that_stopped(stages, profile, ended):
    found = recorded(profile)
    times = stage_times(found, stages)
    assert [time.stage.name for time in times if time.end is not None] == ended
    assert [time.stage.name for time in times if time.end is None] == []
    text = drawn(drawing.waterfall(found, times, 120))
    assert 'stopped' not in text
    assert 'nothing' not in text


def test_what_a_bag_would_hold_is_a_stage_that_stopped(stages):
    topics = {event.topic for event in recorded_events(RecordingProfile.SESSION, audio=False)}
    [found] = interactions(answered()[:3], topics)
    [stopped] = [time for time in stage_times(found, stages) if time.end is None]
    assert stopped.stage.name == 'understanding'


def test_a_cause_that_was_not_recorded_is_no_fault():
    [_, opened, *_] = answered()
    [found] = interactions([opened], {events.LISTENING.topic})
    text = drawn(drawing.waterfall(found, [], 120))
    assert 'speech/listening opened of listener: its cause was not recorded' in text


@pytest.mark.parametrize('columns', [80, 120, 200])
def test_a_waterfall_fits_the_terminal(stages, columns):
    [found] = interactions(answered())
    text = drawn(drawing.waterfall(found, stage_times(found, stages), columns), columns)
    assert max(map(len, text.splitlines())) <= columns
    transcript = next(line for line in text.splitlines() if 'speech/transcript final' in line)
    assert transcript.split()[-3:] == ['100.0', '200.0', '300.0']
    bar = transcript.split()[3]
    assert set(bar) == {drawing.WAITING, drawing.QUEUED, drawing.OWN, drawing.MODEL}


def test_a_fault_is_listed_and_drawn():
    fault = event(
        events.FAULT, 20, 1.7, 5, node='voice', code='voice_failed', message='broken', severity=2
    )
    fault[1].node = 'voice'
    [found] = interactions([*answered(), fault])
    assert drawn(drawing.listing([found])).rstrip().endswith('1')
    assert 'fault in voice: voice_failed: broken' in drawn(drawing.waterfall(found, [], 120))


def test_why_names_all_causes():
    text = drawn(trace_command.draw(interactions(answered()), 'why', 'audio/output', 120))
    names = [line.split()[2] for line in text.splitlines()[2:]]
    assert names == [
        'speech/wake_word',
        'speech/listening',
        'speech/transcript',
        'speech/intent',
        'speech/say',
        'audio/output',
    ]


def test_what_begins_no_interaction_is_not_listed():
    other = event(events.TOUCH, 30, 5.0, trace='cd' * 16, pad='head', kind=2)
    text = drawn(trace_command.draw(interactions([*answered(), other]), 'list', '', 120))
    assert 'abababab' in text
    assert 'cdcdcdcd' not in text


@pytest.mark.parametrize(
    ('what', 'wanted', 'problem'),
    [
        ('ffff', '', 'ffff: 0 interactions have such an id'),
        ('why', 'speech/intnet', 'speech/intnet: no such event; there are: audio/output'),
    ],
)
def test_what_is_not_there_is_refused_by_name(what, wanted, problem):
    with pytest.raises(CommandError, match=problem):
        trace_command.draw(interactions(answered()), what, wanted, 120)


def test_pictures_are_written(tmp_path):
    drawing_of = trace_command.draw(interactions(answered()), 'last', '', 160)
    svg, html = tmp_path / 'trace.svg', tmp_path / 'trace.html'
    trace_command.save(drawing_of, argparse.Namespace(svg=svg, html=html))
    assert svg.read_text().startswith('<svg')
    assert 'speech/transcript' in html.read_text()


def test_a_picture_that_cannot_be_written_is_told_in_one_line(tmp_path, capsys):
    bag = Path(__file__).parents[4] / 'tests' / 'bags' / 'light'
    file = tmp_path / 'none' / 'trace.svg'
    assert command_line.run(['trace', 'last', '--bag', str(bag), '--svg', str(file)]) == 1
    assert capsys.readouterr().err == f'phoenix: {file}: No such file or directory\n'


def test_a_stage_of_an_unknown_topic_is_refused(tmp_path):
    file = tmp_path / 'traces.yaml'
    file.write_text('stages:\n  - {name: x, to: [speech/intnet]}\n')
    with pytest.raises(ConfigFileError, match='speech/intnet'):
        load_config(file, StagesFile)


def test_the_newest_interactions_are_kept_without_sound():
    recent = RecentEvents(2)
    for number in range(3):
        frame = event(events.AUDIO_OUTPUT, 1, 0.0, trace=f'{number + 1:032x}', stream_id='u')
        frame[1].samples = [1, 2, 3]
        recent.feed(*frame)
    kept = [message for _, message in recent]
    assert [int(message.header.trace_id, 16) for message in kept] == [2, 3]
    assert all(len(message.samples) == 0 for message in kept)
