"""
The state machine of the activities: which one runs, which are paused below it, what may follow.

Made with `transitions`, since activities are known only at run time: it builds its machine from
data, where python-statemachine wants states written down as a class.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from transitions import Machine

from phoenix_activities.engine.activity import Priority

REST = 'idle'  # where the machine begins, and where everything ends


class Rule(NamedTuple):
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


def rules(priorities: Mapping[str, Priority]) -> Iterator[Rule]:
    """Yield every transition between activities of these priorities."""
    for source, priority in priorities.items():
        for dest, other in priorities.items():
            yield Rule(f'enter {dest}', source, dest, 'pauses' if other > priority else 'ends')
            if other < priority or dest == REST:
                yield Rule('done', source, dest, 'ends')


class ActivityMachine:
    """Moves between activities by their priorities alone; knows nothing else of them."""

    def __init__(self, priorities: Mapping[str, Priority]) -> None:
        """Begin at rest."""
        self._priorities = priorities
        self._paused: list[str] = []  # of ascending priority
        self._ended: list[str] = []  # by the transition under way
        self.state = REST
        self._machine = Machine(self, list(priorities), initial=REST, auto_transitions=False)
        for rule in rules(priorities):
            self._machine.add_transition(
                rule.trigger,
                rule.source,
                rule.dest,
                conditions=[partial(self._leads_to, rule.dest)] if rule.trigger == 'done' else [],
                before='_pause' if rule.effect == 'pauses' else '_end',
            )

    @property
    def paused(self) -> tuple[str, ...]:
        """The activities that wait to go on, the lowest first."""
        return tuple(self._paused)

    def enter(self, name: str) -> Move:
        """Begin an activity: pause what is less urgent, end everything else."""
        left = self.state
        while self._paused and self._priorities[self._paused[-1]] >= self._priorities[name]:
            self._ended.append(self._paused.pop())
        self._machine.events[f'enter {name}'].trigger(self)
        paused = left if left in self._paused else ''
        return Move(left, self._take_ended(), paused, name, resumed=False)

    def finish(self) -> Move:
        """End what runs, and go on with what it had interrupted, or rest."""
        left = self.state
        resumed = bool(self._paused)
        self._machine.events['done'].trigger(self)
        if resumed:
            self._paused.pop()
        return Move(left, self._take_ended(), '', self.state, resumed)

    def _leads_to(self, dest: str) -> bool:
        return dest == (self._paused[-1] if self._paused else REST)

    def _pause(self) -> None:
        self._paused.append(self.state)

    def _end(self) -> None:
        self._ended.insert(0, self.state)

    def _take_ended(self) -> tuple[str, ...]:
        ended, self._ended = tuple(self._ended), []
        return ended
