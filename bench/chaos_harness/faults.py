"""Injects faults into a running toy at random, and measures the time to recover."""

import random
import time
from collections.abc import Collection
from dataclasses import dataclass

from fragile_toy import FAULTS, RECOVERY_S, FragileToy
from phoenix_msgs.msg import CapabilityStatus
from room import QuietRoom

from chaos_harness.disturbances import Disturbances
from chaos_harness.memory import memory_mb

SOUND_SERVER = 'sound server'
PAUSE_S = 6.0  # mean time between a recovery and the next fault, exponentially distributed
OUTAGE_S = (0.0, 3.0)  # shortest and longest outage of the sound server
SETTLE_S = 1.0  # for DDS to connect the new process of a recovered node with the harness


@dataclass(frozen=True)
class InjectedFault:
    """A fault that was injected; times are those of the monotonic clock."""

    kind: str  # one of FAULTS, SOUND_SERVER, or a disturbance
    victim: str  # a node; empty for the sound server
    begun_s: float
    ended_s: float
    recovery_s: float | None  # time to recover; None when the toy did not

    def __str__(self) -> str:
        """Return the kind and the victim."""
        return f'{self.kind} {self.victim}'.strip()


class FaultInjector:
    """
    Injects one fault after another.

    :param toy: the toy that has to recover.
    :param room: with the sound server that also fails.
    :param disturbances: which it has to bear without losing a process.
    :param chance: chooses faults, victims and pauses.
    :param kinds: of faults; all if empty.
    """

    def __init__(
        self,
        toy: FragileToy,
        room: QuietRoom,
        disturbances: Disturbances,
        chance: random.Random,
        kinds: Collection[str] = (),
    ) -> None:
        self.injected: list[InjectedFault] = []
        self.memory_mb: list[float] = []  # at the start, and after each fault
        self._toy = toy
        self._room = room
        self._disturbances = disturbances
        self._chance = chance
        self._kinds = [
            kind
            for kind in [*FAULTS[toy.layout], SOUND_SERVER, *disturbances.ways]
            if not kinds or kind in kinds
        ]

    def run(self, seconds: float) -> None:
        """Inject faults for some time, or until the toy is ended."""
        self.memory_mb.append(memory_mb(self._toy))
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            if self._toy.ended.wait(self._chance.expovariate(1 / PAUSE_S)):
                return
            fault = self._inject()
            if self._toy.ended.is_set() and fault.recovery_s is None:
                return
            self.injected.append(fault)
            self.memory_mb.append(memory_mb(self._toy))
            left_s = max(0.0, until_s - time.monotonic())
            print(f'  {fault}: {self._result(fault)} ({left_s:.0f} s to go)', flush=True)

    def _inject(self) -> InjectedFault:
        begun_s, victim = time.monotonic(), ''
        kind = self._chance.choice(self._kinds)
        if kind in self._disturbances.ways:
            recovery_s = self._disturb(kind)
        elif kind == SOUND_SERVER:
            recovery_s = self._fail_sound_server()
        else:
            victim = self._chance.choice(self._toy.victims(kind))
            recovery_s = self._toy.fail(kind, victim)
        return InjectedFault(kind, victim, begun_s, time.monotonic() + SETTLE_S, recovery_s)

    def _disturb(self, kind: str) -> float | None:
        """Return how long the toy is not well afterwards; None if it has lost a process."""
        before = self._processes()
        self._disturbances.ways[kind]()
        begun_s = time.monotonic()
        well = self._toy.wait_until_well()
        took_s = time.monotonic() - begun_s
        return took_s if well and self._processes() == before else None

    def _processes(self) -> set[int]:
        return {pid for _, pid in self._toy.runner.running}

    def _fail_sound_server(self) -> float | None:
        """Kill and restart the sound server; return how long the toy needs to use it again."""
        toy = self._toy
        self._room.die()
        lost = toy.wait_for(lambda: toy.level('hearing') == CapabilityStatus.LOST, RECOVERY_S)
        toy.ended.wait(self._chance.uniform(*OUTAGE_S))
        begun_s = time.monotonic()
        self._room.revive()
        return time.monotonic() - begun_s if lost and toy.wait_until_well() else None

    def _result(self, fault: InjectedFault) -> str:
        if fault.recovery_s is not None:
            return f'{fault.recovery_s:.1f} s'
        troubles = '; '.join(
            f'{name} {entry.level} {entry.message}'
            for name, entry in self._toy.witness.toy.items()
            if entry.level != CapabilityStatus.OK
        )
        return f'NOT RECOVERED: {troubles or "a healthy process was lost"}'
