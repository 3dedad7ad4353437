from datetime import datetime, timedelta, timezone

import pytest

from phoenix_core.limits.stored import Stored
from phoenix_core.storage.toy_file import ToyFile

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.fixture
def environ(tmp_path):
    return {'XDG_STATE_HOME': str(tmp_path)}


@pytest.fixture
def stored(environ):
    return Stored.of(environ, '/phoenix')


def bag(folder, name):
    made = folder / name
    made.mkdir(parents=True)
    for file in ('metadata.yaml', f'{name}_0.mcap'):
        (made / file).write_text('words')
    return made


def touch(environ, *names):
    folder = ToyFile.STATE.path(environ, '/phoenix').parent
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text('words')


def names(stored):
    return {file.path.name for file in stored.files()}


def test_recordings_expire_by_the_days_that_a_parent_allows(stored, tmp_path):
    old, new = bag(tmp_path / 'bags', 'old'), bag(tmp_path / 'bags', 'new')
    stored.note_recording(old, NOW)
    stored.note_recording(new, NOW + timedelta(days=3))
    assert stored.remove_expired(7, NOW + timedelta(days=7, seconds=-1)) == []
    assert stored.remove_expired(7, NOW + timedelta(days=7)) == [old]
    assert not old.exists()
    assert new.exists()
    assert stored.remove_expired(7, NOW + timedelta(days=8)) == []
    assert stored.remove_expired(1, NOW + timedelta(days=8)) == [new]


def test_a_strangers_recording_and_what_is_no_recording_stay(stored, tmp_path):
    ours, strangers = bag(tmp_path / 'bags', 'ours'), bag(tmp_path / 'bags', 'strangers')
    (ours / 'homework.txt').write_text('mine')
    stored.note_recording(ours, NOW)
    stored.remove_expired(1, NOW + timedelta(days=2))
    assert [file.name for file in ours.iterdir()] == ['homework.txt']
    assert len(list(strangers.iterdir())) == 2


def test_all_is_removed_but_what_a_parent_decided_and_mute(stored, environ, tmp_path):
    touch(
        environ,
        'phoenix.sqlite3', 'phoenix.sqlite3-journal', 'phoenix.sqlite3.damaged',
        'phoenix.sqlite3.version-9', 'phoenix.announced.json', 'phoenix.parent.json',
        'phoenix.two.sqlite3', 'ember.sqlite3', 'phoenix.mute',
    )  # fmt: skip
    stored.note_recording(bag(tmp_path / 'bags', 'monday'), NOW)
    other = tmp_path / 'elsewhere' / 'toy.sqlite3'
    other.parent.mkdir()
    other.write_text('words')
    stored.note_state(other)
    assert len(stored.files()) == 11
    stored.remove()
    assert names(stored) == {'phoenix.parent.json', 'phoenix.mute'}
    assert not other.exists()
    assert not (tmp_path / 'bags' / 'monday').exists()
    left = {path.name for path in (tmp_path / 'phoenix').iterdir()}
    assert left == {'phoenix.parent.json', 'phoenix.two.sqlite3', 'ember.sqlite3', 'phoenix.mute'}


def test_without_a_home_nothing_is_stored():
    assert Stored.of({}, '/phoenix') is None


def test_what_is_stored_is_its_owners_alone(stored, environ, tmp_path):
    stored.note_recording(bag(tmp_path, 'monday'), NOW)
    index = ToyFile.ELSEWHERE.path(environ, '/phoenix')
    assert index.stat().st_mode & 0o777 == 0o600
