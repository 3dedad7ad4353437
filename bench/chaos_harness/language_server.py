"""A language server that answers well or badly at random, and the replies that come of it."""

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
    """The replies of a toy."""

    def __init__(self, graph: TestGraph) -> None:
        """Begin to record."""
        self._probe = graph.probe(records=[events.CONVERSATION])

    def first_sentences(self) -> list[tuple[str, float]]:
        """Return the provider of the first sentence of each reply, and how soon it came [s]."""
        asked_s: dict[str, float] = {}
        first: dict[str, tuple[str, float]] = {}
        for event in self._probe.recorded(events.CONVERSATION):
            trace = event.header.trace_id
            now_s = seconds(event.header.stamp)
            if event.kind == ConversationEvent.STARTING:
                asked_s[trace] = now_s
            elif event.kind == ConversationEvent.SENTENCE and trace in asked_s:
                first.setdefault(trace, (event.provider, now_s - asked_s[trace]))
        return [*first.values()]


class LanguageServer:
    """A behavior of a ChatServer: answers well or badly at random."""

    def __init__(self, chance: random.Random) -> None:
        """
        Begin without a request.

        :param chance: chooses the answers.
        """
        self.broken = self.asked = 0
        self._chance = chance

    def __call__(self, answer: Answer) -> None:
        """Answer one request."""
        self.asked += 1
        behavior = chat_server.good
        if self._chance.random() < BROKEN_SHARE:
            self.broken += 1
            behavior = self._chance.choice(chat_server.BROKEN)
        with contextlib.suppress(ConnectionError):  # the client was killed
            behavior(answer)
