"""The chat model that knows what children ask, from a book, and says so where it does not."""

import random
from collections.abc import AsyncGenerator, Generator, Sequence

from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_core.settings.provider import Provider
from phoenix_speech.conversation.book import Book, Certainty
from phoenix_speech.conversation.chat_model import Message, NothingToSayError, in_thread
from phoenix_speech.conversation.chat_tools import ToolCall
from phoenix_speech.conversation.settings import ConversationSettings
from phoenix_speech.safety.sentence_encoder import sentence_encoder


class BookChat:
    """
    Answers a question by the book.

    :param chance: chooses what is said to a question that is not in it.
    """

    name = 'book'
    address = None

    def __init__(self, book: Book, *, chance: random.Random) -> None:
        self._book = book
        self._chance = chance

    def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str | ToolCall, None]:
        """
        Yield the answer in one piece; see ChatModel.

        :raises NothingToSayError: it is no question.
        """
        return in_thread(self._answer(messages[-1]['content']))

    def _answer(self, text: str) -> Generator[str | ToolCall, None]:
        file = self._book.file
        if found := self._book.find(text):
            if found.certainty is Certainty.PERHAPS:
                yield file.perhaps.format(question=found.question) + ' '
            yield found.answer
        elif self._book.is_question(text):
            yield self._chance.choice(file.unknown)
        else:
            raise NothingToSayError('is no question')

    async def close(self) -> None:
        """Do nothing: it holds no resources."""


def _make(settings: ConversationSettings, own: ProviderSettings) -> BookChat:
    path = settings.config_path / settings.language / 'book.yaml'
    book = Book.load(path, sentence_encoder().encode)
    return BookChat(book, chance=random.Random(settings.seed))


BOOK = Provider(_make)
