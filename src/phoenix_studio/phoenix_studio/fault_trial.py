"""One fault that was injected into the toy: how it is noticed, mended, and recovered from."""

from collections.abc import Callable, Collection
from enum import Enum
from typing import Any

from phoenix_msgs.msg import CapabilityStatus

from phoenix_tools.faults.observed_toy import ObservedToy

LONGEST_S = 60.0  # to recover, as the fault tests give it


class Phase(Enum):
    """Where a trial is; each is entered at most once."""

    INJECTED = 'injected'  # the fault is there, and no status tells of it
    NOTICED = 'noticed'  # a capability is worse than before
    MENDED = 'mended'  # a device is back, and its node may not use it yet
    RECOVERED = 'recovered'  # all is as well as before
    NOT_RECOVERED = 'not_recovered'  # it took too long


NEXT = {
    Phase.INJECTED: {Phase.NOTICED, Phase.MENDED, Phase.RECOVERED, Phase.NOT_RECOVERED},
    Phase.NOTICED: {Phase.MENDED, Phase.RECOVERED, Phase.NOT_RECOVERED},
    Phase.MENDED: {Phase.RECOVERED, Phase.NOT_RECOVERED},
    Phase.RECOVERED: set(),
    Phase.NOT_RECOVERED: set(),
}


class FaultTrial:
    """
    Follows one fault by what the toy says of itself.

    :param kind: of the fault.
    :param victim: the node that fails.
    :param toy: as it is before.
    :param clock: monotonic time [s].
    :param at: when it is injected, in seconds since 1970.
    :param lasts: whether it lasts until it is mended; otherwise the toy is to mend it itself.
    :param members: the nodes that have to be replaced, by those of another process.
    """

    def __init__(
        self,
        kind: str,
        victim: str,
        toy: ObservedToy,
        clock: Callable[[], float],
        at: float,
        *,
        lasts: bool,
        members: Collection[str] = (),
    ) -> None:
        self.kind = kind
        self.victim = victim
        self.lasts = lasts
        self.members = members
        self._process = toy.nodes[victim].process_id
        self._toy = toy
        self._clock = clock
        self._at = at
        self._begun_s = clock()
        self._before = toy.levels
        self._entered_s: dict[Phase, float] = {Phase.INJECTED: 0.0}  # since it was injected
        self._worst: dict[str, int] = {}  # capabilities that were worse than before

    @property
    def phase(self) -> Phase:
        """Where it is."""
        return next(reversed(self._entered_s))

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to come."""
        return not NEXT[self.phase]

    def mend(self) -> None:
        """Note that what has failed is back."""
        self._enter(Phase.MENDED)
        self.step()

    def step(self) -> bool:
        """Note the condition of the toy; return whether another phase has begun."""
        if self.is_over:
            return False
        before = self.phase
        worse = {
            name: level
            for name, level in self._toy.levels.items()
            if level != self._before.get(name) and level != CapabilityStatus.OK
        }
        for name, level in worse.items():
            self._worst[name] = max(level, self._worst.get(name, level))
        if worse and before is Phase.INJECTED:
            self._enter(Phase.NOTICED)
        if not self.lasts or before is Phase.MENDED:  # otherwise it waits for being mended
            if self._is_well():
                self._enter(Phase.RECOVERED)
            elif self._now_s() - self._entered_s.get(Phase.MENDED, 0.0) > LONGEST_S:
                self._enter(Phase.NOT_RECOVERED)
        return self.phase is not before

    def plain(self) -> dict[str, Any]:
        """Return it as plain data; times are in seconds since it was injected."""
        levels = {CapabilityStatus.DEGRADED: 'degraded', CapabilityStatus.LOST: 'lost'}
        return {
            'kind': self.kind,
            'victim': self.victim,
            'at': self._at,
            'lasts': self.lasts,
            'members': sorted(self.members),
            'phase': self.phase.value,
            'times': {phase.value: round(at, 2) for phase, at in self._entered_s.items()},
            'worst': {
                name: levels.get(level, 'unknown') for name, level in sorted(self._worst.items())
            },
        }

    def _is_well(self) -> bool:
        same = self._before.keys() <= self._toy.levels.keys()
        replaced = self._toy.is_replaced(self._process, self.members)
        return same and replaced and self._toy.is_well(self._before)

    def _now_s(self) -> float:
        return self._clock() - self._begun_s

    def _enter(self, phase: Phase) -> None:
        if phase not in NEXT[self.phase]:
            raise ValueError(f'{self.kind}: {phase.value} does not follow {self.phase.value}')
        self._entered_s[phase] = self._now_s()
