"""Makes parts of the toy fail at random while somebody speaks to it; measures how it fares."""

import argparse
import asyncio
import dataclasses
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from ament_index_python.packages import get_package_share_path
from phoenix_msgs.msg import CapabilityStatus, NodeStatus
from std_msgs.msg import String

from phoenix_audio.wav import WavWriter, read_wav
from phoenix_bringup.launch_file import ProcessSpec, load
from phoenix_bringup.launch_runner import LaunchRunner
from phoenix_bringup.play_progress import PlayProgress
from phoenix_core import events, qos
from phoenix_core.event_type import EventType
from phoenix_core.fault_injection import HANG, RAISE, failure_topic
from phoenix_core.node import EventNode
from phoenix_core.settings import NodeSettings
from phoenix_core.testing import TestGraph

SAMPLES = Path(__file__).parents[1] / 'samples'
LAUNCH_FILE = Path(get_package_share_path('phoenix_bringup')) / 'launch' / 'phoenix.launch.xml'
RECOVERY_S = 60.0
PAUSE_S = (0.0, 10.0)  # between a recovery and the next fault
SETTLED_S = 1.0  # after a recovery, for DDS to connect the new process with the bench itself
AGAIN_S = 1.0  # a request to fail that nobody heard is made again
SIGNALS = {'kill -9': signal.SIGKILL, 'SIGSTOP': signal.SIGSTOP}
FAULTS = {'processes': [*SIGNALS], 'composed': [*SIGNALS, HANG, RAISE]}
WITHOUT_EVENTS = {'sensors', 'telemetry'}  # nobody touches this toy
WATCHED = [
    event
    for event in events.ALL
    if event.traced and event.qos is not qos.LOSSY_STREAM and event is not events.AUDIO_OUTPUT
]


class Witness(EventNode):
    """Sees all that the toy does, and keeps of it what the bench wants to know."""

    produces = (events.SIMULATED_SOUND,)
    consumes = dict.fromkeys([*WATCHED, events.NODE_STATUS, events.SYSTEM_STATUS], 'on_event')
    settings: NodeSettings

    def __init__(self, **options: Any) -> None:
        """Begin to keep."""
        super().__init__(**options)
        self.changed = threading.Condition()
        self.nodes: dict[str, NodeStatus] = {}
        self.toy: dict[str, CapabilityStatus] = {}
        self.handler_failures: defaultdict[str, int] = defaultdict(int)
        self.progress: PlayProgress | None = None
        self.spans: set[str] = set()
        self.parents: set[str] = set()
        self._types = {event.message: event for event in self.consumes}
        self._failures = {}

    def on_event(self, message: Any) -> None:
        """Take an event."""
        event: EventType = self._types[type(message)]
        with self.changed:
            if event is events.NODE_STATUS:
                self.nodes[message.header.producer] = message
            elif event is events.SYSTEM_STATUS:
                self.toy = {entry.capability: entry for entry in message.capabilities}
            elif event is events.FAULT:
                self.handler_failures[message.node] += message.code == 'handler_failed'
            if event.traced:
                self.spans.add(message.header.span_id)
                self.parents.add(message.header.parent_span_id)
            if self.progress is not None:
                self.progress.feed(event, message, time.monotonic())
            self.changed.notify_all()

    def fail(self, node: str, how: str) -> None:
        """Ask a composed node to fail."""
        if node not in self._failures:
            self._failures[node] = self.create_publisher(String, failure_topic(node), qos.EVENT)
        self._failures[node].publish(String(data=how))

    @property
    def lost(self) -> int:
        """How many events are missing that others say they were caused by."""
        with self.changed:
            return len(self.parents - self.spans - {''})

    @property
    def is_well(self) -> bool:
        """Tell whether all capabilities work."""
        return bool(self.toy) and all(
            entry.level == CapabilityStatus.OK for entry in self.toy.values()
        )


@dataclasses.dataclass
class Spoken:
    """A recording that was played to the toy."""

    begun_s: float
    ended_s: float
    verdict: str  # of PlayProgress: empty when it was answered


class Chaos:
    """One toy, somebody who speaks to it all the time, and the faults."""

    def __init__(self, witness: Witness, layout: str, seed: int, recordings: list[Path]) -> None:
        """Prepare."""
        self.ended = threading.Event()
        self.injected = 0
        self.times_s: defaultdict[str, list[float]] = defaultdict(list)  # to recover, by fault
        self.lasting: list[str] = []  # faults that the toy did not recover from
        self.disturbed: list[tuple[float, float]] = []  # from each fault to its end
        self.spoken: list[Spoken] = []
        self._witness = witness
        self._layout = layout
        self._chance = random.Random(seed)
        self._recordings = recordings
        self._failed_s = 0.0  # when the newest fault came about

    def wait_for(self, what: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until something is so; False when it does not become so, or the bench is ended."""
        until = time.monotonic() + timeout_s
        with self._witness.changed:
            while not what():
                if self.ended.is_set() or time.monotonic() > until:
                    return False
                self._witness.changed.wait(0.1)
        return True

    def torment(self, seconds: float) -> None:
        """Inject one fault after the other."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.ended.wait(self._chance.uniform(*PAUSE_S)):
            how = self._chance.choice(FAULTS[self._layout])
            names = sorted(self._witness.nodes)
            if how == RAISE:
                names = [name for name in names if name not in {*WITHOUT_EVENTS, 'supervisor'}]
            if how == HANG:
                names.remove('supervisor')
            victim = self._chance.choice([n for n in names if n != self._witness.get_name()])
            self.injected += 1
            begun_s = time.monotonic()
            recovered = self._inject(how, victim)
            took_s = time.monotonic() - self._failed_s
            if self.ended.is_set() and not recovered:
                self.injected -= 1
                return
            self.disturbed.append((begun_s, time.monotonic() + SETTLED_S))
            if recovered:
                self.times_s[how].append(took_s)
            else:
                self.lasting.append(f'{how} {victim}')
            result = f'{took_s:.1f} s' if recovered else f'NOT RECOVERED: {self._state()}'
            left = max(0.0, until - time.monotonic())
            print(f'  {how} {victim}: {result} ({left:.0f} s to go)', flush=True)

    def _inject(self, how: str, victim: str) -> bool:
        """Inject a fault and wait till its traces are gone."""
        witness = self._witness
        if how == RAISE:
            before = witness.handler_failures[victim]
            told = lambda: witness.handler_failures[victim] > before  # noqa: E731
            until = time.monotonic() + RECOVERY_S
            while time.monotonic() < until and not self.ended.is_set():
                witness.post(witness.fail, victim, how)
                if self.wait_for(told, AGAIN_S):
                    break
            self._failed_s = time.monotonic()
            return self.wait_for(lambda: told() and witness.is_well, RECOVERY_S)
        pid = witness.nodes[victim].process_id
        members = [name for name, status in witness.nodes.items() if status.process_id == pid]

        def is_new() -> bool:
            return all(
                witness.nodes[name].process_id != pid
                and witness.nodes[name].state == NodeStatus.ACTIVE
                for name in members
            )

        self._failed_s = time.monotonic()
        if how in SIGNALS:
            os.kill(pid, SIGNALS[how])
        else:
            witness.post(witness.fail, victim, how)
        return self.wait_for(lambda: is_new() and witness.is_well, RECOVERY_S)

    def _state(self) -> str:
        witness = self._witness
        return '; '.join(
            f'{name} {entry.level} {entry.message}'
            for name, entry in witness.toy.items()
            if entry.level != CapabilityStatus.OK
        )

    def speak(self) -> None:
        """Speak to the toy, one recording after the other, till the end."""
        number = 0
        while not self.ended.is_set():
            file = self._recordings[number % len(self._recordings)]
            number += 1
            begun_s = time.monotonic()
            progress = PlayProgress(file.name, len(read_wav(file)) / 16000, begun_s)
            with self._witness.changed:
                self._witness.progress = progress
            self._witness.post(self._witness.publish, events.SIMULATED_SOUND, file=str(file))
            verdict = None
            while verdict is None and not self.ended.wait(0.1):
                with self._witness.changed:
                    verdict = progress.verdict(time.monotonic())
            if verdict is not None:
                self.spoken.append(Spoken(begun_s, time.monotonic(), verdict))

    def report(self, before_mb: float, after_mb: float) -> bool:
        """Print what came of it; True when all was as it must be."""
        for how, times_s in sorted(self.times_s.items()):
            print(f'  {how:>8}: {summary(times_s)}')
        times_s = [one for several in self.times_s.values() for one in several]
        print(f'  {self.injected} faults injected, {len(times_s)} recovered; {summary(times_s)}')
        for name in self.lasting:
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
        print(
            f'  {self._witness.lost} events lost; memory {before_mb:.0f} MB, then {after_mb:.0f}'
        )
        return not self.lasting and not hung and not failed

    def _was_disturbed(self, spoken: Spoken) -> bool:
        return any(
            begun_s < spoken.ended_s and spoken.begun_s < ended_s
            for begun_s, ended_s in self.disturbed
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


def memory_mb(runner: LaunchRunner) -> float:
    """Return the memory of all processes; pages shared between them count once."""
    total = 0
    for _, pid in runner.running:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_full_info().pss
    return total / 2**20


def with_failing_nodes(process: ProcessSpec) -> ProcessSpec:
    """Let composed nodes fail on request."""
    if process.executable != 'compose':
        return process
    argv = (sys.executable, '-m', 'phoenix_core.fault_injection', *process.argv[1:])
    return dataclasses.replace(process, argv=argv)


def unanswerable(folder: Path) -> Path:
    """Write a recording of something that no activity understands, so that the toy converses."""
    path = folder / 'hey_jarvis_go_forward.wav'
    with WavWriter(path, 16000) as writer:
        for part in ('hey_jarvis.wav', 'go_forward_ten_meters.wav'):
            writer.write(read_wav(SAMPLES / part))
        writer.write(np.zeros(16000, np.int16))
    return path


async def run(layout: str, seconds: float, seed: int, recordings: list[Path]) -> bool | None:
    """Run a toy in that layout and torment it; None when interrupted."""
    print(f'{layout}, {seconds:.0f} s, seed {seed}', flush=True)
    with TestGraph() as graph:
        os.environ['ROS_DOMAIN_ID'] = str(graph.domain)
        witness = graph.add(Witness)
        chaos = Chaos(witness, layout, seed, recordings)
        interrupted = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lambda: (interrupted.set(), chaos.ended.set()))
        description = load(LAUNCH_FILE, {'layout': layout, 'telemetry': 'false'})
        processes = [with_failing_nodes(process) for process in description.processes]
        runner = LaunchRunner(processes, lambda process, line: None)
        speaker = threading.Thread(target=chaos.speak)
        try:
            await runner.start()
            well = await asyncio.to_thread(chaos.wait_for, lambda: witness.is_well, RECOVERY_S)
            if not well:
                print('  the toy did not come up', flush=True)
                return None if interrupted.is_set() else False
            before_mb = memory_mb(runner)
            speaker.start()
            await asyncio.to_thread(chaos.torment, seconds)
            if not interrupted.is_set():
                # Who spoke last is to be answered, and once more somebody.
                count = len(chaos.spoken) + 2
                await asyncio.to_thread(chaos.wait_for, lambda: len(chaos.spoken) >= count, 120)
            chaos.ended.set()
            speaker.join()
            fine = chaos.report(before_mb, memory_mb(runner))
            return None if interrupted.is_set() else fine
        finally:
            chaos.ended.set()
            await runner.stop()


def main() -> int:
    """Torment the toy; exit code 1 when it did not come back, or did not answer between faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=120.0, help='per layout')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--layout', choices=[*FAULTS], action='append')
    options = parser.parse_args()
    fine = True
    with tempfile.TemporaryDirectory() as folder:
        os.environ['PHOENIX_ACTIVITIES_STATE_FILE'] = f'{folder}/toy.sqlite3'
        recordings = [SAMPLES / 'hey_jarvis_turn_on_the_light.wav', unanswerable(Path(folder))]
        for layout in options.layout or [*FAULTS]:
            result = asyncio.run(run(layout, options.seconds, options.seed, recordings))
            if result is None:
                return 130
            fine &= result
    return 0 if fine else 1


if __name__ == '__main__':
    raise SystemExit(main())
