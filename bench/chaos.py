"""Makes parts of the toy fail at random while somebody speaks to it; measures how it fares."""

import argparse
import contextlib
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from phoenix_msgs.msg import CapabilityStatus

ROOT = Path(__file__).parents[1]
TESTS = ('tests/system', 'src/phoenix_audio/test', 'src/phoenix_speech/test/conversation')
sys.path.extend(str(ROOT / folder) for folder in TESTS)

import pulse_server  # noqa: E402
from chat_server import ChatServer  # noqa: E402
from fragile_toy import FAULTS, RECOVERY_S, FragileToy, requests_of  # noqa: E402
from language_server import LanguageServer, Replies  # noqa: E402
from room import QuietRoom  # noqa: E402

SOUND_SERVER = 'sound server'
PAUSE_S = 6.0  # between a recovery and the next fault, on average; long ones are rare
OUTAGE_S = (0.0, 3.0)  # of the sound server
SETTLED_S = 1.0  # after a recovery, for DDS to connect the new process with the bench itself


@dataclass
class Spoken:
    """A recording that was played to the toy."""

    begun_s: float
    ended_s: float
    verdict: str  # of PlayProgress: empty when it was answered


class Chaos:
    """Somebody who speaks to a toy all the time, and the faults."""

    def __init__(
        self, toy: FragileToy, chance: random.Random, recordings: list[Path], room: QuietRoom
    ) -> None:
        """Prepare."""
        self.spoken: list[Spoken] = []
        self.toy = toy
        self.times_s: defaultdict[str, list[float]] = defaultdict(list)  # to recover, by fault
        self.lasting: list[str] = []  # faults that the toy did not recover from
        self.memory_mb: list[float] = []  # at the start, and after each fault
        self._chance = chance
        self._recordings = recordings
        self._room = room
        self._disturbed: list[tuple[float, float]] = []  # from each fault to its end

    def torment(self, seconds: float) -> None:
        """Inject one fault after the other."""
        toy = self.toy
        self.memory_mb.append(memory_mb(toy))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if toy.ended.wait(self._chance.expovariate(1 / PAUSE_S)):
                return
            how = self._chance.choice([*FAULTS[toy.layout], SOUND_SERVER])
            begun_s = time.monotonic()
            if how == SOUND_SERVER:
                victim, took_s = '', self._fail_sound_server()
            else:
                victim = self._chance.choice(toy.victims(how))
                took_s = toy.fail(how, victim)
            if toy.ended.is_set() and took_s is None:
                return
            self._disturbed.append((begun_s, time.monotonic() + SETTLED_S))
            fault = f'{how} {victim}'.strip()
            if took_s is None:
                self.lasting.append(fault)
            else:
                self.times_s[how].append(took_s)
            self.memory_mb.append(memory_mb(toy))
            result = f'NOT RECOVERED: {self._state()}' if took_s is None else f'{took_s:.1f} s'
            left_s = max(0.0, until - time.monotonic())
            print(f'  {fault}: {result} ({left_s:.0f} s to go)', flush=True)

    def _fail_sound_server(self) -> float | None:
        """Kill it, start it again, and return how long the toy then takes to hear and speak."""
        toy = self.toy
        self._room.die()
        lost = toy.wait_for(lambda: toy.level('hearing') == CapabilityStatus.LOST, RECOVERY_S)
        toy.ended.wait(self._chance.uniform(*OUTAGE_S))
        begun_s = time.monotonic()
        self._room.revive()
        return time.monotonic() - begun_s if lost and toy.wait_until_well() else None

    def _state(self) -> str:
        return '; '.join(
            f'{name} {entry.level} {entry.message}'
            for name, entry in self.toy.witness.toy.items()
            if entry.level != CapabilityStatus.OK
        )

    def speak(self) -> None:
        """Speak to the toy, one recording after the other, till the end."""
        number = 0
        while not self.toy.ended.is_set():
            recording = self._recordings[number % len(self._recordings)]
            number += 1
            begun_s = time.monotonic()
            with ExitStack() as stack:
                speaking = self._room.speaking(recording)
                verdict = self.toy.play(recording, partial(stack.enter_context, speaking))
            if verdict is not None:
                self.spoken.append(Spoken(begun_s, time.monotonic(), verdict))

    def calm(self) -> list[Spoken]:
        """Return what was spoken while nothing failed."""
        return [
            one
            for one in self.spoken
            if not any(
                begun_s < one.ended_s and one.begun_s < ended_s
                for begun_s, ended_s in self._disturbed
            )
        ]


def report(chaos: Chaos) -> bool:
    """Print what came of it; True when all was as it must be."""
    for how, times_s in sorted(chaos.times_s.items()):
        print(f'  {how:>12}: time to recover {percentiles(times_s)}')
    times_s = [one for several in chaos.times_s.values() for one in several]
    injected = len(times_s) + len(chaos.lasting)
    print(
        f'  {injected} faults injected, {len(times_s)} recovered; '
        f'time to recover {percentiles(times_s)}'
    )
    for name in chaos.lasting:
        print(f'  not recovered: {name}')
    answered = [one for one in chaos.spoken if not one.verdict]
    calm = chaos.calm()
    failed = [one for one in calm if one.verdict]
    hung = [one for one in chaos.spoken if 'still busy' in one.verdict]
    print(
        f'  {len(chaos.spoken)} interactions, {len(answered)} answered, {len(hung)} hung; '
        f'{len(calm)} of them between faults, {len(calm) - len(failed)} answered'
    )
    for one in failed:
        print(f'  not answered between faults: {one.verdict}')
    witness = chaos.toy.witness
    codes: defaultdict[str, int] = defaultdict(int)
    for (_, code), count in witness.faults.items():
        codes[code] += count
    told = ', '.join(f'{code} {codes[code]}' for code in sorted(codes, key=lambda c: -codes[c]))
    print(f'  faults told: {told or "none"}')
    quarter = len(chaos.memory_mb) // 4 + 1
    early_mb, late_mb = chaos.memory_mb[:quarter], chaos.memory_mb[-quarter:]
    print(
        f'  {witness.lost} events lost; memory, medians of the first and the last '
        f'quarter: {statistics.median(early_mb):.0f} MB, {statistics.median(late_mb):.0f} MB'
    )
    return not chaos.lasting and not hung and not failed


def percentiles(times_s: list[float]) -> str:
    """Describe some durations."""
    if not times_s:
        return '-'
    ordered = sorted(times_s)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f'p50 {statistics.median(ordered):.1f} s, p95 {p95:.1f} s, max {ordered[-1]:.1f} s'


def memory_mb(toy: FragileToy) -> float:
    """Return the memory of all processes; pages shared between them count once."""
    total = 0
    for _, pid in toy.runner.running:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
            root = psutil.Process(pid)
            for process in [root, *root.children(recursive=True)]:
                total += process.memory_full_info().pss
    return total / 2**20


def run(chaos: Chaos, language: LanguageServer, seconds: float) -> bool:
    """Torment a toy; False when it did not fare as it must."""
    toy = chaos.toy
    if not toy.wait_until_well():
        print('  the toy did not come up', flush=True)
        return False
    replies = Replies(toy.graph)
    speaker = threading.Thread(target=chaos.speak)
    speaker.start()
    chaos.torment(seconds)
    # Who spoke last is to be answered, and once more somebody.
    count = len(chaos.spoken) + 2
    toy.wait_for(lambda: len(chaos.spoken) >= count, 120)
    toy.ended.set()
    speaker.join()
    fine = report(chaos)
    sentences = replies.first_sentences()
    by_script = sum(provider == 'scripted' for provider, _ in sentences)
    print(
        f'  language server: {language.asked} requests, {language.broken} answered badly; '
        f'{len(sentences)} replies, {by_script} by the script; '
        f'first sentence {percentiles([took_s for _, took_s in sentences])}'
    )
    return fine


def main() -> int:
    """Torment the toy; exit code 1 when it did not come back, or did not answer between faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=120.0, help='per layout')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--layout', choices=[*FAULTS], action='append')
    options = parser.parse_args()
    if why := pulse_server.missing():
        parser.error(why)
    fine = True
    interrupted = threading.Event()
    for layout in options.layout or [*FAULTS]:
        print(f'{layout}, {options.seconds:.0f} s, seed {options.seed}', flush=True)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            language = LanguageServer(random.Random(options.seed))
            chat = stack.enter_context(ChatServer(language))
            room = QuietRoom(folder)
            stack.callback(room.die)
            environ = {
                **room.env,
                'PHOENIX_ACTIVITIES_STATE_FILE': str(folder / 'toy.sqlite3'),
                'PHOENIX_ACTIVITIES_QUIET_HOURS': '',
                'PHOENIX_CONVERSATION_PROVIDERS': '[openai, scripted]',
                'PHOENIX_CONVERSATION_BASE_URL': chat.url,
            }
            toy = stack.enter_context(FragileToy(layout, environ, tolerated=['conversation']))

            def end(*_: object, toy: FragileToy = toy) -> None:
                interrupted.set()
                toy.ended.set()

            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, end)
            recordings = requests_of(ROOT / 'samples', folder)
            chaos = Chaos(toy, random.Random(options.seed), recordings, room)
            fine &= run(chaos, language, options.seconds)
        if interrupted.is_set():
            return 130
    return 0 if fine else 1


if __name__ == '__main__':
    raise SystemExit(main())
