"""`phoenix setup`: answers become a profile, limits and a name; who stops has changed nothing."""

import contextlib
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys

import pytest
import yaml

from phoenix_core.limits.limits import Limits
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.storage.toy_file import ToyFile
from phoenix_core.storage.toy_lock import ToyLock
from phoenix_tools.settings.given_profile import check_profile

PIN = '4711'
SETUP = [sys.executable, '-m', 'phoenix_tools.command_line', 'setup']
AS_IT_IS = ['', '', '', '', 'simulated', 'simulated', 'simulated', 'simulated']  # of the toy
NO_NAME, NO_LIMITS, YES = [''], [''] * 5, ['']


@pytest.fixture
def environ(tmp_path):
    # A domain of its own: a toy of this machine must not be in the way.
    return {**os.environ, 'XDG_STATE_HOME': str(tmp_path / 'state'), 'ROS_DOMAIN_ID': '97'}


@pytest.fixture
def setup(tmp_path, environ):
    """Run the command; return its end, and the profile as far as there is one."""

    def run(*typed):
        file = tmp_path / 'mine.yaml'
        ended = subprocess.run(
            [*SETUP, str(file)],
            env=environ,
            input=''.join(f'{line}\n' for line in typed),
            capture_output=True,
            text=True,
        )
        return ended, yaml.safe_load(file.read_text()) if file.exists() else None

    return run


def names(environ):
    """Return the names that the toy keeps."""
    path = ToyFile.STATE.path(environ, '/phoenix')
    with contextlib.closing(sqlite3.connect(path)) as state:
        kept = dict(state.execute('SELECT name, value FROM kept'))
    return json.loads(kept['toy'])['told']


def test_who_only_presses_enter_gets_a_toy_as_it_comes(setup, environ, tmp_path):
    ended, profile = setup(*AS_IT_IS, *NO_NAME, *NO_LIMITS, *YES)
    assert (ended.returncode, ended.stderr) == (0, '')
    simulated = {'ros__parameters': {'provider': 'simulated'}}
    nodes = ('microphone', 'speaker', 'leds', 'sensors')
    assert profile == {f'/**/{node}': simulated for node in nodes}
    assert f'./phoenix run --profile {tmp_path}/mine.yaml' in ended.stdout
    assert not (tmp_path / 'state').exists(), 'nothing was decided'


def test_answers_are_in_the_profile_the_limits_and_the_state(setup, environ, tmp_path):
    ended, profile = setup(
        *('de', 'DE', 'Mama, Papa', 'alexa', 'portaudio', 'portaudio', 'simulated', 'gpiozero'),
        *('mia', 'yes', '21:00-07:00', '45', '', '', '', PIN, PIN, ''),
    )
    assert (ended.returncode, ended.stderr) == (0, '')
    assert PIN not in ended.stdout
    toy = {'language': 'de', 'country': 'DE', 'adults': ['Mama', 'Papa']}
    assert profile['/**']['ros__parameters'] == toy
    assert profile['/**/voice']['ros__parameters']['providers'] == ['espeak_ng']
    assert profile['/**/wake_word']['ros__parameters'] == {'models': ['alexa']}
    assert profile['/**/microphone']['ros__parameters'] == {'provider': 'portaudio'}
    assert 'gpiozero.pad_pins' in profile['/**/sensors']['ros__parameters']
    check_profile(str(tmp_path / 'mine.yaml'))
    file = ParentFile.of(environ, '/phoenix')
    decided = Limits(quiet_hours='21:00-07:00', daily_minutes=45, remember_facts=True)
    assert file.limits == decided
    file.check(PIN)
    assert names(environ) == {'child_name': 'Mia'}


def test_an_answer_that_does_not_fit_is_asked_again(setup):
    ended, profile = setup('fr', '9', 'de', *AS_IT_IS[1:], *NO_NAME, *NO_LIMITS, *YES)
    assert ended.returncode == 0
    assert ended.stdout.count('a number from 1 to 2') == 2
    assert profile['/**']['ros__parameters'] == {'language': 'de'}


def test_what_is_there_is_only_written_over_with_leave(setup, tmp_path):
    (tmp_path / 'mine.yaml').write_text('{}')
    assert setup('')[1] == {}
    assert setup('yes', *AS_IT_IS, *NO_NAME, *NO_LIMITS, *YES)[1] != {}


@pytest.mark.parametrize(
    ('typed', 'told'),
    [
        (AS_IT_IS, 'name of the child, empty: it asks itself: no answer; nothing is written'),
        ([*AS_IT_IS, 'mia', '', *NO_LIMITS, PIN, '4712'], 'two different ones; nothing is w'),
        ([*AS_IT_IS, 'mia', '', *NO_LIMITS, PIN, PIN], 'mine.yaml: no answer; nothing is'),
    ],
)
def test_who_stops_in_the_middle_has_changed_nothing(setup, tmp_path, typed, told):
    ended, profile = setup(*typed)
    assert (ended.returncode, profile) == (1, None)
    assert told in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_writes_nothing(environ, tmp_path):
    inner, outer = pty.openpty()
    command = [*SETUP, str(tmp_path / 'mine.yaml')]
    with subprocess.Popen(
        command, env=environ, stdin=outer, stdout=outer, stderr=outer, start_new_session=True
    ) as process:
        shown = b''
        while b'number' not in shown:
            shown += os.read(inner, 4096)
        os.write(inner, b'de\n')
        while b'country' not in shown:
            shown += os.read(inner, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == -signal.SIGINT
    os.close(inner)
    os.close(outer)
    assert b'Traceback' not in shown
    assert list(tmp_path.iterdir()) == []


def test_the_wrong_pin_changes_nothing(setup, environ):
    file = ParentFile.of(environ, '/phoenix')
    file.set_pin('', PIN)
    ended, profile = setup(*AS_IT_IS, *NO_NAME, '', '45', '', '', '', '9999', *YES)
    assert (ended.returncode, profile) == (1, None)
    assert 'the PIN is wrong' in ended.stderr
    assert ParentFile.of(environ, '/phoenix').limits == Limits()


def test_a_toy_that_runs_is_not_told_a_name_behind_its_back(setup, environ, monkeypatch):
    with ToyLock('/phoenix', ('toy', 'helper'), 'composed', environ):
        ended, profile = setup(*AS_IT_IS, 'mia', '', *NO_LIMITS, PIN, PIN, *YES)
    assert (ended.returncode, profile) == (1, None)
    assert 'a toy /phoenix runs already in domain 97' in ended.stderr
