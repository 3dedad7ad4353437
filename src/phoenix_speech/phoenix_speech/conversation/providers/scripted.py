"""The chat model that needs nothing and never fails: replies chosen by key words from a file."""

import random
import re
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from pydantic import Field

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_core.settings.provider import Provider
from phoenix_speech.conversation.chat_model import Message
from phoenix_speech.conversation.settings import ConversationSettings


class _Topic(FileModel):
    words: list[str] = Field(min_length=1)
    replies: list[str] = Field(min_length=2)  # a single one would be repeated


class _Script(FileModel):
    topics: dict[str, _Topic]
    generic: list[str] = Field(min_length=2)


class ScriptedChat:
    """
    Replies to the last message by the first topic one of whose words or phrases is in it.

    :param path: the file, e.g. scripted_replies.yaml.
    :param chance: chooses among the replies.
    :raises ConfigFileError: the file is refused.
    """

    name = 'scripted'
    address = None

    def __init__(self, path: Path, *, chance: random.Random) -> None:
        script = load_config(path, _Script)
        self._chance = chance
        self._patterns = {
            name: re.compile(rf'\b(?:{"|".join(map(_pattern, topic.words))})\b')
            for name, topic in script.topics.items()
        }
        self._replies = {name: topic.replies for name, topic in script.topics.items()}
        self._replies[''] = script.generic
        self._unsaid: dict[str, list[str]] = {name: [] for name in self._replies}
        self._last = ''

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """Yield the reply in one piece; see ChatModel."""
        text = _plain(messages[-1]['content'])
        topics = (name for name, pattern in self._patterns.items() if pattern.search(text))
        yield self._choose(next(topics, ''))

    def _choose(self, topic: str) -> str:
        """Return all replies of a topic in random order before one is repeated."""
        unsaid = self._unsaid[topic]
        if not unsaid:
            unsaid += self._replies[topic]
        fresh = [reply for reply in unsaid if reply != self._last]
        self._last = self._chance.choice(fresh or unsaid)
        unsaid.remove(self._last)
        return self._last

    async def close(self) -> None:
        """Do nothing: it holds no resources."""


def _plain(text: str) -> str:
    """Return a text in the form of the file's words: lower case, no punctuation."""
    text = text.lower().replace('’', "'")  # noqa: RUF001
    return ' '.join(re.findall(r"[\w']+", text))


def _pattern(words: str) -> str:
    return re.escape(_plain(words)) + 's?'  # also the plural


def _make(settings: ConversationSettings, own: ProviderSettings) -> ScriptedChat:
    path = settings.config_path / settings.language / 'scripted_replies.yaml'
    return ScriptedChat(path, chance=random.Random(settings.seed))


SCRIPTED = Provider(_make)
