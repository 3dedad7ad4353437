"""The whole toy, started as a person starts it: a recorded person speaks to it, it answers."""

import numpy as np
import pytest
import soundfile
from front_door import END_S, ROOT
from layouts import BOTH

from phoenix_audio.wav import read_wav
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer

SAMPLE = 'samples/hey_jarvis_turn_on_the_light.wav'


def said(output: str) -> str:
    """What the toy says it says, from its output."""
    lines = [line.split(maxsplit=1) for line in output.splitlines()]
    return ' '.join(line[1] for line in lines if line[0] == 'says')


def words(text: str) -> set[str]:
    return {word.strip('.,!?').lower() for word in text.split()}


@pytest.mark.parametrize('layout', BOTH)
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


def test_speech_without_the_wake_word_is_not_answered(phoenix):
    toy = phoenix('run', '--play', 'samples/austen_0880.wav')
    assert toy.end() == 1
    assert 'phoenix: no wake word was heard in samples/austen_0880.wav' in toy.output
    assert toy.left_behind() == []


@pytest.mark.parametrize(
    ('content', 'problem'),
    [(None, 'No such file'), (b'', 'broken.wav'), (b'RIFF and nothing else', 'broken.wav')],
)
def test_a_broken_recording_is_refused_by_name(phoenix, tmp_path, content, problem):
    file = tmp_path / 'broken.wav'
    if content is not None:
        file.write_bytes(content)
    toy = phoenix('run', '--play', str(file))
    assert toy.end() == 1
    assert len(toy.output.splitlines()) == 1
    assert str(file) in toy.output
    assert problem in toy.output


@pytest.mark.parametrize(
    ('setting', 'problem'),
    [
        ('treshold: 0.6', 'wake_word.treshold: no such setting (did you mean threshold?)'),
        ('threshold: high', "wake_word.threshold: input should be a valid number, is 'high'"),
        ('threshold: 1.5', 'wake_word.threshold: input should be less than or equal to 1, is 1.5'),
    ],
)
def test_a_wrong_profile_is_refused_by_name(phoenix, tmp_path, setting, problem):
    profile = tmp_path / 'mine.yaml'
    profile.write_text(f'/**/wake_word:\n  ros__parameters:\n    {setting}\n')
    toy = phoenix('run', '--profile', str(profile))
    assert toy.end() == 1
    assert toy.output.startswith(f'phoenix: {profile}: {problem}'), toy.output
    assert len(toy.output.splitlines()) == 1


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['--profile', 'moon'], "no profile 'moon'; allowed: pi, sim"),
        (['--layout', 'heap'], 'composed'),
        (['volume:=3'], "unknown argument 'volume'"),
        (['volume'], 'NAME:=VALUE'),
    ],
)
def test_a_wrong_argument_is_refused_with_what_is_allowed(phoenix, arguments, problem):
    toy = phoenix('run', *arguments)
    assert toy.end() == 1
    assert problem in toy.output
    assert len(toy.output.splitlines()) == 1


@pytest.mark.parametrize('layout', BOTH)
@pytest.mark.parametrize('moment', ['', 'importing', 'ready', 'started at'])
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


@pytest.mark.parametrize('layout', BOTH)
def test_the_dry_run_prints_every_process(phoenix, layout):
    toy = phoenix('run', '--dry-run', '--layout', layout, '--profile', 'pi')
    assert toy.end() == 0
    commands = [line for line in toy.output.splitlines() if not line.startswith('#') and line]
    assert len(commands) == {'composed': 2, 'processes': 12}[layout]
    assert all('__ns:=/phoenix' in command for command in commands)
    assert 'config/pi.yaml' in toy.output
