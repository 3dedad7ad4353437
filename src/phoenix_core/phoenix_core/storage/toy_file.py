"""The files of one toy: where they are, and how they are replaced as a whole."""

import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path


class ToyFile(Enum):
    """The files of a toy below XDG_STATE_HOME, by how their names end."""

    STATE = 'sqlite3'  # what its activities keep
    MUTE = 'mute'  # whether its microphone is muted
    PARENT = 'parent.json'  # what a parent has decided
    ANNOUNCED = 'announced.json'  # of which servers it has said that words go there
    NEIGHBORS = 'neighbors.json'  # which neighbors ask to take part
    CERTIFICATE = 'studio.pem'  # by which other devices know its pages, and its key
    ELSEWHERE = 'elsewhere.json'  # what it has stored in other folders

    def path(self, environ: Mapping[str, str], namespace: str) -> Path | None:
        """Return the file of a toy; None without a home."""
        folder = environ.get('XDG_STATE_HOME', '')
        if not folder.startswith('/'):  # its specification: ignore relative ones
            home = environ.get('HOME', '')
            folder = f'{home}/.local/state' if home else ''
        name = namespace.strip('/').replace('/', '.') or 'toy'
        return Path(folder) / 'phoenix' / f'{name}.{self.value}' if folder else None


def nothing_kept(environ: Mapping[str, str], namespace: str) -> str:
    """Return why a toy keeps nothing over a restart; empty if it can keep its files."""
    path = ToyFile.PARENT.path(environ, namespace)
    if path is None:
        return 'HOME is not set'
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        return f'{path.parent}: {error.strerror}'
    writable = os.access(path.parent, os.W_OK)
    return '' if writable else f'{path.parent}: cannot be written'


def replace_file(path: Path, text: str) -> None:
    """
    Write a file that only its owner can read, on the disk for certain, old or new but never half.

    :raises OSError: it is as it was.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(path.name + '.new')
    new.unlink(missing_ok=True)  # left behind by a crash
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, 'w') as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
