"""The stack of activities: which one runs, and which are paused below it, by priority alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from phoenix_activities.engine.activity import Priority

REST = 'idle'  # the first activity, and the one after all others


class TransitionRule(NamedTuple):
    """One transition that may happen; `effect` is what becomes of the source."""

    trigger: str
    source: str
    dest: str
    effect: str  # 'ends' or 'pauses'


@dataclass(frozen=True)
class Move:
    """What a transition did: activities that ended, newest first, and one that paused."""

    left: str
    ended: tuple[str, ...]
    paused: str
    entered: str
    resumed: bool


def rules(priorities: Mapping[str, Priority]) -> Iterator[TransitionRule]:
    """Yield every transition between activities of these priorities."""
    for source, priority in priorities.items():
        for dest, other in priorities.items():
            effect = 'pauses' if other > priority else 'ends'
            yield TransitionRule(f'enter {dest}', source, dest, effect)
            if other < priority or dest == REST:
                yield TransitionRule('done', source, dest, 'ends')


class ActivityStack:
    """A stack of ascending priority; the top runs, the others are paused."""

    def __init__(self, priorities: Mapping[str, Priority]) -> None:
        self._priorities = priorities
        self._stack = [REST]

    @property
    def current(self) -> str:
        """The activity that runs."""
        return self._stack[-1]

    @property
    def paused(self) -> tuple[str, ...]:
        """The activities that wait to go on, the lowest first."""
        return tuple(self._stack[:-1])

    def enter(self, name: str) -> Move:
        """Begin an activity: pause what has a lower priority, end everything else."""
        left, ended = self.current, []
        while self._stack and self._priorities[self._stack[-1]] >= self._priorities[name]:
            ended.append(self._stack.pop())
        self._stack.append(name)
        return Move(left, tuple(ended), '' if ended else left, name, resumed=False)

    def finish(self) -> Move:
        """End what runs, and go on with what it had interrupted, or rest."""
        left = self._stack.pop()
        resumed = bool(self._stack)
        if not resumed:
            self._stack.append(REST)
        return Move(left, (left,), '', self.current, resumed)
