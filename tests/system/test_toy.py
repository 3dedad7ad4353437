"""The whole toy, started as a person starts it: a recorded person speaks to it, it answers."""

import sys

import numpy as np
import pytest
import soundfile
from front_door import END_S, ROOT
from layouts import BOTH, COMPOSED_FIRST

from phoenix_audio.wav import read_wav
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer

SAMPLE = 'samples/hey_jarvis_turn_on_the_light.wav'


def said(output: str) -> str:
    """What the toy says it says, from its output."""
    lines = [line.split(maxsplit=1) for line in output.splitlines()]
    return ' '.join(line[1] for line in lines if line[0] == 'says')


def words(text: str) -> set[str]:
    return {word.strip('.,!?').lower() for word in text.split()}


@pytest.mark.parametrize('layout', COMPOSED_FIRST)
def test_a_recording_is_heard_understood_and_answered_aloud(phoenix, tmp_path, layout):
    reply = tmp_path / 'reply.wav'
    toy = phoenix('run', '--layout', layout, '--play', SAMPLE, '--reply-to', str(reply))
    assert toy.end() == 0, toy.output
    # In the order in which they came, which is not always that of their causes in other processes.
    told = [line.split(maxsplit=1) for line in toy.output.splitlines()]
    assert [line[-1] for line in told if line[0] == 'state'][-1] == 'idle, resting'
    for label, text in [
        ('wake word', 'hey_jarvis'),
        ('heard', 'Turn on the living room light'),
        ('intent', 'light_on'),
        ('says', 'light'),
        ('speaker', 'finished'),
    ]:
        assert any(f'{label}  '.startswith(line[0]) and text in line[-1] for line in told), (
            f'{label}: {text} did not come:\n{toy.output}'
        )
    assert 'fault' not in toy.output
    assert toy.left_behind() == []

    heard = MoonshineRecognizer().recognize(read_wav(reply), 16000)
    expected = words(said(toy.output))
    assert len(expected & words(heard)) >= 0.75 * len(expected), f'{heard!r} for {expected}'


@pytest.mark.long
def test_a_recording_of_another_rate_and_width_is_heard_too(phoenix, tmp_path):
    samples, _ = soundfile.read(ROOT / SAMPLE)
    file = tmp_path / 'stereo.wav'
    import soxr

    other = soxr.resample(samples, 16000, 44100)
    soundfile.write(file, np.column_stack([other, other]), 44100, subtype='PCM_24')
    kept = tmp_path / 'state'
    toy = phoenix(
        'run',
        '--play',
        str(file),
        before=['env', '-u', 'PHOENIX_ACTIVITIES_STATE_FILE'],
        XDG_STATE_HOME=str(kept),
    )
    assert toy.end() == 0, toy.output
    assert 'light_on' in toy.output
    # The light is to be kept, but not of a run that is to repeat itself.
    assert [path.name for path in kept.rglob('*.*')] == ['phoenix.mute']


@pytest.mark.long
def test_speech_without_the_wake_word_is_not_answered(phoenix):
    toy = phoenix('run', '--play', 'samples/austen_0880.wav')
    assert toy.end() == 1
    assert 'phoenix: no wake word was heard in samples/austen_0880.wav' in toy.output
    assert toy.left_behind() == []


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (('--play', 'no such.wav'), 'no such.wav'),
        (('--profile', 'moon'), "no profile 'moon'; allowed: pi, sim"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(phoenix, arguments, problem):
    toy = phoenix('run', *arguments)
    assert toy.end() == 1
    assert problem in toy.output
    refusal = toy.output.removeprefix('  starting  the toy\n')
    assert len(refusal.splitlines()) == 1


@pytest.mark.parametrize('layout', COMPOSED_FIRST)
@pytest.mark.parametrize(
    'moment', ['', 'importing', 'ready', pytest.param('started at', marks=pytest.mark.long)]
)
def test_ctrl_c_at_any_moment_ends_everything(phoenix, layout, moment):
    toy = phoenix('run', '--layout', layout, '--play', SAMPLE)
    if moment == 'importing':
        toy.wait_for_process('--ros-args')
    elif moment:
        toy.wait_for(moment)
    code, took_s = toy.interrupt()
    assert code == 130, toy.output
    assert took_s < END_S
    assert 'Traceback' not in toy.output
    assert toy.left_behind() == []


HANGS_AT_THE_END = """
import asyncio, contextlib, time
from phoenix_tools import command_line
from phoenix_tools.run import running_toy

def console(*nodes):
    time.sleep(3600)

converse = running_toy.RunningToy._converse

async def conversation(*given):
    with contextlib.suppress(asyncio.CancelledError):
        await converse(*given)
    time.sleep(3600)

what = 'WHAT'
if what == 'console':
    running_toy.shut_down = console
else:
    running_toy.RunningToy._converse = conversation
running_toy.END_LIMIT_S = 3.0
raise SystemExit(command_line.main())
"""


@pytest.mark.parametrize('what', ['console', 'conversation'])
def test_what_hangs_at_the_end_is_told_and_holds_nobody_up(phoenix, what):
    program = HANGS_AT_THE_END.replace('WHAT', what)
    hangs = ('sh', '-c', f'shift; exec {sys.executable} -c "$0" "$@"', program)
    toy = phoenix('run', before=hangs)
    toy.wait_for('ready')
    code, took_s = toy.interrupt()
    assert (code, toy.left_behind(within_s=5.0)) == (1, []), toy.output
    assert took_s < 3.0 + END_S
    assert f'in {what}' in toy.output


@pytest.mark.parametrize('layout', BOTH)
def test_the_dry_run_prints_every_process(phoenix, layout):
    toy = phoenix('run', '--dry-run', '--layout', layout, '--profile', 'pi')
    assert toy.end() == 0
    commands = [line for line in toy.output.splitlines() if not line.startswith('#') and line]
    assert len(commands) == {'composed': 2, 'processes': 12}[layout]
    assert all('__ns:=/phoenix' in command for command in commands)
    assert 'config/pi.yaml' in toy.output
