"""What the toy says in its activities, as data: answers to intents, phrases, colors, stories."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from phoenix_core.config_file import ConfigFileError, FileModel, load_config


class Light(FileModel):
    """What the LED ring shows with an answer."""

    animation: str
    color: str = ''
    duration_s: float = Field(0.0, ge=0)


class Answer(FileModel):
    """The answer to an intent: one of the texts, which may name the intent's {slots}."""

    say: list[str] = Field(min_length=1)
    show: Light | None = None


class Story(FileModel):
    """A story told paragraph by paragraph."""

    title: str
    topics: list[str] = []
    paragraphs: list[str] = Field(min_length=1)


class _Answers(FileModel):
    answers: dict[str, Answer]
    phrases: dict[str, list[str]]
    colors: dict[str, str]


class Words:
    """All words of one language."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        """
        Read answers.yaml and stories/*.yaml.

        :param folder: of one language, e.g. config/en.
        :param chance: chooses among texts.
        :raises ConfigFileError: unreadable or not of the form above.
        """
        self._chance = chance
        self._last: dict[str, str] = {}
        content = load_config(folder / 'answers.yaml', _Answers)
        self.answers: Mapping[str, Answer] = content.answers
        self.colors: Mapping[str, str] = content.colors
        self._phrases = content.phrases
        self.stories = [load_config(path, Story) for path in sorted(folder.glob('stories/*.yaml'))]
        if not self.stories:
            raise ConfigFileError(f'{folder / "stories"}: holds no story')

    def phrase(self, name: str, /, **values: Any) -> str:
        """Return one of the phrases of that name; an unknown name raises KeyError."""
        return self.choose(name, self._phrases[name]).format_map(values)

    def answer(self, name: str, /, **values: Any) -> str:
        """Return one of the answers to that intent; an unknown name raises KeyError."""
        text = self.choose(name, self.answers[name].say).format_map(values)
        return text[0].upper() + text[1:]  # it may begin with a slot

    def choose(self, name: str, texts: list[str]) -> str:
        """Choose a text, not the one that was chosen last under that name."""
        fresh = [text for text in texts if text != self._last.get(name)] or texts
        self._last[name] = self._chance.choice(fresh)
        return self._last[name]
