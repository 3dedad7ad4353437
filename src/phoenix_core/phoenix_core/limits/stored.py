"""What a toy stores on disk: found, removed when it is too old, and removed altogether."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pydantic import ValidationError

from phoenix_core.settings.config_file import FileModel
from phoenix_core.storage.toy_file import ToyFile, replace_file

OF_A_BAG = ('metadata.yaml', '*.mcap', '*.mcap.zstd', '*.db3', '*.db3-*')


class StoredElsewhere(FileModel):
    """
    What a toy has stored outside of its folder.

    :param recordings: folder of a bag, and when it was begun, in seconds since 1970.
    :param states: state files.
    """

    recordings: dict[str, float] = {}
    states: list[str] = []


@dataclass(frozen=True)
class StoredFile:
    """One file: what it is, how big, and how old."""

    path: Path
    size: int  # bytes
    changed: datetime


class Stored:
    """
    All that a toy stores.

    :param folder: of the toy's files.
    :param files: of each kind, the path.
    """

    def __init__(self, files: Mapping[ToyFile, Path]) -> None:
        self._files = files
        self._index = files[ToyFile.ELSEWHERE]

    @classmethod
    def of(cls, environ: Mapping[str, str], namespace: str) -> 'Stored | None':
        """Return what a toy stores; None without a home."""
        files = {kind: path for kind in ToyFile if (path := kind.path(environ, namespace))}
        return cls(files) if files else None

    def note_recording(self, bag: Path, now: datetime) -> None:
        """Remember a recording, so that it expires and is forgotten."""
        known = self._elsewhere()
        recordings = {**known.recordings, str(bag.resolve()): now.timestamp()}
        self._note(known.model_copy(update={'recordings': recordings}))

    def note_state(self, file: Path) -> None:
        """Remember a state file at another place than the toy's folder."""
        known = self._elsewhere()
        if file.parent != self._index.parent and str(file) not in known.states:
            self._note(known.model_copy(update={'states': [*known.states, str(file)]}))

    def remove_expired(self, days: int, now: datetime) -> list[Path]:
        """Remove recordings that are so old, and return them."""
        known = self._elsewhere()
        latest = (now - timedelta(days)).timestamp()
        old = [bag for bag, begun in known.recordings.items() if begun <= latest]
        for bag in old:
            remove_bag(Path(bag))
        if old:
            left = {bag: begun for bag, begun in known.recordings.items() if Path(bag).exists()}
            self._note(known.model_copy(update={'recordings': left}))
        return [Path(bag) for bag in old]

    def remove(self) -> None:
        """Remove everything but what a parent has decided, and whether the toy is muted."""
        known = self._elsewhere()
        stays = (self._files[ToyFile.PARENT].name, self._files[ToyFile.MUTE].name)
        for bag in known.recordings:
            remove_bag(Path(bag))
        for path in self._paths():
            if not path.name.startswith(stays):
                path.unlink(missing_ok=True)

    def files(self) -> list[StoredFile]:
        """Return all files, searched for anew."""
        found = []
        for path in self._paths():
            state = path.stat()
            changed = datetime.fromtimestamp(state.st_mtime, timezone.utc)
            found.append(StoredFile(path, state.st_size, changed))
        return found

    def _paths(self) -> Iterator[Path]:
        known = self._elsewhere()
        for bag in map(Path, known.recordings):
            yield from sorted(path for path in bag.rglob('*') if path.is_file())
        for file in (*self._files.values(), *map(Path, known.states)):
            # Journals and files that were put aside are named after the file.
            yield from sorted(file.parent.glob(f'{file.name}*'))

    def _elsewhere(self) -> StoredElsewhere:
        try:
            return StoredElsewhere.model_validate_json(self._index.read_bytes())
        except (OSError, ValidationError):  # there is none, or it is damaged
            return StoredElsewhere()

    def _note(self, known: StoredElsewhere) -> None:
        replace_file(self._index, known.model_dump_json() + '\n')


def remove_bag(folder: Path) -> None:
    """
    Remove the files of a bag, and the folder if nothing else lies in it.

    :raises OSError: it cannot be removed.
    """
    for pattern in OF_A_BAG:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
