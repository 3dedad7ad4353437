"""Simon says: touch what the toy names, but only when Simon says so."""

from phoenix_activities.engine.activity import Activity, Request, UserIntent
from phoenix_activities.words.words import ActivityWords, Phrase, Phrases

ROUNDS = 8
SIMON_CHANCE = 0.65
TIME_TO_ACT_S = 5.0
PAD_COLORS = {'head': '#ffd000', 'belly': '#00a0ff'}  # where they glow, in words of the light


class SimonSaysPhrases(Phrases):
    """Said around the commands; the last four judge a touch, or none."""

    begin: Phrase
    simon_says: Phrase
    without_simon: Phrase
    go_on: Phrase
    end: Phrase
    right: Phrase
    not_fooled: Phrase
    wrong: Phrase
    fooled: Phrase


class SimonSaysWords(ActivityWords):
    """
    The words of the game.

    :param pads: name of a touch pad to what is to be done with it.
    """

    phrases: SimonSaysPhrases
    pads: dict[str, str]


class SimonSaysActivity(Activity):
    """Names a pad, glows in its color, and waits for a touch, or for none."""

    name = 'simon_says'
    intents = ('simon_says',)
    words: SimonSaysWords

    def enter(self, request: Request) -> None:
        """Explain, and begin."""
        self._round = self._right = 0
        self._waiting = False
        self.say_phrase(self.words.phrases.begin)
        self._command()

    def leave(self) -> None:
        """Put the light out."""
        self.body.show_state()

    def pause(self) -> None:
        """Put the light out; the round begins anew after that."""
        self._round -= 1
        self.leave()

    def resume(self) -> None:
        """Go on with another command."""
        self.say_phrase(self.words.phrases.go_on)
        self._command()

    def on_intent(self, intent: UserIntent) -> bool:
        """Begin anew, or say the command again."""
        if intent.name in ('simon_says', 'next'):
            self.enter(Request(intent.name, intent))
        elif intent.name == 'repeat' and self._round:
            self._say_command()
        else:
            return False
        return True

    def on_touch(self, pad: str) -> bool:
        """Judge a touch; while the toy speaks, it is a call for attention."""
        if not self._waiting:
            return False
        self._judge(right=self._simon and pad == self._pad)
        return True

    def on_attention(self, reason: str) -> bool:
        """Listen; touches do not count meanwhile."""
        self._waiting = False
        return True

    def on_not_heard(self) -> None:
        """Go on after a call that nothing followed."""
        self._say_command()

    def on_said(self) -> None:
        """Wait for the touch, or end."""
        if self._round > ROUNDS:
            self.manager.finish('done')
        else:
            self._waiting = True
            self.body.show('solid', color=PAD_COLORS.get(self._pad, ''))
            self.manager.wait(TIME_TO_ACT_S)

    def on_timeout(self) -> None:
        """Judge a round without a touch."""
        self._judge(right=not self._simon)

    def _command(self) -> None:
        self._round += 1
        if self._round > ROUNDS:
            self.say_phrase(self.words.phrases.end, right=self._right, rounds=ROUNDS)
            return
        chance = self.manager.chance
        self._pad = chance.choice(sorted(self.words.pads))
        self._simon = self._round == 1 or chance.random() < SIMON_CHANCE
        self._say_command()

    def _say_command(self) -> None:
        self._waiting = False
        phrases = self.words.phrases
        phrase = phrases.simon_says if self._simon else phrases.without_simon
        self.say_phrase(phrase, action=self.words.pads[self._pad])

    def _judge(self, right: bool) -> None:
        self._waiting = False
        self._right += right
        self.body.show('happy' if right else 'off', duration_s=1.5)
        phrases = self.words.phrases
        if right:
            self.say_phrase(phrases.right if self._simon else phrases.not_fooled)
        else:
            self.say_phrase(phrases.wrong if self._simon else phrases.fooled)
        self._command()
