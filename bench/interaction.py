"""Measures the sample recording through the whole toy in each layout, and what the toy costs."""

import argparse
import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import Any

import psutil
from phoenix_msgs.msg import ActivityState, PlaybackEvent, Transcript, UserSpeech

from phoenix_bringup.launch_arguments import parse
from phoenix_bringup.launch_runner import LaunchRunner
from phoenix_bringup.process_table import node_names, processes
from phoenix_core import events
from phoenix_core.clock.units import seconds
from phoenix_core.events.event_type import EventType
from phoenix_core.settings import plugins
from phoenix_core.settings.plugins import NODES
from phoenix_core.supervision.readiness import Readiness
from phoenix_core.testing import NOTHING_KEPT, Probe, TestGraph
from phoenix_tools.run.console import Console

SAMPLE = Path(__file__).parents[1] / 'samples' / 'hey_jarvis_turn_on_the_light.wav'
SETTLE_S = 5.0  # models are loaded and the voice is warmed up
IDLE_S = 20.0
STEPS: dict[str, tuple[EventType, int | None]] = {
    'transcript': (events.TRANSCRIPT, Transcript.FINAL),
    'intent': (events.INTENT_DETECTED, None),
    'first reply sample': (events.AUDIO_PLAYBACK, PlaybackEvent.STARTED),
}


def interaction(probe: Probe, number: int) -> list[float]:
    """Play the sample; return the seconds from the end of speech to each step."""

    def nth(event: EventType, kind: int | None) -> float:
        found = probe.expect_count(
            event, number, lambda m: kind is None or m.kind == kind, timeout_s=30
        )
        return seconds(found[-1].header.stamp)

    probe.publish(events.SIMULATED_SOUND, file=str(SAMPLE))
    ended = nth(events.USER_SPEECH, UserSpeech.ENDED)
    steps = [nth(event, kind) - ended for event, kind in STEPS.values()]
    nth(events.AUDIO_PLAYBACK, PlaybackEvent.FINISHED)
    probe.expect_count(
        events.ACTIVITY_STATE,
        number + 1,
        lambda m: m.activity == 'idle' and m.phase == ActivityState.RESTING,
    )
    return steps


def family(pids: list[int]) -> list[psutil.Process]:
    """Return the processes and all that they have started."""
    roots = [psutil.Process(pid) for pid in pids]
    return [*roots, *(child for root in roots for child in root.children(recursive=True))]


async def measure(
    layout: str, runs: int, **arguments: str
) -> tuple[list[list[float]], float, float]:
    """Return the steps of each run, idle CPU in percent of one core, and memory in MB."""
    with TestGraph() as graph:
        os.environ['ROS_DOMAIN_ID'] = str(graph.domain)
        os.environ.update(NOTHING_KEPT)  # not the state of this user's toy, nor its limits
        os.environ['XDG_STATE_HOME'] = graph.state_home
        given = parse({'layout': layout, **arguments})
        runner = LaunchRunner(processes(given), lambda process, line: None)
        probe = graph.probe(
            publishes=[events.SIMULATED_SOUND],
            records=[events.USER_SPEECH, events.ACTIVITY_STATE, *(e for e, _ in STEPS.values())],
        )
        nodes = {name: plugins.load(NODES, name) for name in node_names(given)}
        readiness = Readiness({**nodes, probe.get_name(): probe})
        ready = asyncio.Event()
        loop = asyncio.get_running_loop()

        def on_event(event: EventType, message: Any) -> None:
            if event is events.NODE_STATUS:
                readiness.feed(message)
                if not readiness.missing:
                    loop.call_soon_threadsafe(ready.set)

        graph.add(Console, on_event=on_event)
        await runner.start()
        try:
            await asyncio.wait_for(ready.wait(), 60)
            steps = [
                await asyncio.to_thread(interaction, probe, number + 1) for number in range(runs)
            ]
            await asyncio.sleep(SETTLE_S)
            toy = family([pid for _, pid in runner.running])
            used_s = -sum(sum(process.cpu_times()[:2]) for process in toy)
            started = time.monotonic()
            await asyncio.sleep(IDLE_S)
            used_s += sum(sum(process.cpu_times()[:2]) for process in toy)
            cpu = 100 * used_s / (time.monotonic() - started)
            # PSS: pages shared between the processes count once.
            memory = sum(process.memory_full_info().pss for process in toy) / 2**20
        finally:
            await runner.stop()
    return steps, cpu, memory


def main() -> None:
    """Measure both layouts and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=5)
    runs = parser.parse_args().runs
    print(f'{SAMPLE.name}, {runs} runs; seconds after the end of speech, median (worst)')
    print(
        f'{"layout":>10} {"".join(f"{name:>22}" for name in STEPS)} {"idle CPU":>10} {"memory":>9}'
    )
    for layout in ('composed', 'processes'):
        steps, cpu, memory = asyncio.run(measure(layout, runs))
        cells = (
            f'{statistics.median(column):.2f} ({max(column):.2f})'
            for column in zip(*steps, strict=True)
        )
        print(
            f'{layout:>10} {"".join(f"{cell:>22}" for cell in cells)} '
            f'{cpu:8.1f} % {memory:6.0f} MB',
            flush=True,
        )


if __name__ == '__main__':
    main()
