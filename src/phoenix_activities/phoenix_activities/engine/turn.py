"""Whose turn it is: the ear, the words on their way, the reply and the speech that are open."""

from phoenix_activities.engine.toy import Phase, Toy


class Turn:
    """Keeps what is open between the toy and a person; the phase follows from it."""

    def __init__(self, toy: Toy) -> None:
        """Begin with nothing open."""
        self._toy = toy
        self._asked = False  # answers are expected
        self.ear_open = False
        self._called = False  # which is why it is open
        self.heard = False  # words were heard, their intent is on the way
        self.replying = False  # the conversation has not ended its reply
        self._reply_begun = False  # what comes before is of an earlier reply
        self.unsaid: list[str] = []  # utterances asked for and not yet spoken
        self._sounding = False

    @property
    def phase(self) -> Phase:
        """What the toy is doing within the activity."""
        if self.ear_open:
            return Phase.LISTENING if self._called else Phase.FOLLOWING_UP
        if self._sounding:
            return Phase.SPEAKING
        if self.heard or self.replying or self.unsaid:
            return Phase.THINKING
        return Phase.RESTING

    @property
    def spoken(self) -> bool:
        """Tell whether all that was to be said has been said."""
        return not self.unsaid and not self.replying

    def say(self, text: str) -> None:
        """Say something after what is being said."""
        self.unsaid.append(self._toy.say(text))

    def converse(self, text: str, known: dict[str, str]) -> None:
        """Begin a reply of the conversation."""
        self.replying, self._reply_begun = True, False
        self._toy.converse(text, known)

    def listen(self) -> None:
        """Open the ear, though nobody calls."""
        self._toy.listen()
        self.ear_open, self._called = True, False

    def called(self, *, ear_opens: bool) -> None:
        """Listen to who called; the ear may open by itself."""
        if not ear_opens:
            self._toy.listen()
        self.ear_open = self._called = True

    def on_ear(self, *, opened: bool, heard: bool) -> None:
        """Follow the ear; unasked, only a wake word opens it, whose event may come later."""
        self._called |= opened and not self.ear_open
        self.ear_open, self.heard = opened, heard

    def expect(self, answers: dict[str, list[str]]) -> None:
        """Tell which answers would be understood now; none ends that."""
        if answers or self._asked:
            self._asked = bool(answers)
            self._toy.expect(answers)

    def quiet(self, reason: str) -> None:
        """Stop speaking, replying and listening."""
        if self.replying:
            self._toy.stop_conversing()
        if self.unsaid:
            self._toy.silence(reason)
        if self.ear_open:
            self._toy.stop_listening()
        self.replying = self.ear_open = self.heard = self._sounding = False
        self.unsaid.clear()

    def on_reply(self, *, begun: bool, utterance: str, ended: bool) -> bool:
        """Follow a reply; False when it is not the one that was asked for last."""
        self._reply_begun |= begun
        if not (self.replying and self._reply_begun):
            return False
        if utterance:
            self.unsaid.append(utterance)
        self.replying = not ended
        return True

    def on_playback(self, utterance: str, *, sounding: bool) -> bool:
        """Follow an utterance; False when it is none of this turn."""
        if utterance not in self.unsaid:
            return False
        self._sounding = sounding
        if not sounding:
            self.unsaid.remove(utterance)
        return True
