"""A language server that answers well or badly, by chance, and how the toy fares with it."""

import contextlib
import random

import chat_server
from chat_server import Answer
from phoenix_msgs.msg import ConversationEvent

from phoenix_core import events
from phoenix_core.clock.units import seconds
from phoenix_core.testing import TestGraph

BROKEN_SHARE = 0.5  # of its answers


class Replies:
    """What the toy replied while its language server did as it liked."""

    def __init__(self, graph: TestGraph) -> None:
        """Begin to listen."""
        self._probe = graph.probe(records=[events.CONVERSATION])

    def first_sentences(self) -> list[tuple[str, float]]:
        """Return of each reply whose its first sentence is, and how soon it came [s]."""
        asked_s: dict[str, float] = {}
        first: dict[str, tuple[str, float]] = {}
        for told in self._probe.recorded(events.CONVERSATION):
            trace = told.header.trace_id
            now_s = seconds(told.header.stamp)
            if told.kind == ConversationEvent.STARTING:
                asked_s[trace] = now_s
            elif told.kind == ConversationEvent.SENTENCE and trace in asked_s:
                first.setdefault(trace, (told.provider, now_s - asked_s[trace]))
        return [*first.values()]


class LanguageServer:
    """Answers as it should or badly, by chance."""

    def __init__(self, chance: random.Random) -> None:
        """Prepare; it is its own behavior of a ChatServer."""
        self.broken = self.asked = 0
        self._chance = chance

    def __call__(self, answer: Answer) -> None:
        """Answer one request."""
        self.asked += 1
        behavior = chat_server.good
        if self._chance.random() < BROKEN_SHARE:
            self.broken += 1
            behavior = self._chance.choice(chat_server.BROKEN)
        with contextlib.suppress(ConnectionError):  # who asked was killed
            behavior(answer)
