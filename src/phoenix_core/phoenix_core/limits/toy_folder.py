"""Where a toy keeps its files: below XDG_STATE_HOME, each named as the toy's namespace."""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path


class ToyFile(Enum):
    """The files of a toy, by how their names end."""

    STATE = 'sqlite3'  # what its activities keep
    ANNOUNCED = 'announced.json'  # of which servers it has said that words go there
    ELSEWHERE = 'elsewhere.json'  # what it has stored in other folders
    PARENT = 'parent.json'  # what a parent has decided

    def path(self, environ: Mapping[str, str], namespace: str) -> Path | None:
        """Return the file of a toy; None without a home."""
        folder = environ.get('XDG_STATE_HOME', '')
        if not folder.startswith('/'):  # its specification: ignore relative ones
            home = environ.get('HOME', '')
            folder = f'{home}/.local/state' if home else ''
        return Path(folder) / 'phoenix' / f'{_name(namespace)}.{self.value}' if folder else None


def _name(namespace: str) -> str:
    return namespace.strip('/').replace('/', '.') or 'toy'
