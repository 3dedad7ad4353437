"""
Records under load: every topic busy, sound in and out, LED frames at 60 Hz; nothing may be lost.

Exit code 1 when a message is missing by the sequence numbers.
"""

import argparse
import array
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
from phoenix_msgs.msg import Transcript

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.testing import Probe, TestGraph
from phoenix_tools.bags.check import check
from phoenix_tools.bags.session import load_session

COMMAND = [sys.executable, '-m', 'phoenix_tools.command_line', 'record']
RATES_HZ = {
    events.AUDIO_INPUT: 25,
    events.AUDIO_OUTPUT: 25,
    events.LED_FRAME: 60,
    events.TRANSCRIPT: 20,
}


def fields(event: EventType, number: int, sound: array.array) -> dict[str, object]:
    """Return the fields of the next message of an event, numbered."""
    if event is events.TRANSCRIPT:
        return {'kind': Transcript.FINAL, 'source': Transcript.TYPED, 'text': str(number)}
    if event is events.LED_FRAME:
        return {'sequence': number, 'rgb': bytes(48)}
    return {
        'stream_id': 'bench',
        'sequence': number,
        'sample_rate': 16000,
        'channels': 1,
        'samples': sound,
    }


def publish(graph: TestGraph, probe: Probe, seconds: float) -> Counter[EventType]:
    """Publish each event at its rate; return how many."""
    noise = np.random.default_rng(0).integers(-9000, 9000, 640).astype(np.int16)
    sound = array.array('h', noise.tobytes())
    due = [
        (k / rate, event) for event, rate in RATES_HZ.items() for k in range(int(seconds * rate))
    ]
    counts: Counter[EventType] = Counter()
    started = time.monotonic()
    for at_s, event in sorted(due, key=lambda entry: entry[0]):
        if (wait_s := started + at_s - time.monotonic()) > 0:
            time.sleep(wait_s)
        probe.post(probe.publish, event, **fields(event, counts[event], sound))
        counts[event] += 1
    graph.call(lambda: None)  # all that was posted is published
    return counts


def main() -> int:
    """Record, and count what is in the bag."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--minutes', type=float, default=10)
    seconds = 60 * parser.parse_args().minutes
    with TestGraph() as graph, tempfile.TemporaryDirectory() as folder:
        probe = graph.probe(publishes=RATES_HZ)
        bag = Path(folder) / 'bag'
        recorder = subprocess.Popen(
            [*COMMAND, '--profile', 'everything', '--split-s', '120', '-o', str(bag)],
            env={**os.environ, 'ROS_DOMAIN_ID': str(graph.domain)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert recorder.stdout is not None
        for line in recorder.stdout:
            if line.startswith('recording'):
                break
        for event in RATES_HZ:
            graph._wait_for_subscribers(probe, event, 1)
        cpu_before = sum(psutil.Process(recorder.pid).cpu_times()[:2])
        started = time.monotonic()
        reader = threading.Thread(target=recorder.stdout.read)
        reader.start()
        sent = publish(graph, probe, seconds)
        took_s = time.monotonic() - started
        cpu_s = sum(psutil.Process(recorder.pid).cpu_times()[:2]) - cpu_before
        recorder.send_signal(signal.SIGINT)
        recorder.wait(30)
        reader.join()
        came = load_session(bag).events
        size_mb = sum(file.stat().st_size for file in bag.iterdir()) / 2**20
        problems = check(bag)
    missing = 0
    for event in RATES_HZ:
        numbers = {
            int(e.message.text) if event is events.TRANSCRIPT else e.message.sequence
            for e in came
            if e.event is event
        }
        missing += sent[event] - len(numbers)
        print(f'{event.topic:>18} {sent[event]:>7} sent {len(numbers):>7} in the bag')
    print(f'{took_s:.0f} s, {size_mb:.0f} MB, {100 * cpu_s / took_s:.1f} % of a core')
    for problem in itertools.islice(problems, 10):
        print(problem)
    print('nothing is lost' if not missing and not problems else f'{missing} are missing')
    return 1 if missing or problems else 0


if __name__ == '__main__':
    sys.exit(main())
