"""A story as data: scenes that lead to each other by what the listener chooses."""

from pydantic import Field, model_validator

from phoenix_core.settings.config_file import FileModel


class StoryChoice(FileModel):
    """
    One way to go on.

    :param answers: sentence templates by which it is chosen.
    :param scene: the next one.
    """

    answers: list[str] = Field(min_length=1)
    scene: str


class StoryScene(FileModel):
    """
    A part of a story.

    :param tell: paragraphs, each said in one breath.
    :param ask: the question what happens next; empty at an end.
    """

    tell: list[str] = Field(min_length=1)
    ask: str = ''
    choices: dict[str, StoryChoice] = {}

    @model_validator(mode='after')
    def _ask_and_choose(self) -> 'StoryScene':
        if bool(self.ask) != (len(self.choices) >= 2):
            raise ValueError('a scene either asks and has two or more choices, or has neither')
        return self


class Story(FileModel):
    """A story, which begins with its first scene."""

    title: str
    topics: list[str] = []
    scenes: dict[str, StoryScene] = Field(min_length=1)

    @model_validator(mode='after')
    def _all_scenes_can_be_reached(self) -> 'Story':
        reached: set[str] = set()
        open_ends = [next(iter(self.scenes))]
        while open_ends:
            name = open_ends.pop()
            if name not in self.scenes:
                raise ValueError(f'there is no scene {name!r}; there are {", ".join(self.scenes)}')
            if name not in reached:
                reached.add(name)
                open_ends += [choice.scene for choice in self.scenes[name].choices.values()]
        if missed := set(self.scenes) - reached:
            raise ValueError(f'no choice leads to {", ".join(sorted(missed))}')
        return self
