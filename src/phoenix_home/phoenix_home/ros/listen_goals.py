"""One listening for somebody else: from the request to the words, or why there are none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from phoenix_msgs.action import Listen
from phoenix_msgs.msg import ListeningEvent, ListenRequest, Transcript

ANSWER_S = 5.0  # for the ear to open
LONGEST_S = 90.0  # from the open ear to the words

# HEARD is no end: the words, or that there are none, follow.
ENDS = {
    ListeningEvent.NO_SPEECH: Listen.Result.NO_SPEECH,
    ListeningEvent.NOT_UNDERSTOOD: Listen.Result.NOT_UNDERSTOOD,
    ListeningEvent.CANCELLED: Listen.Result.CANCELLED,
    ListeningEvent.MUTED: Listen.Result.MUTED,
    ListeningEvent.NOT_ADDRESSED: Listen.Result.NO_SPEECH,
}


@dataclass
class _Goal:
    heard: Callable[[str], object]
    ended: Callable[[int, str], object]
    trace_id: str = ''
    opened: bool = False


class ListenGoals:
    """
    Follows one listening at a time by its trace.

    :param request: publishes a ListenRequest of a kind; returns its trace.
    :param after: calls a function after some time [s]; returns a timer.
    """

    def __init__(
        self, request: Callable[[int], str], after: Callable[[float, Callable[[], None]], Any]
    ) -> None:
        self._request = request
        self._after = after
        self._goal: _Goal | None = None
        self._limit: Any = None

    @property
    def busy(self) -> bool:
        """Whether somebody waits for words."""
        return self._goal is not None

    def begin(self, heard: Callable[[str], object], ended: Callable[[int, str], object]) -> None:
        """
        Open the ear.

        :param heard: called with the words so far, which are none at first.
        :param ended: called once, with a constant of Listen.Result and the words.
        """
        self._goal = _Goal(heard, ended)
        self._allow(ANSWER_S)
        self._goal.trace_id = self._request(ListenRequest.OPEN)

    def cancel(self) -> None:
        """Close the ear; without effect if nobody waits."""
        if self._goal is not None:
            self._request(ListenRequest.CLOSE)
            self._end(Listen.Result.CANCELLED)

    def on_listening(self, event: ListeningEvent) -> None:
        """Process that the ear has opened or closed."""
        goal = self._goal
        if goal is None:
            return
        if event.header.trace_id != goal.trace_id:
            if goal.opened and event.kind == ListeningEvent.OPENED:
                self._end(Listen.Result.CANCELLED)  # somebody else has called
        elif event.kind == ListeningEvent.OPENED:
            goal.opened = True
            self._allow(LONGEST_S)
            goal.heard('')
        elif event.kind in ENDS:
            self._end(ENDS[event.kind])

    def on_transcript(self, transcript: Transcript) -> None:
        """Process words."""
        goal = self._goal
        if goal is None or transcript.header.trace_id != goal.trace_id:
            return
        if transcript.kind == Transcript.FINAL:
            self._end(Listen.Result.HEARD, transcript.text)
        else:
            goal.heard(transcript.text)

    def _allow(self, time_s: float) -> None:
        if self._limit is not None:
            self._limit.cancel()
        goal = self._goal
        self._limit = self._after(time_s, lambda: self._late(goal))

    def _late(self, goal: _Goal | None) -> None:
        if goal is not None and goal is self._goal:
            self._end(Listen.Result.NO_ANSWER)

    def _end(self, outcome: int, text: str = '') -> None:
        assert self._goal is not None
        ended, self._goal = self._goal.ended, None
        self._limit.cancel()
        ended(outcome, text)
