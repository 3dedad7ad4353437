"""Idle: the toy rests and waits for a person, with a little life of its own."""

from phoenix_activities.engine.activity import Activity, Priority, Request
from phoenix_activities.words.words import ActivityWords, Phrase, Phrases

LIVELY_S = (240.0, 900.0)  # between two signs of life
COMPANY_S = 1800.0  # after the last interaction somebody may still be near
NOISE_CHANCE = 0.3  # of a sign of life that it is a noise, too
SLEEPY_S = 3600.0  # without a person
SLEEPY_AT_NIGHT_S = 60.0
PARTINGS = frozenset(('goodbye', 'stop'))  # reasons after which nobody wants to hear of the toy


class IdlePhrases(Phrases):
    """Said by itself, and to who calls a toy whose microphone is muted."""

    noise: Phrase
    muted: Phrase


class IdleWords(ActivityWords):
    """
    The words of a toy at rest.

    :param lost: capability to what is said when it is lost; the others are lost in silence.
    """

    phrases: IdlePhrases
    lost: dict[str, Phrase] = {}


class IdleActivity(Activity):
    """
    Twinkles now and then, rarely makes a noise, and falls asleep when nobody comes.

    After a goodbye it makes no noise: nothing calls a person back.
    """

    name = 'idle'
    priority = Priority.REST
    words: IdleWords

    _alone_s = 0.0
    _wait_s = 0.0
    _parted = False

    def enter(self, request: Request) -> None:
        """Rest."""
        self._alone_s, self._parted = 0.0, request.reason in PARTINGS
        if request.reason == 'muted':
            self.say_phrase(self.words.phrases.muted)
        self._rest()

    def resume(self) -> None:
        """Rest again."""
        self._alone_s, self._parted = 0.0, False
        self._rest()

    def on_attention(self, reason: str) -> bool:
        """Begin a conversation, whose first words are still to be heard."""
        self.manager.enter('conversation', Request(reason))
        return True

    def on_timeout(self) -> None:
        """Give a sign of life, or fall asleep."""
        self._alone_s += self._wait_s
        at_night = self.manager.gate.is_quiet_time
        if self._alone_s >= (SLEEPY_AT_NIGHT_S if at_night else SLEEPY_S):
            self.manager.enter('sleep', Request('alone'))
            return
        if self.manager.gate.no_fun() is None and self._wait_s >= LIVELY_S[0]:
            self.body.show('twinkling', duration_s=3.0)
            may_be_heard = self._alone_s < COMPANY_S and not self._parted
            if may_be_heard and self.manager.chance.random() < NOISE_CHANCE:
                self.say_phrase(self.words.phrases.noise)
        self._rest()

    def on_lost(self, *, asked: bool = False) -> None:
        """Announce what the toy cannot do now; at night only when asked."""
        unannounced = self.manager.lost.unannounced
        while unannounced and (asked or not self.manager.gate.is_quiet_time):
            if phrase := self.words.lost.get(unannounced.pop(0)):
                self.say_phrase(phrase)

    def on_said(self) -> None:
        """Rest on after a noise."""

    def on_not_heard(self) -> None:
        """Rest on."""

    def _rest(self) -> None:
        at_night = self.manager.gate.is_quiet_time
        self._wait_s = SLEEPY_AT_NIGHT_S if at_night else self.manager.chance.uniform(*LIVELY_S)
        self.manager.wait(self._wait_s, new_interaction=True)
        self.on_lost()
