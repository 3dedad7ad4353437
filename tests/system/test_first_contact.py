"""A fresh clone: help and mistakes at once, and what is missing with the line to type."""

import os
import shutil
import subprocess

import pytest
from front_door import ROOT

TOOLS = ('bash', 'env', 'dirname', 'readlink', 'find', 'grep', 'python3')


@pytest.fixture
def clone(tmp_path):
    """Copy what git has; return a function that runs ./phoenix there and its output."""
    folder = tmp_path / 'clone'
    for part in ('phoenix', 'scripts', 'requirements', 'src', 'launch', 'config'):
        source, target = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=lambda *_: ['node_modules'])
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def run(*arguments, before=(), path=os.environ['PATH']):
        without_ros = {'PATH': path, 'HOME': str(tmp_path)}
        command = [*before, folder / 'phoenix', *arguments]
        ended = subprocess.run(
            command, env=without_ros, cwd=folder, capture_output=True, text=True, check=False
        )
        assert not (folder / '.venv').exists()
        return ended

    return run


@pytest.mark.parametrize(
    ('arguments', 'told'),
    [
        (['--help'], 'start the toy; without hardware the simulated one'),
        (['-h'], 'start the toy; without hardware the simulated one'),
        (['run', '--help'], '--layout'),
        (['bags', 'cut', '--help'], '--start'),
        (['completion', 'bash'], 'complete -o bashdefault -F _shtab_phoenix phoenix'),
    ],
)
def test_help_is_shown_and_nothing_is_prepared(clone, arguments, told):
    ended = clone(*arguments)
    assert (ended.returncode, ended.stderr) == (0, '')
    assert told in ended.stdout


@pytest.mark.parametrize(
    ('arguments', 'told'),
    [
        (['rnu'], 'phoenix: no such command (did you mean run?): rnu; allowed: run, '),
        (['--hepl'], 'phoenix: no such argument (did you mean --help?): --hepl; allowed: '),
        (['run', '--layuot=x'], 'phoenix run: no such argument (did you mean --layout?): --lay'),
        (['run', '--machine', 'toi'], 'phoenix run: no such --machine (did you mean toy?): toi'),
        (['bags', 'inf'], 'phoenix bags: no such action (did you mean info?): inf; allowed: '),
        (['list', 'voice'], 'phoenix list: no such what (did you mean voices?): voice; allowed: '),
        (['completion', 'fisch'], 'phoenix completion: no such shell (did you mean fish?): fisch'),
        (['xyzzy'], 'phoenix: no such command: xyzzy; allowed: run, '),
        ([], 'which COMMAND? --help lists them'),
    ],
)
def test_a_mistake_is_told_and_nothing_is_prepared(clone, arguments, told):
    ended = clone(*arguments)
    assert (ended.returncode, ended.stdout) == (2, '')
    assert told in ended.stderr
    assert 'preparing' not in ended.stderr


@pytest.mark.parametrize('arguments', [['run'], ['test', '-x'], ['--version']])
def test_without_a_compiler_it_says_what_to_type(clone, tmp_path, arguments):
    tools = tmp_path / 'bin'
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name, path='/usr/bin:/bin'))
    ended = clone(*arguments, path=str(tools))
    assert ended.returncode == 1
    assert 'apt install build-essential' in ended.stderr


def test_without_a_python_that_fits_it_says_which_and_what_to_type(clone, tmp_path):
    if os.geteuid() != 0:
        pytest.skip('hiding /usr/bin/python3 takes root')
    old = tmp_path / 'old'
    old.write_text('#!/bin/sh\necho 3.10\n')
    old.chmod(0o755)
    hide = f'mount --bind {old} "$(readlink -f /usr/bin/python3)" && exec "$@"'
    ended = clone('--help', before=('unshare', '--mount', 'sh', '-c', hide, 'sh'), path='/usr/bin')
    assert ended.returncode == 1
    assert 'Python 3.11 to 3.14 is needed, found 3.10; ' in ended.stderr
    assert 'apt install python3 python3-venv' in ended.stderr


def test_a_start_is_shown_at_once_before_there_is_a_node(phoenix):
    toy = phoenix('run')
    assert toy.process.stdout.readline() == '  starting  the toy\n'
    assert not any('compose' in command for command in toy.left_behind())
    toy.wait_for('ready')
    assert toy.output.count('starting') == 1
    assert toy.interrupt()[0] == 130
