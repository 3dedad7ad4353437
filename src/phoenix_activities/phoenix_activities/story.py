"""Story: tells a story scene by scene, and lets the listener choose what happens next."""

from phoenix_activities.activity import Intent, Request
from phoenix_activities.asking import AskingActivity
from phoenix_activities.story_words import Scene
from phoenix_activities.story_words import Story as StoryWords


class Story(AskingActivity):
    """Tells the story that was asked for, or the one not heard for longest."""

    name = 'story'
    intents = ('story',)

    _told: tuple[StoryWords, ...] = ()  # newest last
    _scene = ''
    _paragraph = 0

    def enter(self, request: Request) -> None:
        """Begin a story."""
        self._begin(self._choose(_topic(request.intent)))

    def resume(self) -> None:
        """Go on with the paragraph or the question that was interrupted."""
        self.say_phrase('go_on')
        if self.is_asking:
            super().resume()
        else:
            self._tell()

    def on_intent(self, intent: Intent) -> bool:
        """Another story, the same from the start, or a choice."""
        if intent.name in ('next', 'story'):
            self._begin(self._choose(_topic(intent)))
        elif intent.name == 'repeat' and not self.is_asking:
            self._begin(self._told[-1])
        else:
            return super().on_intent(intent)
        return True

    def on_answer(self, name: str, intent: Intent) -> None:
        """Go where the listener chose to go."""
        self._go_to(self._current.choices[name].scene)

    def on_silence(self) -> None:
        """Go the first way when the listener only listens."""
        self.say_phrase('i_choose')
        self._go_to(next(iter(self._current.choices.values())).scene)

    def on_not_heard(self) -> None:
        """Go on where it was interrupted."""
        if self.is_asking:
            super().on_not_heard()
        else:
            self._tell()

    def on_all_said(self) -> None:
        """Tell the next paragraph, ask what happens next, or end."""
        scene = self._current
        self._paragraph += 1
        if self._paragraph < len(scene.tell):
            self._tell()
        elif scene.ask:
            self.ask(scene.ask, {name: one.answers for name, one in scene.choices.items()})
        else:
            self.director.finish('done')

    @property
    def _current(self) -> Scene:
        return self._told[-1].scenes[self._scene]

    def _begin(self, story: StoryWords) -> None:
        self._told = (*(told for told in self._told if told is not story), story)
        self._go_to(next(iter(story.scenes)))

    def _go_to(self, scene: str) -> None:
        self.ask_nothing()
        self._scene, self._paragraph = scene, 0
        self._tell()

    def _tell(self) -> None:
        self.director.say(self._current.tell[self._paragraph])

    def _choose(self, topic: str) -> StoryWords:
        wanted = set(topic.lower().split())
        stories = self.director.words.stories
        fitting = [story for story in stories if wanted.intersection(story.topics)]
        return min(
            fitting or stories,
            key=lambda story: self._told.index(story) if story in self._told else -1,
        )


def _topic(intent: Intent | None) -> str:
    return intent.slots.get('topic', '') if intent else ''
