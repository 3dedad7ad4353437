"""What was loaded from files is kept until one of them changes."""

import os
from pathlib import Path

import pytest

from phoenix_core.settings.load_once import MOST, load_once


@pytest.fixture
def read():
    """Return a function that reads files once, and counts how often it does."""
    calls = []

    @load_once
    def read(paths: list[Path], end: str = '') -> list[str]:
        calls.append(paths)
        return [path.read_text() + end for path in paths]

    read.calls = calls
    return read


def test_the_same_files_are_loaded_once_and_shared(read, tmp_path):
    path = tmp_path / 'a'
    path.write_text('old')
    assert read([path]) is read([path])
    assert read([path], end='!') == ['old!']
    assert len(read.calls) == 2


@pytest.mark.parametrize('replace', [True, False], ids=['replaced', 'rewritten'])
def test_a_file_that_changed_is_loaded_again(read, tmp_path, replace):
    path, other = tmp_path / 'a', tmp_path / 'b'
    path.write_text('old')
    other.write_text('other')
    assert read([other, path]) == ['other', 'old']
    status = path.stat()
    if replace:  # even by one of the same size and time
        (tmp_path / 'new').write_text('new')
        os.utime(tmp_path / 'new', ns=(status.st_atime_ns, status.st_mtime_ns))
        (tmp_path / 'new').replace(path)
    else:
        path.write_text('newer')
    assert read([other, path]) == ['other', path.read_text()]


def test_a_failure_is_not_kept(read, tmp_path):
    path = tmp_path / 'a'
    with pytest.raises(FileNotFoundError):
        read([path])
    path.write_text('there')
    assert read([path]) == ['there']


def test_of_many_files_the_newest_are_kept(read, tmp_path):
    paths = [tmp_path / str(number) for number in range(MOST + 1)]
    for path in paths:
        path.write_text(path.name)
        read([path])
    read([paths[-1]])
    assert len(read.calls) == len(paths)
    read([paths[0]])
    assert len(read.calls) == len(paths) + 1
