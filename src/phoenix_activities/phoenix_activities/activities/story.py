"""Story: tells a story scene by scene, and lets the listener choose what happens next."""

from pydantic import Field

from phoenix_activities.engine.activity import Request, UserIntent
from phoenix_activities.engine.asking import AskingActivity
from phoenix_activities.state.safe_state import Kept
from phoenix_activities.words.story_words import Story, StoryScene
from phoenix_activities.words.words import Phrase, Phrases, PhraseWords


class StoryPhrases(Phrases):
    """Said around the story."""

    go_on: Phrase
    i_choose: Phrase


class StoryKept(Kept):
    """
    Where the toy is in a story.

    :param told: titles of the stories that were begun, newest last.
    :param scene: of the newest one; empty when that is over.
    :param paragraph: of the scene, from 0; after the last one comes the question.
    """

    told: list[str] = []
    scene: str = ''
    paragraph: int = Field(0, ge=0)


class StoryActivity(AskingActivity):
    """Tells the story that was asked for, or the one not heard for longest."""

    name = 'story'
    intents = ('story', 'story_continue')
    words: PhraseWords[StoryPhrases]
    kept: StoryKept

    def enter(self, request: Request) -> None:
        """Begin a story, or go on with the one that was stopped, maybe by a crash."""
        if request.reason == 'story_continue' and self._is_open:
            self.resume()
        else:
            self._begin(self._choose(_topic(request.intent)))

    def resume(self) -> None:
        """Go on with the paragraph or the question that was interrupted."""
        self.say_phrase(self.words.phrases.go_on)
        if self.is_asking:
            super().resume()
        else:
            self._tell()

    def on_intent(self, intent: UserIntent) -> bool:
        """Another story, the same from the start, the rest of it, or a choice."""
        if intent.name == 'story_continue':
            self.resume()
        elif intent.name in ('next', 'story'):
            self._begin(self._choose(_topic(intent)))
        elif intent.name == 'repeat' and not self.is_asking:
            self._begin(self._stories[self.kept.told[-1]])
        else:
            return super().on_intent(intent)
        return True

    def on_answer(self, name: str, intent: UserIntent) -> None:
        """Go where the listener chose to go."""
        self._go_to(self._current.choices[name].scene)

    def on_silence(self) -> None:
        """Go the first way when the listener only listens."""
        self.say_phrase(self.words.phrases.i_choose)
        self._go_to(next(iter(self._current.choices.values())).scene)

    def on_not_heard(self) -> None:
        """Go on where it was interrupted."""
        if self.is_asking:
            super().on_not_heard()
        else:
            self._tell()

    def on_all_said(self) -> None:
        """Go on with the next paragraph."""
        self.kept.paragraph += 1
        self._tell()

    @property
    def _stories(self) -> dict[str, Story]:
        return {story.title: story for story in self.manager.words.stories}

    @property
    def _is_open(self) -> bool:
        """Whether a story that still exists was stopped before its end."""
        story = self._stories.get(self.kept.told[-1]) if self.kept.told else None
        return story is not None and self.kept.scene in story.scenes

    @property
    def _current(self) -> StoryScene:
        return self._stories[self.kept.told[-1]].scenes[self.kept.scene]

    def _begin(self, story: Story) -> None:
        kept = self.kept
        kept.told = [*(title for title in kept.told if title != story.title), story.title]
        self._go_to(next(iter(story.scenes)))

    def _go_to(self, scene: str) -> None:
        self.ask_nothing()
        self.kept.scene, self.kept.paragraph = scene, 0
        self._tell()

    def _tell(self) -> None:
        """Tell the next paragraph, ask what happens next, or end."""
        scene = self._current
        if self.kept.paragraph < len(scene.tell):
            self.dialogue.say(scene.tell[self.kept.paragraph])
        elif scene.ask:
            self.ask(scene.ask, {name: one.answers for name, one in scene.choices.items()})
        else:
            self.kept.scene = ''
            self.manager.finish('done')

    def _choose(self, topic: str) -> Story:
        wanted = set(topic.lower().split())
        stories, told = self.manager.words.stories, self.kept.told
        fitting = [story for story in stories if wanted.intersection(story.topics)]
        return min(
            fitting or stories,
            key=lambda story: told.index(story.title) if story.title in told else -1,
        )


def _topic(intent: UserIntent | None) -> str:
    return intent.slots.get('topic', '') if intent else ''
