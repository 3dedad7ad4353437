"""What the toy says in its activities, as data: answers to intents, phrases, colors, stories."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field

from phoenix_activities.words.spoken_forms import SpokenForms
from phoenix_activities.words.story_words import Story
from phoenix_core.settings.config_file import ConfigFileError, FileModel, load_config


class ActivityWords(FileModel):
    """
    What one activity says, and what it understands while it asks.

    :param can: completes 'I can ...' where the toy tells what it can do; empty: not told.
    :param phrases: name to texts, one of which is said.
    :param answers: name of an answer to sentence templates, as in intents.yaml.
    """

    can: str = ''
    phrases: dict[str, list[str]] = {}
    answers: dict[str, list[str]] = {}


class Light(FileModel):
    """What the LED ring shows with an answer."""

    animation: str
    color: str = ''
    duration_s: float = Field(0.0, ge=0)


class Answer(FileModel):
    """The answer to an intent: one of the texts, which may name the intent's {slots}."""

    say: list[str] = Field(min_length=1)
    show: Light | None = None


class _Answers(FileModel):
    answers: dict[str, Answer]
    colors: dict[str, str]
    color_names: dict[str, str] = {}


class Words:
    """All words of one language."""

    def __init__(
        self,
        folders: Sequence[Path],
        chance: random.Random,
        activities: Mapping[str, type[ActivityWords]],
    ) -> None:
        """
        Read answers.yaml, activities/<name>.yaml and stories/*.yaml.

        :param folders: of one language, e.g. config/en; the first that has a file counts.
        :param chance: chooses among texts.
        :param activities: the model of each activity's file.
        :raises ConfigFileError: unreadable or not of the form above.
        """
        self._chance = chance
        self._last: dict[str, str] = {}
        self.forms = SpokenForms(folders[0].name)
        content = load_config(folders[0] / 'answers.yaml', _Answers)
        self.answers: Mapping[str, Answer] = content.answers
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
        """Return what an activity says, an instance of its model."""
        return self._activities[name]

    def answer(self, name: str, /, **values: str) -> str:
        """Return one of the answers to that intent; an unknown name raises KeyError."""
        text = self.choose(name, self.answers[name].say).format_map(values)
        return text[0].upper() + text[1:]  # it may begin with a slot

    def choose(self, name: str, texts: Sequence[str]) -> str:
        """Choose a text, not the one that was chosen last under that name."""
        fresh = [text for text in texts if text != self._last.get(name)] or texts
        self._last[name] = self._chance.choice(fresh)
        return self._last[name]


def _first(folders: Sequence[Path], name: str) -> Path:
    return next(
        (folder / name for folder in folders if (folder / name).exists()), folders[0] / name
    )
