"""Texts of neighbors: they are said one after another, and each ends in a known way."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from phoenix_msgs.msg import PlaybackEvent

from phoenix_core.telemetry.tracing import TraceContext

MOST_WAITING = 8
BEGIN_S = 60.0  # for its turn: the toy may be telling a story
END_S = 300.0  # the longest text, slowly


class Outcome(Enum):
    """How a text ended."""

    SPOKEN = 'spoken'
    INTERRUPTED = 'interrupted'
    SILENT = 'silent'  # it did not begin, or did not come to its end, in time


@dataclass
class Utterance:
    """
    A text to be said.

    :param began: called when its first sample is played.
    :param ended: called once, with how it ended and how much was played [s].
    :param cause: the event that asks for it.
    """

    text: str
    began: Callable[[], object]
    ended: Callable[[Outcome, float], object]
    cause: TraceContext | None = None
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    sent: bool = False
    playing: bool = False


class Utterances:
    """
    Sends a text when the one before it has ended, so that it can be taken back until then.

    :param send: sends an utterance.
    :param allow: calls `late` with an utterance after a time [s], and with no other one.
    :param stop: stops what is being said.
    """

    def __init__(
        self,
        send: Callable[[Utterance], object],
        allow: Callable[[Utterance, float], object],
        stop: Callable[[], object],
    ) -> None:
        self._send = send
        self._allow = allow
        self._stop = stop
        self._queue: list[Utterance] = []  # the first is sent
        self._stopping = False  # the next one waits until what was stopped is

    def put(self, utterance: Utterance) -> bool:
        """Queue a text; return False if too many wait."""
        if len(self._queue) >= MOST_WAITING:
            return False
        self._queue.append(utterance)
        self._go_on()
        return True

    def cancel(self, utterance: Utterance) -> None:
        """Withdraw a text, or stop it."""
        if utterance not in self._queue:
            return
        if utterance.sent:
            self._stopping = True
            self._stop()
        self._end(utterance, Outcome.INTERRUPTED)

    def clear(self) -> None:
        """End all; what is being said goes on."""
        self._stopping = False
        while self._queue:
            self._queue.pop().ended(Outcome.INTERRUPTED, 0.0)

    def on_playback(self, playback: PlaybackEvent) -> None:
        """Process an event of the speaker."""
        current = self._queue[0] if self._queue else None
        if current is None or playback.utterance_id != current.name:
            return
        if playback.kind == PlaybackEvent.STARTED:
            current.playing = True
            self._allow(current, END_S)
            current.began()
        else:
            spoken = playback.kind == PlaybackEvent.FINISHED
            outcome = Outcome.SPOKEN if spoken else Outcome.INTERRUPTED
            self._end(current, outcome, playback.position_s)

    def on_stop(self) -> None:
        """Process a stop of all speech; of what plays, the speaker tells the end."""
        if self._stopping:
            self._stopping = False
            self._go_on()
        elif self._queue and self._queue[0].sent and not self._queue[0].playing:
            self._end(self._queue[0], Outcome.INTERRUPTED)

    def late(self, utterance: Utterance) -> None:
        """Give up an utterance."""
        if utterance in self._queue:
            self._end(utterance, Outcome.SILENT)

    def _end(self, utterance: Utterance, outcome: Outcome, position_s: float = 0.0) -> None:
        self._queue.remove(utterance)
        utterance.ended(outcome, position_s)
        self._go_on()

    def _go_on(self) -> None:
        if not self._queue or self._queue[0].sent or self._stopping:
            return
        first = self._queue[0]
        first.sent = True
        self._allow(first, BEGIN_S)
        try:
            self._send(first)
        except Exception:  # it breaks a rule of the catalogue
            self._end(first, Outcome.SILENT)
            raise
