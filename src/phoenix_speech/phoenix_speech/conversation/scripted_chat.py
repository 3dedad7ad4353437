"""The chat model that needs nothing and never fails: replies chosen by key words from a file."""

import random
import re
from collections.abc import Generator, Sequence
from pathlib import Path

from pydantic import Field

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_speech.conversation.chat_models import Message


class _Topic(FileModel):
    words: list[str] = Field(min_length=1)
    replies: list[str] = Field(min_length=2)  # one alone would be repeated


class _Script(FileModel):
    topics: dict[str, _Topic]
    generic: list[str] = Field(min_length=2)


class ScriptedChat:
    """
    Replies to the last message with the first topic one of whose words or phrases is in it.

    :param path: the file, e.g. scripted_replies.yaml.
    :param chance: chooses among the replies.
    :raises ConfigFileError: the file is refused.
    """

    name = 'scripted'

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

    def stream(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        """Yield the reply in one piece; see ChatModel."""
        text = _plain(messages[-1]['content'])
        topics = (name for name, pattern in self._patterns.items() if pattern.search(text))
        yield self._choose(next(topics, ''))

    def _choose(self, topic: str) -> str:
        """Go through all replies of a topic, in any order, before one is said again."""
        unsaid = self._unsaid[topic]
        if not unsaid:
            unsaid += self._replies[topic]
        fresh = [reply for reply in unsaid if reply != self._last]
        self._last = self._chance.choice(fresh or unsaid)
        unsaid.remove(self._last)
        return self._last

    def cancel(self) -> None:
        """Have nothing to cancel: a reply takes no time."""

    def close(self) -> None:
        """Hold nothing."""


def _plain(text: str) -> str:
    """Write a text as the words of the file are: small letters, no marks."""
    text = text.lower().replace('’', "'")  # noqa: RUF001
    return ' '.join(re.findall(r"[\w']+", text))


def _pattern(words: str) -> str:
    return re.escape(_plain(words)) + 's?'  # also the plural
