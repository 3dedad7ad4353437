"""What is kept survives: kills, damage, full disks, other processes."""

import contextlib
import itertools
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_activities.state import state_store
from phoenix_activities.state.state_store import StateStore, StateStoreError

VALUES = {
    'toy': {'volume': 0.4, 'told': {'child_name': 'Mia', 'favorite animal': 'polar bear'}},
    'activity timer': {'running': [{'due': '2026-03-01T15:40:00+01:00', 'what': 'tea'}]},
}
KILLS = 20
PROGRAM = """
import sys
from pathlib import Path
from types import SimpleNamespace
from phoenix_activities.state import state_store
from phoenix_activities.state.state_store import StateStore
store = StateStore(Path(sys.argv[1]), print)
"""


def load(path: Path) -> dict:
    """Load what must be in order."""
    return StateStore(path, pytest.fail).load()


@pytest.fixture
def folder():
    """Return a folder in memory: neither a kill nor a flipped bit needs the wait for a disk."""
    memory = Path('/dev/shm')
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def path(folder):
    return folder / 'state' / 'toy.sqlite3'


@pytest.fixture
def saved(path):
    StateStore(path, pytest.fail).save(VALUES)
    return path


@pytest.fixture
def small_disk(tmp_path):
    """Mount a tmpfs of 128 KiB; return its folder."""
    if os.geteuid() != 0:
        pytest.skip('mounting a tmpfs takes root')
    folder = tmp_path / 'disk'
    folder.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f'cannot mount a tmpfs: {mounted.stderr.strip()}')
    yield folder
    subprocess.run(['umount', folder], check=True)


def started(program: str, *arguments: object) -> 'subprocess.Popen[str]':
    command = [sys.executable, '-c', PROGRAM + program, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)


def lines(process: 'subprocess.Popen[str]') -> Iterator[str]:
    assert process.stdout is not None
    return iter(process.stdout)


def test_what_is_saved_is_loaded_and_nothing_else(path):
    assert load(path) == {}
    assert not path.parent.exists()  # looking leaves no trace
    store = StateStore(path, pytest.fail)
    for values in (VALUES, {'toy': {'volume': 1.0}}, {}):
        store.save(values)
        assert load(path) == values


def test_nobody_else_may_read_it_and_what_is_forgotten_is_gone(saved):
    assert saved.stat().st_mode & 0o777 == 0o600
    assert saved.parent.stat().st_mode & 0o777 == 0o700
    assert b'Mia' in saved.read_bytes()
    StateStore(saved, pytest.fail).save({'toy': {'volume': 0.4}})
    assert b'Mia' not in saved.read_bytes()
    assert list(saved.parent.iterdir()) == [saved]  # no journal that still knows


def test_a_file_that_is_deleted_is_written_anew_with_the_next_change(saved):
    store = StateStore(saved, pytest.fail)
    store.load()
    saved.unlink()
    store.save(VALUES)
    assert load(saved) == VALUES


def test_truncated_at_every_512th_byte(saved):
    whole = saved.read_bytes()
    aside = saved.with_name('toy.sqlite3.damaged')
    for size in range(512, len(whole), 512):
        saved.write_bytes(whole[:size])
        told: list[str] = []
        store = StateStore(saved, told.append)
        assert store.load() == {}
        assert 'is damaged' in told[0]
        assert told[0].endswith('put aside as toy.sqlite3.damaged')
        assert aside.read_bytes() == whole[:size]
        store.save({'size': size})
        assert load(saved) == {'size': size}
        assert len(told) == 1
    saved.write_bytes(b'')  # as it is between being made and being filled
    assert load(saved) == {}


def check_flipped_bits(folder: Path, examples: int) -> None:
    """Flip bits in many ways: the values are found as they were, or the file is put aside."""
    path = folder / 'toy.sqlite3'
    StateStore(path, pytest.fail).save(VALUES)
    whole = path.read_bytes()

    @given(
        places=st.lists(st.integers(0, 2**20), min_size=1, max_size=20),
        within=st.sampled_from([100, 4096, 2**20]),  # the header, the first page, anywhere
        mask=st.integers(1, 255),
    )
    @settings(deadline=None, max_examples=examples)
    def check(places: list[int], within: int, mask: int) -> None:
        content = bytearray(whole)
        for place in places:
            content[place % min(within, len(content))] ^= mask
        path.write_bytes(content)
        told: list[str] = []
        store = StateStore(path, told.append)
        assert store.load() == ({} if told else VALUES)
        store.save({'fresh': 1})
        assert load(path) == {'fresh': 1}
        assert len(told) <= 1
        assert 'Mia' not in ''.join(told)

    check()


@pytest.mark.parametrize(
    'bad', [5, 2.5, b'{"told": 7}', None, '{', '[' * 5000, '{"volume": NaN}', '']
)
@pytest.mark.parametrize('by', ['load', 'save'])
def test_a_value_that_is_none_is_put_aside_and_the_others_go_on(saved, bad, by):
    rewrite(saved, lambda rows: [*rows, ('bad', bad)])
    damaged = saved.read_bytes()
    told: list[str] = []
    store = StateStore(saved, told.append)
    if by == 'load':
        assert store.load() == VALUES
        assert load(saved) == VALUES  # at once: the power may be cut before the next change
    else:
        store.save({'new': 1})
        assert load(saved) == {**VALUES, 'new': 1}
    assert told == [f'{saved}: 1 of 3 values are damaged; put aside as {saved.name}.damaged']
    assert saved.with_name(f'{saved.name}.damaged').read_bytes() == damaged


def test_a_name_that_is_none(saved):
    rewrite(saved, lambda rows: [(b'toy', rows[0][1]), *rows])
    told: list[str] = []
    assert StateStore(saved, told.append).load() == VALUES
    assert len(told) == 1


@pytest.mark.parametrize('everywhere', [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_text_that_a_flipped_bit_has_made_a_blob(saved, everywhere):
    """SQLite tells both apart by one bit of the type code in front of the row."""
    whole = saved.read_bytes()
    rows = [row.start() for name in VALUES for row in re.finditer(name.encode(), whole)]
    before = sorted({place for row in rows for place in range(row - 12, row)})
    places = range(100, len(whole)) if everywhere else before
    blobs = 0
    for place, bit in itertools.product(places, range(8)):
        content = bytearray(whole)
        content[place] ^= 1 << bit
        if not is_blob(bytes(content)):
            continue
        blobs += 1
        saved.write_bytes(content)
        told: list[str] = []
        assert StateStore(saved, told.append).load() in ({}, VALUES)
        assert len(told) == 1
    assert blobs >= 2 * len(VALUES)


def is_blob(content: bytes) -> bool:
    connection = sqlite3.connect(':memory:')
    try:
        connection.deserialize(content)
        query = "SELECT 1 FROM kept WHERE typeof(name) = 'blob' OR typeof(value) = 'blob'"
        return connection.execute(query).fetchone() is not None
    except (sqlite3.Error, ValueError):
        return False
    finally:
        connection.close()


def rewrite(path: Path, change: Callable[[list], list]) -> None:
    """Change the rows of a file, with a checksum that is right."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = change(connection.execute('SELECT name, value FROM kept').fetchall())
        connection.execute('DELETE FROM kept')
        connection.executemany('INSERT INTO kept VALUES (?, ?)', rows)
        rows = connection.execute('SELECT name, value FROM kept ORDER BY name').fetchall()
        connection.execute('UPDATE checksum SET of_kept = ?', (state_store._checksum(rows),))
        connection.commit()


def test_flipped_bits_are_never_taken_for_what_was_kept(folder):
    check_flipped_bits(folder, 100)


@pytest.mark.long
def test_many_flipped_bits_are_never_taken_for_what_was_kept(folder):
    check_flipped_bits(folder, 5000)


def test_damage_is_found_by_the_next_change_too(saved):
    told: list[str] = []
    store = StateStore(saved, told.append)
    store.load()
    saved.write_bytes(b'rubbish' * 1000)
    store.save(VALUES)
    assert len(told) == 1
    assert load(saved) == VALUES


def test_a_file_of_a_newer_version_is_put_aside_by_that_name(saved):
    with contextlib.closing(sqlite3.connect(saved)) as connection:
        connection.execute('PRAGMA user_version=2')
    newer = saved.read_bytes()
    told: list[str] = []
    assert StateStore(saved, told.append).load() == {}
    assert told == [
        f'{saved}: is of a newer Phoenix (version 2; known is 1); '
        'put aside as toy.sqlite3.version-2'
    ]
    assert saved.with_name('toy.sqlite3.version-2').read_bytes() == newer


def test_killed_in_the_middle_of_writes_it_loses_the_last_change_at_most(path):
    program = """
import os
def tell(what):
    os.write(1, f'{what}\\n'.encode())  # all or nothing, which print does not promise
for first in sys.stdin:  # a process for each line
    if os.fork() == 0:
        tell(os.getpid())
        for number in range(int(first), 10**6):
            store.save({'number': number, 'more': 'x' * (number % 7 * 1000)})
            tell(number)
    os.wait()
    tell('killed')
"""
    chance = random.Random(1)
    number = torn = 0
    journal = path.with_name('toy.sqlite3-journal')  # there as long as a transaction
    parent = started(program, path)
    assert parent.stdin is not None
    told = lines(parent)
    for _ in range(10 * KILLS):
        parent.stdin.write(f'{number}\n')
        parent.stdin.flush()
        process = int(next(told))
        for _ in range(chance.randrange(1, 20)):
            number = int(next(told))
        late_s = time.monotonic() + 10
        while not journal.exists():
            assert time.monotonic() < late_s
        os.kill(process, signal.SIGKILL)  # the transaction may have ended just now
        number = int([number, *itertools.takewhile('killed\n'.__ne__, told)][-1])
        torn += journal.exists()
        values = load(path)
        assert values['number'] in (number, number + 1)
        assert values['more'] == 'x' * (values['number'] % 7 * 1000)
        if torn == KILLS:
            break
    assert torn == KILLS  # so many kills did hit a transaction
    parent.stdin.close()
    assert parent.wait() == 0


def kill_in_a_transaction(path: Path) -> None:
    """Leave half of a transaction in the file, and the journal that takes it back."""
    program = """
import signal
import sqlite3
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute('PRAGMA cache_size=1')  # so that it writes before the commit
connection.execute('BEGIN IMMEDIATE')
for number in range(200):
    connection.execute('INSERT INTO kept VALUES (?, ?)', (str(number), 'x' * 1000))
print('written', flush=True)
signal.pause()
"""
    before = path.stat().st_size
    process = started(program, path)
    assert next(lines(process)) == 'written\n'
    process.kill()
    process.wait()
    assert path.stat().st_size > before
    assert path.with_name('toy.sqlite3-journal').stat().st_size > 0


def test_half_a_transaction_is_taken_back(saved):
    kill_in_a_transaction(saved)
    assert load(saved) == VALUES


def test_the_journal_of_a_damaged_file_is_put_aside_with_it(saved):
    kill_in_a_transaction(saved)
    journal = saved.with_name('toy.sqlite3-journal')
    content = bytearray(journal.read_bytes())
    content[600:] = os.urandom(len(content) - 600)
    journal.write_bytes(content)
    saved.write_bytes(b'rubbish' * 1000)
    told: list[str] = []
    store = StateStore(saved, told.append)
    assert store.load() == {}
    assert len(told) == 1
    assert not journal.exists()
    store.save(VALUES)
    assert load(saved) == VALUES


def check_later(store: StateStore, path: Path, why: str, mend: Callable[[], object]) -> None:
    """What cannot be written now can be later; until then the file holds what it held."""
    before = load(path)
    for _ in range(2):
        with pytest.raises(StateStoreError, match=why) as error:
            store.save({'new': 1})
        assert str(error.value).startswith(f'{path}: ')
        assert load(path) == before
    mend()
    store.save({'new': 1})
    assert load(path) == {'new': 1}


def test_a_full_disk(small_disk):
    path = small_disk / 'toy.sqlite3'
    store = StateStore(path, pytest.fail)
    store.save(VALUES)
    filler = small_disk / 'filler'
    with pytest.raises(OSError, match='No space'):
        filler.write_bytes(bytes(2**20))
    check_later(store, path, 'full', filler.unlink)


def test_a_disk_that_is_full_from_the_start(small_disk):
    path = small_disk / 'state' / 'toy.sqlite3'
    filler = small_disk / 'filler'
    with pytest.raises(OSError, match='No space'):
        filler.write_bytes(bytes(2**20))
    check_later(StateStore(path, pytest.fail), path, 'full', filler.unlink)


def test_a_disk_that_is_read_only(small_disk):
    path = small_disk / 'toy.sqlite3'
    store = StateStore(path, pytest.fail)
    store.save(VALUES)
    remount = ['mount', '-o', 'remount,ro', small_disk]
    subprocess.run(remount, check=True)
    remount[2] = 'remount,rw'
    check_later(store, path, 'readonly', lambda: subprocess.run(remount, check=True))


@pytest.mark.skipif(os.geteuid() == 0, reason='root may write anywhere')
def test_a_folder_that_is_read_only(saved):
    saved.parent.chmod(0o500)
    store = StateStore(saved, pytest.fail)
    check_later(store, saved, 'readonly', lambda: saved.parent.chmod(0o700))


def test_damage_where_nothing_can_be_put_aside_is_told_each_time(small_disk):
    path = small_disk / 'toy.sqlite3'
    path.write_bytes(b'rubbish' * 1000)
    subprocess.run(['mount', '-o', 'remount,ro', small_disk], check=True)
    store = StateStore(path, pytest.fail)
    with pytest.raises(StateStoreError, match='Read-only file system'):
        store.load()
    subprocess.run(['mount', '-o', 'remount,rw', small_disk], check=True)


def test_a_path_that_cannot_be_one(tmp_path):
    (tmp_path / 'file').touch()
    store = StateStore(tmp_path / 'file' / 'toy.sqlite3', pytest.fail)
    for action in (store.load, lambda: store.save(VALUES)):
        with pytest.raises(StateStoreError, match='Not a directory'):
            action()
    with pytest.raises(StateStoreError, match='unable to open'):
        StateStore(tmp_path, pytest.fail).save(VALUES)


def test_what_could_not_be_loaded_is_not_lost(saved):
    store = StateStore(saved, pytest.fail, busy_s=0.01)
    with contextlib.closing(sqlite3.connect(saved, isolation_level=None)) as other:
        other.execute('BEGIN EXCLUSIVE')
        with pytest.raises(StateStoreError, match='locked'):
            store.load()
        with pytest.raises(StateStoreError, match='locked'):
            store.save({'new': 1})
    store.save({'new': 1})
    assert load(saved) == {**VALUES, 'new': 1}
    store.save({'new': 2})
    assert load(saved) == {'new': 2}


def test_python_3_10_has_no_error_codes_and_puts_less_aside(saved, monkeypatch):
    monkeypatch.setattr(state_store, 'sys', SimpleNamespace(version_info=(3, 10)))
    store = StateStore(saved, pytest.fail, busy_s=0.01)
    with contextlib.closing(sqlite3.connect(saved, isolation_level=None)) as other:
        other.execute('BEGIN EXCLUSIVE')
        with pytest.raises(StateStoreError, match='locked'):
            store.load()
        other.execute('ROLLBACK')
        other.execute('ALTER TABLE kept RENAME TO lost')  # damage that is an OperationalError
    for _ in range(2):
        with pytest.raises(StateStoreError, match='no such table'):
            store.load()
    saved.write_bytes(b'rubbish' * 1000)
    told: list[str] = []
    assert StateStore(saved, told.append).load() == {}
    assert 'is damaged' in told[0]


def test_several_processes_do_each_other_no_harm(path):
    program = """
for number in range(30):
    StateStore(store.path, print).load()
    while True:
        try:
            store.save({'process': sys.argv[2], 'number': number, 'more': 'x' * 5000})
            break
        except Exception as error:
            if 'locked' not in str(error):
                raise
"""
    processes = [started(program, path, name) for name in 'abc']
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert told == ['', '', '']  # nothing was put aside
    assert [process.returncode for process in processes] == [0, 0, 0]
    values = load(path)
    assert values.pop('process') in 'abc'
    assert values == {'number': 29, 'more': 'x' * 5000}
