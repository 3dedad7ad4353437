"""Measures what a publish costs its node, with the rules enforced, warned of and off."""

import argparse
import array
import gc
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from phoenix_msgs.msg import IntentDetected, ListenRequest, Slot
from rclpy.parameter import Parameter

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.testing import TestGraph

STRICTNESS = ('enforce', 'warn', 'off')
SLOTS = [Slot(name='color', value='red'), Slot(name='room', value='kitchen')]
CASES: Mapping[EventType, Mapping[str, Any]] = {
    events.LISTEN_REQUEST: {'kind': ListenRequest.OPEN},
    events.INTENT_DETECTED: {
        'name': IntentDetected.FALLBACK,
        'slots': SLOTS,
        'confidence': 0.5,
        'text': 'make the light in the kitchen red',
    },
    events.AUDIO_INPUT: {
        'stream_id': 'bench',
        'sample_rate': 16000,
        'channels': 1,
        'samples': array.array('h', bytes(1280)),
    },
}


def median_us(function: Callable[[], object], count: int) -> float:
    """Return the median time of a call in microseconds."""
    times = []
    for _ in range(count):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


def main() -> None:
    """Alternate between the strictnesses, round after round, so that all see the same machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--events', type=int, default=300, help='per round')
    options = parser.parse_args()
    with TestGraph() as graph:
        probe = graph.probe(publishes=CASES)
        probe.known['intents'] = {IntentDetected.FALLBACK: ('color', 'room')}
        gc.disable()
        print(f'publish, median of {options.rounds * options.events}, in microseconds')
        print(f'{"":>16} {"build":>9} {"check":>9} ' + ' '.join(f'{s:>9}' for s in STRICTNESS))
        for event, fields in CASES.items():
            rounds: dict[str, list[float]] = {strictness: [] for strictness in STRICTNESS}
            publish = partial(probe.publish, event, **fields)
            for _ in range(options.rounds):
                for strictness in STRICTNESS:
                    probe.set_parameters([Parameter('event_rules', value=strictness)])
                    rounds[strictness].append(median_us(publish, options.events))
            check = partial(event.check, event.build(fields), probe.known)
            cells = [
                median_us(partial(event.build, fields), options.events),
                median_us(check, options.events),
                *(statistics.median(rounds[strictness]) for strictness in STRICTNESS),
            ]
            print(f'{event.name:>16} ' + ' '.join(f'{cell:9.1f}' for cell in cells))


if __name__ == '__main__':
    main()
