"""Measures how soon the toy falls silent when it is touched or called while it speaks."""

import argparse
import statistics
from collections.abc import Callable

from phoenix_msgs.msg import PlaybackEvent, TouchEvent

from phoenix_activities.engine.node import Activities
from phoenix_audio.speaker.node import Speaker
from phoenix_core import events
from phoenix_core.clock.units import nanoseconds
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_core.testing import Probe, TestGraph
from phoenix_speech.voice.node import Voice

LIMIT_MS = 200


def touch(probe: Probe) -> TraceContext | None:
    """Touch the head."""
    return probe.publish(events.TOUCH, pad='head', kind=TouchEvent.TOUCHED)


def call(probe: Probe) -> TraceContext | None:
    """Say the wake word."""
    return probe.publish(events.WAKE_WORD_DETECTED, phrase='hey_jarvis', score=0.9)


def barge_in(
    probe: Probe, interrupt: Callable[[Probe], TraceContext | None], number: int
) -> float:
    """Interrupt a story; return the ms from the touch or call to the end of the sound."""

    def nth(kind: int) -> PlaybackEvent:
        return probe.expect_count(
            events.AUDIO_PLAYBACK, number, lambda p: p.kind == kind, timeout_s=30
        )[-1]

    probe.publish(
        events.INTENT_DETECTED, name='story', confidence=1.0, text='tell me a story', slots=[]
    )
    nth(PlaybackEvent.STARTED)
    before = probe.get_clock().now().nanoseconds
    interrupt(probe)
    stamp = nth(PlaybackEvent.INTERRUPTED).header.stamp
    probe.publish(events.INTENT_DETECTED, name='stop', confidence=1.0, text='stop', slots=[])
    return (nanoseconds(stamp) - before) / 1e6


def main() -> None:
    """Print the median and the worst of each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=20)
    runs = parser.parse_args().runs
    print(f'{runs} runs; from the event to the end of the sound, limit {LIMIT_MS} ms')
    for interrupt in (touch, call):
        with TestGraph() as graph:
            probe = graph.probe(
                publishes=[events.TOUCH, events.WAKE_WORD_DETECTED, events.INTENT_DETECTED],
                records=[events.AUDIO_PLAYBACK],
            )
            for node in (Speaker, Voice, Activities):
                graph.add(node)
            times_ms = [barge_in(probe, interrupt, number + 1) for number in range(runs)]
        print(
            f'{interrupt.__name__:>6}: median {statistics.median(times_ms):5.1f} ms, '
            f'worst {max(times_ms):5.1f} ms'
        )


if __name__ == '__main__':
    main()
