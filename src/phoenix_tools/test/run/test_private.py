"""`--private`: what is started in namespaces of its own, and why not."""

import subprocess

import pytest

from phoenix_tools import command_line
from phoenix_tools.run import private

REFUSED = subprocess.CompletedProcess([], 1, '', 'unshare failed: Operation not permitted\n')
MADE = subprocess.CompletedProcess([], 0, '', '')


@pytest.mark.parametrize('user', [0, 1000])
def test_the_command_goes_on_inside_without_the_option(monkeypatch, user):
    started = []
    monkeypatch.setattr(private.shutil, 'which', lambda name: f'/bin/{name}')
    monkeypatch.setattr(private.os, 'geteuid', lambda: user)
    monkeypatch.setattr(private.subprocess, 'run', lambda *given, **options: MADE)
    monkeypatch.setattr(private.os, 'execv', lambda program, argv: started.append(argv))
    private.enter(['run', '--priv', '--layout', 'processes', '-'])
    [argv] = started
    assert argv[:3] == ['/bin/unshare', '--net', '--ipc']
    assert ('--map-root-user' in argv) == (user != 0)
    assert argv[-4:] == ['run', '--layout', 'processes', '-']


@pytest.mark.parametrize(
    ('program', 'reason'),
    [('/bin/unshare', 'unshare failed: Operation not permitted'), (None, 'apt install')],
)
def test_a_machine_that_allows_no_namespaces_runs_no_toy(monkeypatch, capsys, program, reason):
    monkeypatch.setattr(private.shutil, 'which', lambda name: program)
    monkeypatch.setattr(private.subprocess, 'run', lambda *given, **options: REFUSED)
    assert command_line.run(['run', '--private']) == 1
    told = capsys.readouterr().err
    assert told.startswith('phoenix: --private')
    assert reason in told
    assert told.count('\n') == 1


def test_a_private_toy_has_no_other_machine(capsys):
    arguments = ['run', '--private', '--machine', 'toy', '--peer', '192.168.1.20']
    assert command_line.run(arguments) == 1
    assert '--peer cannot be reached' in capsys.readouterr().err


def test_a_private_toy_has_no_page(capsys):
    assert command_line.run(['run', '--private', '--studio']) == 1
    assert 'no browser reaches --studio' in capsys.readouterr().err
