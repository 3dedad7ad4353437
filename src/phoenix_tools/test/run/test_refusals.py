"""What `phoenix run` refuses before it starts anything, each in one line."""

import os

import pytest
from domain_coordinator import domain_id

from phoenix_tools.command_line import run


@pytest.fixture
def refused(monkeypatch, capsys):
    """Run the toy with these arguments; return the line with which it refuses."""

    def ask(*arguments: str) -> str:
        assert run(['run', *arguments]) == 1
        told = capsys.readouterr().err
        assert len(told.splitlines()) == 1
        return told

    with domain_id() as domain:  # where no other toy runs
        # The command sets variables for the processes that it would start.
        monkeypatch.setattr(os, 'environ', {**os.environ, 'ROS_DOMAIN_ID': str(domain)})
        yield ask


@pytest.mark.parametrize(
    ('content', 'problem'),
    [(None, 'No such file'), (b'', 'broken.wav'), (b'RIFF and nothing else', 'broken.wav')],
)
def test_a_broken_recording(refused, tmp_path, content, problem):
    file = tmp_path / 'broken.wav'
    if content is not None:
        file.write_bytes(content)
    told = refused('--play', str(file))
    assert str(file) in told
    assert problem in told


@pytest.mark.parametrize(
    ('setting', 'problem'),
    [
        ('treshold: 0.6', 'wake_word.treshold: no such setting (did you mean threshold?)'),
        ('threshold: high', "wake_word.threshold: input should be a valid number, is 'high'"),
        ('threshold: 1.5', 'wake_word.threshold: input should be less than or equal to 1, is 1.5'),
    ],
)
def test_a_wrong_profile(refused, tmp_path, setting, problem):
    profile = tmp_path / 'mine.yaml'
    profile.write_text(f'/**/wake_word:\n  ros__parameters:\n    {setting}\n')
    assert refused('--profile', str(profile)).startswith(f'phoenix: {profile}: {problem}')


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['--profile', 'moon'], "no profile 'moon'; allowed: pi, sim"),
        (['--layout', 'heap'], 'composed'),
        (['volume:=3'], "unknown argument 'volume'"),
        (['volume'], 'NAME:=VALUE'),
    ],
)
def test_a_wrong_argument(refused, arguments, problem):
    assert problem in refused(*arguments)
