"""Which chat models a parent allows, and of which it must be said that words go to them."""

from phoenix_core.limits.announced import Announced, server_of
from phoenix_core.limits.limits import LanguageModel
from phoenix_core.limits.parent_file import ParentFile
from phoenix_speech.conversation.chat_model import ChatModel

UNKNOWN = 'unknown'  # the address of a model that does not tell it


class AllowedModels:
    """Asks the parent's file about each model, and remembers what was announced."""

    def __init__(self, parent_file: ParentFile, announced: Announced) -> None:
        self._parent_file = parent_file
        self._announced = announced

    def allow(self, model: ChatModel) -> bool:
        """Return whether a model may be asked now."""
        return self._parent_file.limits.language_model.allows(_address(model))

    def must_announce(self, model: ChatModel) -> bool:
        """Return whether it must still be said that words go to this model."""
        address = _address(model)
        if address is None or LanguageModel.THIS_MACHINE.allows(address):
            return False
        return server_of(address) not in self._announced.servers

    def announced(self, model: ChatModel) -> None:
        """Remember that it was said."""
        self._announced.add(_address(model) or '')

    def forget(self) -> None:
        """Announce again."""
        self._announced.forget()


def _address(model: ChatModel) -> str | None:
    address: str | None = getattr(model, 'address', UNKNOWN)
    return address
