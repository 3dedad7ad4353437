"""Who beside the toy asks to take part: told to a parent, who allows each by its name."""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.settings.config_file import FileModel
from phoenix_core.storage.toy_file import ToyFile, replace_file

ASSIST = 'assist'  # Home Assistant's, which hears and does what the toy does not understand
TOOL = 'mcp:'  # begins the name of a tool of the language model


def acts_in_the_house(allowed: Iterable[str]) -> bool:
    """Return whether one of the neighbors that a parent allows may act in the house."""
    return any(name == ASSIST or name.startswith(TOOL) for name in allowed)


class _Content(FileModel):
    asking: dict[str, str] = {}


class Neighbors:
    """
    The neighbors of a toy: other programs and machines that hear what is said, or act on it.

    A neighbor is allowed while its name is among the limits of the toy.

    :param parent_file: with these limits.
    :param path: the file with those that ask; None: they are kept until the toy ends.
    """

    def __init__(self, parent_file: ParentFile, path: Path | None) -> None:
        self._parent_file = parent_file
        self._path = path
        self._new: dict[str, str] = {}

    @classmethod
    def of(cls, environ: Mapping[str, str], namespace: str) -> 'Neighbors':
        """Return the neighbors of a toy."""
        path = ToyFile.NEIGHBORS.path(environ, namespace)
        return cls(ParentFile.of(environ, namespace), path)

    @property
    def asking(self) -> dict[str, str]:
        """Those that ask, by name, with what each gets or does, in one line."""
        return dict(sorted({**self._stored(), **self._new}.items()))

    def ask(self, name: str, what: str) -> None:
        """Announce a neighbor to parents; where that cannot be written, until the toy ends."""
        if self._stored().get(name) == what:
            return
        self._new[name] = what
        if self._path is not None:
            with contextlib.suppress(OSError):
                replace_file(self._path, _Content(asking=self.asking).model_dump_json() + '\n')

    def allows(self, name: str) -> bool:
        """Return whether a parent allows a neighbor now."""
        return name in self._parent_file.limits.neighbors

    def may_use(self, part: object) -> bool:
        """
        Return whether a part of the toy may be used now; what it asks for is told to a parent.

        It says by `neighbor` to whom it passes on what is said, and by `about` what for. One that
        has no such name, or an empty one, passes nothing on.
        """
        name: str = getattr(part, 'neighbor', '')
        if not name:
            return True
        self.ask(name, getattr(part, 'about', ''))
        return self.allows(name)

    def _stored(self) -> dict[str, str]:
        if self._path is not None:
            with contextlib.suppress(OSError, ValidationError):  # damaged: it is told once more
                return _Content.model_validate_json(self._path.read_bytes()).asking
        return {}
