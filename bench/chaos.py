"""Makes parts of the toy fail at random while somebody speaks to it; measures how it fares."""

import argparse
import contextlib
import random
import signal
import statistics
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import psutil
from phoenix_msgs.msg import CapabilityStatus

from phoenix_bringup.fragile_toy import FAULTS, FragileToy, requests_of

SAMPLES = Path(__file__).parents[1] / 'samples'
PAUSE_S = (0.0, 10.0)  # between a recovery and the next fault
SETTLED_S = 1.0  # after a recovery, for DDS to connect the new process with the bench itself


@dataclass
class Spoken:
    """A recording that was played to the toy."""

    begun_s: float
    ended_s: float
    verdict: str  # of PlayProgress: empty when it was answered


class Chaos:
    """Somebody who speaks to a toy all the time, and the faults."""

    def __init__(self, toy: FragileToy, seed: int, recordings: list[Path]) -> None:
        """Prepare."""
        self.spoken: list[Spoken] = []
        self._toy = toy
        self._chance = random.Random(seed)
        self._recordings = recordings
        self._injected = 0
        self._times_s: defaultdict[str, list[float]] = defaultdict(list)  # to recover, by fault
        self._lasting: list[str] = []  # faults that the toy did not recover from
        self._disturbed: list[tuple[float, float]] = []  # from each fault to its end
        self._memory_mb = [memory_mb(toy)]  # at the start, and after each fault

    def torment(self, seconds: float) -> None:
        """Inject one fault after the other."""
        toy = self._toy
        until = time.monotonic() + seconds
        while time.monotonic() < until and not toy.ended.wait(self._chance.uniform(*PAUSE_S)):
            how = self._chance.choice(FAULTS[toy.layout])
            victim = self._chance.choice(toy.victims(how))
            begun_s = time.monotonic()
            took_s = toy.fail(how, victim)
            if toy.ended.is_set() and took_s is None:
                return
            self._injected += 1
            self._disturbed.append((begun_s, time.monotonic() + SETTLED_S))
            if took_s is None:
                self._lasting.append(f'{how} {victim}')
            else:
                self._times_s[how].append(took_s)
            self._memory_mb.append(memory_mb(toy))
            result = f'NOT RECOVERED: {self._state()}' if took_s is None else f'{took_s:.1f} s'
            left_s = max(0.0, until - time.monotonic())
            print(f'  {how} {victim}: {result} ({left_s:.0f} s to go)', flush=True)

    def _state(self) -> str:
        return '; '.join(
            f'{name} {entry.level} {entry.message}'
            for name, entry in self._toy.witness.toy.items()
            if entry.level != CapabilityStatus.OK
        )

    def speak(self) -> None:
        """Speak to the toy, one recording after the other, till the end."""
        number = 0
        while not self._toy.ended.is_set():
            begun_s = time.monotonic()
            verdict = self._toy.play(self._recordings[number % len(self._recordings)])
            number += 1
            if verdict is not None:
                self.spoken.append(Spoken(begun_s, time.monotonic(), verdict))

    def report(self) -> bool:
        """Print what came of it; True when all was as it must be."""
        for how, times_s in sorted(self._times_s.items()):
            print(f'  {how:>8}: {summary(times_s)}')
        times_s = [one for several in self._times_s.values() for one in several]
        print(f'  {self._injected} faults injected, {len(times_s)} recovered; {summary(times_s)}')
        for name in self._lasting:
            print(f'  not recovered: {name}')
        answered = [one for one in self.spoken if not one.verdict]
        calm = [one for one in self.spoken if not self._was_disturbed(one)]
        failed = [one for one in calm if one.verdict]
        hung = [one for one in self.spoken if 'still busy' in one.verdict]
        print(
            f'  {len(self.spoken)} interactions, {len(answered)} answered, {len(hung)} hung; '
            f'{len(calm)} of them between faults, {len(calm) - len(failed)} answered'
        )
        for one in failed:
            print(f'  not answered between faults: {one.verdict}')
        codes: Counter[str] = Counter()
        for (_, code), count in self._toy.witness.faults.items():
            codes[code] += count
        told = ', '.join(f'{code} {count}' for code, count in codes.most_common())
        print(f'  faults told: {told or "none"}')
        quarter = len(self._memory_mb) // 4 + 1
        early_mb, late_mb = self._memory_mb[:quarter], self._memory_mb[-quarter:]
        print(
            f'  {self._toy.witness.lost} events lost; memory, medians of the first and the last '
            f'quarter: {statistics.median(early_mb):.0f} MB, {statistics.median(late_mb):.0f} MB'
        )
        return not self._lasting and not hung and not failed

    def _was_disturbed(self, spoken: Spoken) -> bool:
        return any(
            begun_s < spoken.ended_s and spoken.begun_s < ended_s
            for begun_s, ended_s in self._disturbed
        )


def summary(times_s: list[float]) -> str:
    """Describe times to recover."""
    if not times_s:
        return 'no time to recover'
    ordered = sorted(times_s)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return (
        f'time to recover p50 {statistics.median(ordered):.1f} s, p95 {p95:.1f} s, '
        f'max {ordered[-1]:.1f} s'
    )


def memory_mb(toy: FragileToy) -> float:
    """Return the memory of all processes; pages shared between them count once."""
    total = 0
    for _, pid in toy.runner.running:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
            root = psutil.Process(pid)
            for process in [root, *root.children(recursive=True)]:
                total += process.memory_full_info().pss
    return total / 2**20


def run(toy: FragileToy, seconds: float, seed: int, recordings: list[Path]) -> bool:
    """Torment a toy; False when it did not fare as it must."""
    print(f'{toy.layout}, {seconds:.0f} s, seed {seed}', flush=True)
    if not toy.wait_until_well():
        print('  the toy did not come up', flush=True)
        return False
    chaos = Chaos(toy, seed, recordings)
    speaker = threading.Thread(target=chaos.speak)
    speaker.start()
    chaos.torment(seconds)
    # Who spoke last is to be answered, and once more somebody.
    count = len(chaos.spoken) + 2
    toy.wait_for(lambda: len(chaos.spoken) >= count, 120)
    toy.ended.set()
    speaker.join()
    return chaos.report()


def main() -> int:
    """Torment the toy; exit code 1 when it did not come back, or did not answer between faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=120.0, help='per layout')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--layout', choices=[*FAULTS], action='append')
    options = parser.parse_args()
    fine = True
    interrupted = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        environ = {'PHOENIX_ACTIVITIES_STATE_FILE': f'{folder}/toy.sqlite3'}
        recordings = requests_of(SAMPLES, Path(folder))
        for layout in options.layout or [*FAULTS]:
            with FragileToy(layout, environ) as toy:

                def end(*_: object, toy: FragileToy = toy) -> None:
                    interrupted.set()
                    toy.ended.set()

                for number in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, end)
                fine &= run(toy, options.seconds, options.seed, recordings)
            if interrupted.is_set():
                return 130
    return 0 if fine else 1


if __name__ == '__main__':
    raise SystemExit(main())
