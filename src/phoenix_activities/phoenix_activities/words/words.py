"""The words of the toy in one language, as data: answers, phrases, colors and stories."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ConfigDict, Field, PrivateAttr, RootModel

from phoenix_activities.words.spoken_forms import SpokenForms
from phoenix_activities.words.story_words import Story
from phoenix_core.settings.config_file import ConfigFileError, FileModel, load_config


class Phrase(RootModel[list[str]]):
    """Texts that mean the same; one of them is said, and not the same one twice running."""

    model_config = ConfigDict(frozen=True, strict=True)

    root: list[str] = Field(min_length=1)
    _last: str = PrivateAttr('')

    def choose(self, chance: random.Random) -> str:
        """Choose a text."""
        fresh = [text for text in self.root if text != self._last] or self.root
        self._last = chance.choice(fresh)
        return self._last


class Phrases(FileModel):
    """Base of the phrases of an activity, each a field; the file must hold exactly these."""


class ActivityWords(FileModel):
    """
    Base of what one activity says, and what it understands while it asks.

    :param can: completes 'I can ...' where the toy tells what it can do; empty: not told.
    :param answers: name of an answer to sentence templates, as in intents.yaml.
    """

    can: str = ''
    phrases: Phrases = Phrases()
    answers: dict[str, list[str]] = {}


PhrasesT = TypeVar('PhrasesT', bound=Phrases)


class PhraseWords(ActivityWords, Generic[PhrasesT]):
    """The words of an activity that says phrases, and has no other words of its own."""

    phrases: PhrasesT


class AnswerLight(FileModel):
    """What the LED ring shows with an answer."""

    animation: str
    color: str = ''
    duration_s: float = Field(0.0, ge=0)


class IntentAnswer(FileModel):
    """The answer to an intent: one of the texts, which may name the intent's {slots}."""

    say: Phrase
    show: AnswerLight | None = None
    lively: bool = False  # fun: not while a conversation is grave, nor in quiet hours


class _AnswersFile(FileModel):
    answers: dict[str, IntentAnswer]
    grown_up: str  # whom a child tells, where the profile names no adults
    colors: dict[str, str]
    color_names: dict[str, str] = {}


class Words:
    """All words of one language."""

    def __init__(
        self,
        folders: Sequence[Path],
        chance: random.Random,
        activities: Mapping[str, type[ActivityWords]],
        adults: Sequence[str] = (),
    ) -> None:
        """
        Read answers.yaml, activities/<name>.yaml and stories/*.yaml.

        :param folders: of one language, e.g. config/en; the first that has a file counts.
        :param chance: chooses among texts.
        :param activities: the model of each activity's file.
        :param adults: whom the child calls on, as the child calls them.
        :raises ConfigFileError: a file is unreadable or not what its model declares.
        """
        self._chance = chance
        self.forms = SpokenForms(folders[0].name)
        content = load_config(folders[0] / 'answers.yaml', _AnswersFile)
        self.answers: Mapping[str, IntentAnswer] = content.answers
        self.grown_up = self.forms.any_of([one for one in adults if one]) or content.grown_up
        self.colors: Mapping[str, str] = content.colors
        self.color_names: Mapping[str, str] = content.color_names
        self._activities = {
            name: load_config(_first(folders, f'activities/{name}.yaml'), model)
            for name, model in activities.items()
        }
        self.stories = [
            load_config(path, Story)
            for folder in folders
            for path in sorted(folder.glob('stories/*.yaml'))
        ]
        if not self.stories:
            raise ConfigFileError(f'{folders[0] / "stories"}: holds no story')

    def of_activity(self, name: str) -> ActivityWords:
        """Return the words of an activity, an instance of its model."""
        return self._activities[name]

    def answer(self, name: str, /, **values: str) -> str:
        """Return one of the answers to that intent; an unknown name raises KeyError."""
        text = self.choose(self.answers[name].say).format_map(values)
        return text[0].upper() + text[1:]  # it may begin with a slot

    def choose(self, phrase: Phrase) -> str:
        """Choose a text."""
        return phrase.choose(self._chance)


def _first(folders: Sequence[Path], name: str) -> Path:
    return next(
        (folder / name for folder in folders if (folder / name).exists()), folders[0] / name
    )
