"""Dance: the light dances to a beat that the toy makes with its voice."""

from pydantic import Field

from phoenix_activities.engine.activity import Activity, Request, UserIntent
from phoenix_activities.words.words import ActivityWords, Phrase, Phrases
from phoenix_core.settings.config_file import FileModel

SHOWN_S = 20.0  # unless the next step comes before


class DanceStep(FileModel):
    """
    One step.

    :param say: the call and the beat.
    :param show: an animation of leds.yaml.
    """

    say: str
    show: str
    color: str = ''


class DancePhrases(Phrases):
    """Said before a dance."""

    begin: Phrase


class DanceWords(ActivityWords):
    """Several dances, each of some steps."""

    phrases: DancePhrases
    dances: list[list[DanceStep]] = Field(min_length=2)


class DanceActivity(Activity):
    """Calls one step after another; 'again' dances the same, 'something else' another dance."""

    name = 'dance'
    intents = ('dance',)
    words: DanceWords

    _dance = -1
    _step = 0

    def enter(self, request: Request) -> None:
        """Begin the next dance."""
        self._dance = (self._dance + 1) % len(self.words.dances)
        self._begin()

    def leave(self) -> None:
        """Stop the light."""
        self.body.show_state()

    def pause(self) -> None:
        """Stop the light."""
        self.body.show_state()

    def resume(self) -> None:
        """Go on with the step that was interrupted."""
        self._call()

    def on_intent(self, intent: UserIntent) -> bool:
        """Dance the same again, or another dance."""
        if intent.name == 'repeat':
            self._begin()
        elif intent.name in ('next', 'dance'):
            self.enter(Request(intent.name, intent))
        else:
            return False
        return True

    def on_not_heard(self) -> None:
        """Go on dancing."""
        self._call()

    def on_said(self) -> None:
        """Call the next step, or end."""
        self._step += 1
        if self._step < len(self.words.dances[self._dance]):
            self._call()
        else:
            self.manager.finish('done')

    def _begin(self) -> None:
        self._step = 0
        self.say_phrase(self.words.phrases.begin)
        self._call()

    def _call(self) -> None:
        step = self.words.dances[self._dance][self._step]
        self.body.show(step.show, color=step.color, duration_s=SHOWN_S)
        self.dialogue.say(step.say)
