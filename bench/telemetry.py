"""Measures the cost of telemetry: per event, and in idle CPU and memory."""

import argparse
import asyncio
import statistics
import time

from hop import Listening, hop
from interaction import measure
from phoenix_msgs.msg import ListenRequest

from phoenix_core import events
from phoenix_core.telemetry.node import Telemetry
from phoenix_core.testing import TestGraph

ROUNDS = 5
IDLE_ROUNDS = 3
CASES = {
    'nothing counted': (False, False),
    'metrics': (True, False),
    'telemetry node': (True, True),
}


def cpu_per_event(counting: bool, watched: bool, count: int) -> float:
    """Return the CPU time of one event from publisher to handler, in one process [s]."""
    with TestGraph() as graph:
        probe = graph.probe(publishes=[events.LISTEN_REQUEST])
        graph.add(Listening, parameters={'metrics': counting})
        if not counting:
            probe.metrics = None
        if watched:
            graph.add(Telemetry, parameters={'metrics_port': 0})

        def publish() -> None:
            probe.publish(events.LISTEN_REQUEST, kind=ListenRequest.OPEN)

        for _ in range(100):  # warm up
            hop(graph, publish)
        began_s = time.process_time()
        for _ in range(count):
            hop(graph, publish)
        return (time.process_time() - began_s) / count


def main() -> None:
    """Measure the cases in turn, so that all have the same conditions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--events', type=int, default=1000, help='of each case and round')
    count = parser.parse_args().events
    taken: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, (counting, watched) in CASES.items():
            taken[name].append(cpu_per_event(counting, watched, count))
    base_s = statistics.median(taken['nothing counted'])
    print(f'CPU per event from publisher to handler, median of {ROUNDS} times {count}, in us')
    for name, seconds in taken.items():
        middle_s = statistics.median(seconds)
        print(f'{name:>16} {middle_s * 1e6:7.0f} {(middle_s - base_s) * 1e6:+7.0f}', flush=True)
    print(f'{"telemetry":>16} {"idle CPU":>9} {"memory":>9}')
    for _ in range(IDLE_ROUNDS):
        for telemetry in ('false', 'true'):
            _, cpu, memory = asyncio.run(measure('composed', 0, telemetry=telemetry))
            print(f'{telemetry:>16} {cpu:7.1f} % {memory:6.0f} MB', flush=True)


if __name__ == '__main__':
    main()
