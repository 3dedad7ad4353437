"""The file that keeps mute: only an intact 'open' permits sound."""

import os
import stat
from pathlib import Path

import pytest

from phoenix_core.storage.mute_file import MuteFile
from phoenix_core.storage.toy_file import ToyFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'phoenix' / 'phoenix.mute'


@pytest.mark.parametrize('muted', [True, False])
def test_what_was_written_is_read_by_another_process_and_by_its_owner_alone(
    path: Path, muted: bool
) -> None:
    MuteFile(path).write(not muted)
    MuteFile(path).write(muted)
    other = MuteFile(path)
    assert other.read() is muted
    assert other.permits_sound is not muted
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize('content', [b'', b'ope', b'open', b'open\nopen\n', b'\xff\x00', b'no\n'])
def test_a_damaged_file_means_muted(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert MuteFile(path).read() is True
    assert not MuteFile(path).permits_sound
    MuteFile(path).write(False)
    assert MuteFile(path).permits_sound


def test_what_cannot_be_read_means_muted(path: Path) -> None:
    path.mkdir(parents=True)
    assert MuteFile(path).read() is True


def test_a_file_that_was_never_written_permits_nothing(path: Path) -> None:
    assert MuteFile(path).read() is None
    assert not MuteFile(path).permits_sound


def test_without_a_place_nothing_is_kept_and_nobody_objects() -> None:
    file = MuteFile(ToyFile.MUTE.path({}, '/phoenix'))
    file.write(True)
    assert file.read() is None
    assert file.permits_sound


def test_a_write_that_fails_leaves_what_was_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MuteFile(path).write(True)

    def fail(descriptor: int) -> None:
        raise OSError('no space left')

    monkeypatch.setattr(os, 'fsync', fail)
    with pytest.raises(OSError, match='no space'):
        MuteFile(path).write(False)
    assert MuteFile(path).read() is True


def test_what_a_crash_left_behind_is_no_obstacle(path: Path) -> None:
    path.parent.mkdir()
    path.with_name('phoenix.mute.new').write_text('op')
    MuteFile(path).write(False)
    assert MuteFile(path).permits_sound
