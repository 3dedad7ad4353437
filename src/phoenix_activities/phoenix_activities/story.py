"""Story: tells a story paragraph by paragraph, and can be stopped, repeated or changed."""

from phoenix_activities.activity import Activity, Intent, Request
from phoenix_activities.words import Story as StoryWords


class Story(Activity):
    """Tells the story that was asked for, or the one not heard for longest."""

    name = 'story'
    intents = ('story',)

    _told: tuple[StoryWords, ...] = ()  # newest last
    _position = 0

    def enter(self, request: Request) -> None:
        """Begin a story."""
        topic = request.intent.slots.get('topic', '') if request.intent else ''
        self._begin(self._choose(topic))

    def on_intent(self, intent: Intent) -> bool:
        """Another story, or the same from the start."""
        if intent.name in ('next', 'story'):
            self._begin(self._choose(intent.slots.get('topic', '')))
        elif intent.name == 'repeat':
            self._begin(self._told[-1])
        else:
            return False
        return True

    def on_not_heard(self) -> None:
        """Go on where it was interrupted."""
        self._tell()

    def on_said(self) -> None:
        """Tell the next paragraph, or end."""
        self._position += 1
        if self._position < len(self._told[-1].paragraphs):
            self._tell()
        else:
            self.director.finish('done')

    def _begin(self, story: StoryWords) -> None:
        self.director.quiet('story')
        self._told = (*(told for told in self._told if told is not story), story)
        self._position = 0
        self._tell()

    def _tell(self) -> None:
        self.director.say(self._told[-1].paragraphs[self._position])

    def _choose(self, topic: str) -> StoryWords:
        wanted = set(topic.lower().split())
        stories = self.director.words.stories
        fitting = [story for story in stories if wanted.intersection(story.topics)]
        return min(
            fitting or stories,
            key=lambda story: self._told.index(story) if story in self._told else -1,
        )
