"""Which chat models a parent allows, and what is said aloud before words leave the house."""

import contextlib
import hashlib
from pathlib import Path

from pydantic import ValidationError

from phoenix_core.limits.atomic_file import write_atomically
from phoenix_core.limits.limits import LanguageModel
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.settings.config_file import FileModel
from phoenix_speech.conversation.chat_model import ChatModel

UNKNOWN = 'unknown'  # the address of a model that does not tell it


class Announced(FileModel):
    """The addresses of which it was said, hashed: what is stored names no server."""

    digests: list[str] = []


class AllowedModels:
    """
    Asks the parent's file about each model, and remembers what was announced.

    :param announced: the file for that; None: it is announced again after each start.
    """

    def __init__(self, parent_file: ParentFile, announced: Path | None) -> None:
        self._parent_file = parent_file
        self._path = announced
        self._digests: set[str] = set()

    def allow(self, model: ChatModel) -> bool:
        """Return whether a model may be asked now."""
        return self._parent_file.limits.language_model.allows(_address(model))

    def must_announce(self, model: ChatModel) -> bool:
        """Return whether it must still be said that words go to this model."""
        if LanguageModel.THIS_MACHINE.allows(_address(model)):
            return False
        return _digest(model) not in self._digests | set(self._stored().digests)

    def announced(self, model: ChatModel) -> None:
        """Remember that it was said; where that cannot be written, until the toy ends."""
        self._digests.add(_digest(model))
        if self._path is not None:
            digests = sorted({*self._stored().digests, _digest(model)})
            with contextlib.suppress(OSError):
                write_atomically(self._path, Announced(digests=digests).model_dump_json() + '\n')

    def forget(self) -> None:
        """Announce again."""
        self._digests.clear()

    def _stored(self) -> Announced:
        try:
            if self._path is not None:
                return Announced.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):  # nothing was announced, or it must be once more
            pass
        return Announced()


def _address(model: ChatModel) -> str | None:
    address: str | None = getattr(model, 'address', UNKNOWN)
    return address


def _digest(model: ChatModel) -> str:
    return hashlib.sha256((_address(model) or '').encode()).hexdigest()
