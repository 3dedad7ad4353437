"""What was said in a conversation so far, and the prompt made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from phoenix_speech.conversation.chat_model import Message
from phoenix_speech.conversation.known_facts import fact_lines
from phoenix_speech.conversation.persona import Persona


@dataclass
class HistoryTurn:
    """What a person asked, and the sentences that the toy said."""

    asked: str
    said: list[str] = field(default_factory=list)

    @property
    def characters(self) -> int:
        """The length of both."""
        return len(self.asked) + sum(map(len, self.said))


class History:
    """The last turns of a conversation, as many as the persona wants."""

    def __init__(self, persona: Persona) -> None:
        self._persona = persona
        self._turns: list[HistoryTurn] = []

    def add(self, turn: HistoryTurn, sentence: str) -> None:
        """Add a sentence to a turn; a turn is kept from its first sentence on."""
        if not turn.said:
            self._turns = [*self._turns, turn][-self._persona.history_turns :]
        turn.said.append(sentence)

    def prompt(self, text: str, known: Mapping[str, str]) -> list[Message]:
        """
        Return the messages that ask a model for a reply to a text.

        :param known: what the toy was told before, e.g. child_name.
        """
        room = self._persona.history_characters
        messages: list[Message] = []
        for turn in reversed(self._turns):
            room -= turn.characters
            if room < 0:
                break
            messages[:0] = [
                {'role': 'user', 'content': turn.asked},
                {'role': 'assistant', 'content': ' '.join(turn.said)},
            ]
        instructions = self._persona.instructions + fact_lines(known, self._persona.known)
        system = {'role': 'system', 'content': instructions}
        return [system, *messages, {'role': 'user', 'content': text}]
