"""Measures the sample recording through the whole toy in each layout, and what the toy costs."""

import argparse
import asyncio
import statistics
from pathlib import Path

from load import cpu_percent, memory_mb
from phoenix_msgs.msg import ActivityState, PlaybackEvent, Transcript, UserSpeech
from whole_toy import whole_toy

from phoenix_core import events
from phoenix_core.clock.units import seconds
from phoenix_core.events.event_type import EventType
from phoenix_core.testing import Probe

SAMPLE = Path(__file__).parents[1] / 'samples' / 'hey_jarvis_turn_on_the_light.wav'
SETTLE_S = 5.0  # models are loaded and the voice is warmed up
IDLE_S = 20.0
STEPS: dict[str, tuple[EventType, int | None]] = {
    'transcript': (events.TRANSCRIPT, Transcript.FINAL),
    'intent': (events.INTENT_DETECTED, None),
    'first reply sample': (events.AUDIO_PLAYBACK, PlaybackEvent.STARTED),
}


RECORDED = (events.USER_SPEECH, events.ACTIVITY_STATE, *(event for event, _ in STEPS.values()))


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


async def measure(
    layout: str, runs: int, **arguments: str
) -> tuple[list[list[float]], float, float]:
    """Return the steps of each run, idle CPU in percent of one core, and memory in MB."""
    async with whole_toy(
        layout,
        publishes=[events.SIMULATED_SOUND],
        records=RECORDED,
        **arguments,
    ) as toy:
        steps = [
            await asyncio.to_thread(interaction, toy.probe, number + 1) for number in range(runs)
        ]
        await asyncio.sleep(SETTLE_S)
        all_processes = [process for _, process in toy.processes().values()]
        cpu = await cpu_percent(all_processes, IDLE_S)
        memory = memory_mb(all_processes)
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
