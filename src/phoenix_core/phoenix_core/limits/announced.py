"""Of which servers the toy has said aloud that words go there."""

import contextlib
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from phoenix_core.settings.config_file import FileModel
from phoenix_core.storage.toy_file import replace_file


class _Content(FileModel):
    servers: list[str] = []


class Announced:
    """
    The servers, which a parent can see.

    :param path: the file; None: they are kept until the toy ends.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._new: set[str] = set()

    @property
    def servers(self) -> list[str]:
        """The servers, without paths and credentials."""
        return sorted(self._new | set(self._stored()))

    def add(self, address: str) -> None:
        """Add the server of an address; where that cannot be written, until the toy ends."""
        self._new.add(server_of(address))
        if self._path is not None:
            with contextlib.suppress(OSError):
                content = _Content(servers=self.servers)
                replace_file(self._path, content.model_dump_json() + '\n')

    def forget(self) -> None:
        """Forget what is not in the file."""
        self._new.clear()

    def _stored(self) -> list[str]:
        if self._path is not None:
            with contextlib.suppress(OSError, ValidationError):  # damaged: it is said once more
                return _Content.model_validate_json(self._path.read_bytes()).servers
        return []


def server_of(address: str) -> str:
    """Return the server of a URL, or what is no URL as it is."""
    try:
        parts = urlsplit(address)
        port = f':{parts.port}' if parts.port else ''
        return f'{parts.scheme}://{parts.hostname}{port}' if parts.hostname else address
    except ValueError:
        return address
