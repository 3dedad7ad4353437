"""Speaks to a toy without pause, and notes which requests are answered."""

import itertools
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fragile_toy import FragileToy
from room import QuietRoom


@dataclass(frozen=True)
class Spoken:
    """A recording that was played to the toy; times are those of the monotonic clock."""

    begun_s: float
    ended_s: float
    verdict: str  # of PlayProgress; empty when the toy has answered

    @property
    def is_answered(self) -> bool:
        """Whether the toy has answered."""
        return not self.verdict

    @property
    def hung(self) -> bool:
        """Whether the toy never came to an end of its answer."""
        return 'still busy' in self.verdict


class Talker:
    """
    Plays recordings into the room of a toy, in turn.

    :param toy: the toy that has to answer.
    :param room: where the recordings are played.
    :param recordings: the requests.
    """

    def __init__(self, toy: FragileToy, room: QuietRoom, recordings: Sequence[Path]) -> None:
        self.spoken: list[Spoken] = []
        self._toy = toy
        self._room = room
        self._recordings = recordings

    def run(self) -> None:
        """Speak until the toy is ended."""
        for recording in itertools.cycle(self._recordings):
            if self._toy.ended.is_set():
                return
            begun_s = time.monotonic()
            with ExitStack() as stack:
                speaking = self._room.speaking(recording)
                verdict = self._toy.play(recording, partial(stack.enter_context, speaking))
            if verdict is not None:
                self.spoken.append(Spoken(begun_s, time.monotonic(), verdict))
