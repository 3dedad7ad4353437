"""Recordings expire, for their owner alone, and are deleted with a word."""

import stat
from datetime import datetime, timedelta, timezone

import pytest

from phoenix_tools import command_line
from phoenix_tools.bags import expiry
from phoenix_tools.bags.bag_writer import BagWriter
from phoenix_tools.bags.edit import merge

DAY = timedelta(days=1)


def now():
    return datetime.now(timezone.utc)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Stand in an empty folder, on a machine with an id."""
    (tmp_path / 'machine-id').write_text('8f3c\n')
    monkeypatch.setattr(expiry, 'MACHINE_ID', tmp_path / 'machine-id')
    (tmp_path / 'here').mkdir()
    monkeypatch.chdir(tmp_path / 'here')
    return tmp_path / 'here'


def bag(path, custom):
    BagWriter(path, custom=custom).close()
    return path


def listed(capsys, *arguments):
    assert command_line.run(['bags', *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_list_of_bags_tells_the_rest_of_their_lives_and_deletes_what_has_expired(here, capsys):
    new = bag(here / 'bags' / 'new', expiry.life(7, now()))
    old = bag(here / 'bags' / 'old', expiry.life(7, now() - 8 * DAY))
    forever = bag(here / 'bags' / 'reference', {})
    assert listed(capsys) == [
        'bags/new  expires in 7.0 days',
        f'bags/old  expired on {now() - DAY:%Y-%m-%d}: deleted',
        'bags/reference  does not expire',
    ]
    assert (new.exists(), old.exists(), forever.exists()) == (True, False, True)
    assert listed(capsys, 'list', 'nowhere') == ['nowhere: no bags']


def test_a_bag_of_a_stranger_is_never_deleted(here, capsys, monkeypatch):
    expired = expiry.life(7, now() - 8 * DAY)
    for name, recorder in (('other', 'somebody'), ('nobody', '')):
        bag(here / 'bags' / name, {**expired, expiry.RECORDER: recorder})
    monkeypatch.setattr(expiry, 'MACHINE_ID', here / 'none')
    bag(here / 'bags' / 'unknown', expiry.life(7, now() - 8 * DAY))
    told = listed(capsys)
    assert len(told) == 3
    assert all('was not recorded here, so it is left to you' in line for line in told)
    assert len(list((here / 'bags').iterdir())) == 3


def test_what_else_is_in_the_folder_of_a_bag_stays(here, capsys):
    old = bag(here / 'bags' / 'old', expiry.life(7, now() - 8 * DAY))
    (old / 'notes.txt').write_text('mine')
    listed(capsys)
    assert [path.name for path in old.iterdir()] == ['notes.txt']


def test_a_bag_made_of_a_recording_expires_with_it(here, capsys):
    old = bag(here / 'old', expiry.life(7, now() - 8 * DAY))
    merge([old], here / 'bags' / 'merged')
    assert listed(capsys) == [f'bags/merged  expired on {now() - DAY:%Y-%m-%d}: deleted']


def test_a_bag_is_for_its_owner_alone(here):
    path = bag(here / 'bag', {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_nobody_keeps_a_recording_longer_than_a_parent_has_decided(capsys):
    assert command_line.run(['record', '--keep-days', '8']) == 1
    assert '--keep-days 8: a parent has decided at most 7' in capsys.readouterr().err
