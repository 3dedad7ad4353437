"""Simon says: touch what the toy names, but only when Simon says so."""

from phoenix_activities.engine.activity import Activity, Intent, Request
from phoenix_activities.words.words import ActivityWords

ROUNDS = 8
SIMON_CHANCE = 0.65
TIME_TO_ACT_S = 5.0
PAD_COLORS = {'head': '#ffd000', 'belly': '#00a0ff'}  # where they glow, in words of the light


class SimonSaysWords(ActivityWords):
    """
    The words of the game.

    :param pads: name of a touch pad to what is to be done with it.
    """

    pads: dict[str, str]


class SimonSays(Activity):
    """Names a pad, glows in its color, and waits for a touch, or for none."""

    name = 'simon_says'
    intents = ('simon_says',)
    words_model = SimonSaysWords

    def enter(self, request: Request) -> None:
        """Explain, and begin."""
        self._round = self._right = 0
        self._waiting = False
        self.say_phrase('begin')
        self._command()

    def leave(self) -> None:
        """Put the light out."""
        self.director.show_state()

    def pause(self) -> None:
        """Put the light out; the round begins anew after that."""
        self._round -= 1
        self.leave()

    def resume(self) -> None:
        """Go on with another command."""
        self.say_phrase('go_on')
        self._command()

    def on_intent(self, intent: Intent) -> bool:
        """Begin anew, or say the command again."""
        if intent.name in ('simon_says', 'next'):
            self.enter(Request(intent.name, intent))
        elif intent.name == 'repeat' and self._round:
            self._say_command()
        else:
            return False
        return True

    def on_touch(self, pad: str) -> bool:
        """Judge a touch; while the toy speaks, it is one for attention."""
        if not self._waiting:
            return False
        self._judge(right=self._simon and pad == self._pad)
        return True

    def on_attention(self, reason: str) -> bool:
        """Listen; no touch counts meanwhile."""
        self._waiting = False
        return True

    def on_not_heard(self) -> None:
        """Go on after a call that nothing followed."""
        self._say_command()

    def on_said(self) -> None:
        """Wait for the touch, or end."""
        if self._round > ROUNDS:
            self.director.finish('done')
        else:
            self._waiting = True
            self.director.show('solid', color=PAD_COLORS.get(self._pad, ''))
            self.director.wait(TIME_TO_ACT_S)

    def on_timeout(self) -> None:
        """Judge that nothing was touched."""
        self._judge(right=not self._simon)

    def _command(self) -> None:
        self._round += 1
        if self._round > ROUNDS:
            self.say_phrase('end', right=self._right, rounds=ROUNDS)
            return
        chance = self.director.chance
        self._pad = chance.choice(sorted(self.words.pads))
        self._simon = self._round == 1 or chance.random() < SIMON_CHANCE
        self._say_command()

    def _say_command(self) -> None:
        self._waiting = False
        action = self.words.pads[self._pad]
        self.say_phrase('simon_says' if self._simon else 'without_simon', action=action)

    def _judge(self, right: bool) -> None:
        self._waiting = False
        self._right += right
        self.director.show('happy' if right else 'off', duration_s=1.5)
        if right:
            self.say_phrase('right' if self._simon else 'not_fooled')
        else:
            self.say_phrase('wrong' if self._simon else 'fooled')
        self._command()
