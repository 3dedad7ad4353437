"""S4: a hundred turns leave no word and no sound on disk, in logs or in the output."""

import os
import stat

import pytest
from front_door import Phoenix
from layouts import COMPOSED_FIRST
from rare_words import ending, found_in, type_rare_words, written_since

from phoenix_core import events

TURNS = 100
SOUND = (b'RIFF', b'fLaC', b'OggS', b'\x89MCAP')  # how files that can hold some begin
HEARD = 'living room'  # spoken in samples/hey_jarvis_turn_on_the_light.wav


@pytest.mark.long
@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_s04_a_hundred_turns_leave_nothing_behind(graph, samples, tmp_path, layout):
    marker = tmp_path / 'marker'
    marker.touch()
    own = {name: str(tmp_path / name) for name in ('XDG_STATE_HOME', 'ROS_LOG_DIR', 'TMPDIR')}
    for folder in own.values():
        os.mkdir(folder)  # noqa: PTH102
    toy = Phoenix(
        graph.domain, 'run', '--layout', layout, PHOENIX_ACTIVITIES_STATE_FILE='auto', **own
    )
    try:
        toy.wait_for('all well')
        words = talk(graph, toy, samples)
    finally:
        toy.kill()
    assert toy.output.count('typed') > TURNS // 2  # it does show turns
    assert found_in(toy.output, [*words, HEARD]) == set()
    traces, sounds = {}, []
    for path in written_since(marker):
        try:
            content = path.read_bytes()
        except OSError:  # it was another program's, and is gone
            continue
        if found := found_in(content, words):
            traces[path] = found
        if tmp_path in path.parents and content.startswith(SOUND):
            sounds.append(path)
    assert traces == {}
    assert sounds == []
    assert (tmp_path / 'XDG_STATE_HOME' / 'phoenix').exists()  # what may be kept was kept there


@pytest.mark.long
def test_s04_what_a_command_writes_is_for_its_owner_alone(phoenix, tmp_path):
    bag = tmp_path / 'bag'
    commands = (
        ('bags', 'cut', 'tests/bags/light', str(bag)),
        (
            *('trace', 'last', '--bag', 'tests/bags/light'),
            *('--svg', str(tmp_path / 'trace.svg'), '--html', str(tmp_path / 'trace.html')),
        ),
        (
            *('replay', '--fast', '--html', str(tmp_path / 'page.html'), 'tests/bags/greeting'),
            *('--report', str(tmp_path / 'picture.svg')),
        ),
    )
    for arguments in commands:
        command = phoenix(*arguments)
        assert command.end() == 0, command.output
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob('*')}
    assert len(modes) == 7, modes
    assert modes.pop('bag') == 0o700
    assert set(modes.values()) == {0o600}, modes


def talk(graph, toy, samples):
    """Type and speak to the toy until it ends; return the rare words."""
    probe = graph.probe(
        publishes=[events.TRANSCRIPT, events.SIMULATED_SOUND],
        records=[events.INTENT_DETECTED, events.TRANSCRIPT],
    )
    for event, others in ((events.TRANSCRIPT, 4), (events.SIMULATED_SOUND, 1)):
        graph._wait_for_subscribers(probe, event, others)
    with ending(toy):
        words = type_rare_words(graph, probe, TURNS)
        recording = str(samples / 'hey_jarvis_turn_on_the_light.wav')
        graph.call(lambda: probe.publish(events.SIMULATED_SOUND, file=recording))
        probe.expect(events.TRANSCRIPT, lambda heard: HEARD in heard.text, timeout_s=30)
        probe.expect(events.INTENT_DETECTED, lambda one: one.name == 'light_on', timeout_s=30)
    return words
