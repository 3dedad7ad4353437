"""`phoenix parent`: a parent decides in the terminal, and the PIN is seen nowhere."""

import os
import pty
import subprocess
import sys

import pytest

from phoenix_core.limits.limits import Limits
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.storage.toy_file import ToyFile

PIN = '4711'
COMMAND = [sys.executable, '-m', 'phoenix_tools.command_line', 'parent']


@pytest.fixture
def environ(tmp_path):
    return {**os.environ, 'XDG_STATE_HOME': str(tmp_path)}


@pytest.fixture
def file(environ):
    return ParentFile.of(environ, '/phoenix')


@pytest.fixture
def parent(environ):
    """Run the command; `typed` are the lines of its standard input."""

    def run(*arguments, typed=()):
        return subprocess.run(
            [*COMMAND, *arguments],
            env=environ,
            input=''.join(f'{line}\n' for line in typed),
            capture_output=True,
            text=True,
        )

    return run


def test_the_first_change_sets_the_pin(parent, file):
    done = parent('set', 'daily_minutes', '45', typed=[PIN, PIN, PIN])
    assert (done.returncode, done.stderr) == (0, '')
    assert 'daily_minutes is 45 now' in done.stdout
    assert PIN not in done.stdout
    assert file.limits == Limits(daily_minutes=45)
    file.check(PIN)


def test_the_limits_are_shown_without_a_pin(parent, file):
    file.set_pin('', PIN)
    file.set_limits(PIN, Limits(activities_off=['dance', 'quiz']))
    shown = parent('show')
    assert shown.returncode == 0
    for name in Limits.model_fields:
        assert name in shown.stdout
    assert 'dance,quiz' in shown.stdout
    assert str(file.path) in shown.stdout


@pytest.mark.parametrize(
    ('key', 'value', 'problem'),
    [
        ('quiet_hour', '19:00-07:00', 'no such limit (did you mean quiet_hours?)'),
        ('daily_minutes', 'many', 'daily_minutes: is a whole number or none'),
        ('activities_off', 'danc', "can be switched off (did you mean dance?), is 'danc'"),
        ('activities_off', 'care', "is 'care'; there are"),
    ],
)
def test_a_mistake_is_told_before_the_pin_is_asked_for(parent, file, key, value, problem):
    refused = parent('set', key, value)
    assert refused.returncode == 1
    assert problem in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not file.path.exists()


def test_a_wrong_pin_is_told_by_its_exit_code_and_makes_one_wait(parent, file):
    file.set_pin('', PIN)
    for _ in range(3):
        assert parent('set', 'volume_ceiling', '50', typed=['0000']).returncode == 3
    refused = parent('set', 'volume_ceiling', '50', typed=[PIN])
    assert refused.returncode == 3
    assert 'too often' in refused.stderr
    assert file.limits == Limits()


def test_two_different_new_pins_set_none(parent, file):
    refused = parent('pin', typed=[PIN, '4712'])
    assert (refused.returncode, file.pin_set) == (1, False)
    assert parent('pin', typed=[PIN, PIN]).returncode == 0
    assert parent('pin', typed=[PIN, '2222', '2222']).returncode == 0
    file.check('2222')


def test_without_a_pin_in_the_input_nothing_is_done(parent, file):
    file.set_pin('', PIN)
    refused = parent('forget')
    assert refused.returncode == 1
    assert 'a PIN is needed' in refused.stderr


def test_a_dialogue_goes_on_after_a_mistake(parent, file):
    file.set_pin('', PIN)
    done = parent(typed=['daily', 'dayly_minutes 5', 'daily_minutes 5', PIN, 'stored', ''])
    assert done.returncode == 0, done.stderr
    assert 'did you mean daily_minutes?' in done.stdout
    assert file.limits.daily_minutes == 5


def test_what_is_stored_is_shown_with_its_size_and_age(parent, file, environ):
    file.set_pin('', PIN)
    state = ToyFile.STATE.path(environ, '/phoenix')
    state.write_bytes(bytes(1234))
    shown = parent('stored').stdout
    assert f'1234 bytes     0 days old  {state}' in shown
    assert str(file.path) in shown


def test_in_a_terminal_the_pin_is_not_shown(file, environ):
    file.set_pin('', PIN)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, 'set', 'volume_ceiling', '50'],
        env=environ, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    shown = b''
    while b'PIN:' not in shown:
        shown += os.read(master, 1024)
    os.write(master, f'{PIN}\n'.encode())
    while b'now' not in shown:
        shown += os.read(master, 1024)
    assert process.wait(10) == 0
    os.close(master)
    assert PIN.encode() not in shown
    assert file.limits.volume_ceiling == 50
