"""
The page of a real toy in Chromium: how soon it is ready, what it draws, and what it costs.

Where there is no graphics card, Chromium draws 3D in software, on the processors that the toy
needs, too. So the toy's answers are measured beside the page that shows its events, without 3D.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.append(str(Path(__file__).parents[1] / 'tests/system'))

from browser import browser, studio_toy
from interaction import RECORDED, interaction

from phoenix_core import events
from phoenix_core.testing import Probe

SERVER = 'phoenix_studio'
READY_S = 2.0
LOADS = 5
ANSWERS = 8
MINUTE_S = 60.0


def server_of(process: psutil.Process) -> psutil.Process:
    """Return the process of a toy that serves its pages."""
    found = [one for one in process.children(recursive=True) if SERVER in ' '.join(one.cmdline())]
    if len(found) != 1:
        raise SystemExit(f'{len(found)} processes of {SERVER}, expected 1')
    return found[0]


def ready_s(page: Any, address: str) -> float:
    """Load the page, its code from the cache; return how long that took until the toy was seen."""
    page.goto(f'{address}/parents')
    begun = time.monotonic()
    page.goto(address)
    page.locator('[data-phase]').wait_for()
    return time.monotonic() - begun


def answers(probe: Probe, before: int) -> str:
    """Let the toy answer some times; return how soon its first sample came."""
    times = [interaction(probe, before + number)[-1] for number in range(1, ANSWERS + 1)]
    return f'{statistics.median(times):.2f} s (median), at most {max(times):.2f} s'


def watch(page: Any, server: psutil.Process) -> str:
    """Watch page and server for a minute; return what they did, and their memory after it."""

    def drawn() -> int:
        return int(page.locator('canvas').get_attribute('data-frames'))

    begun, frames, cpu_s = time.monotonic(), drawn(), sum(server.cpu_times()[:2])
    page.wait_for_timeout(1000 * MINUTE_S)
    seconds = time.monotonic() - begun
    rate = (drawn() - frames) / seconds
    percent = 100 * (sum(server.cpu_times()[:2]) - cpu_s) / seconds
    server_mb = server.memory_full_info().pss / 2**20
    page_mb = page.evaluate('performance.memory.usedJSHeapSize') / 2**20
    return f'{rate:9.1f} {percent:8.1f} {server_mb:9.0f} {page_mb:7.0f}'


def main() -> int:
    """Print the figures; return 1 when the page is not ready in time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--minutes', type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, studio_toy(Path(folder)) as toy:
        server = server_of(psutil.Process(toy.process.process.pid))
        probe = toy.graph.probe(publishes=[events.SIMULATED_SOUND], records=RECORDED)
        while not probe.events_out.subscription_count(events.SIMULATED_SOUND):
            time.sleep(0.1)
        print(f'answers after {answers(probe, 0)}')
        with browser(toy, draws_3d=False) as web:
            web.open('/#now')
            print(f'with the page: {answers(probe, ANSWERS)}')
        with browser(toy) as web:
            page = web.open('/parents', reduced_motion='no-preference')
            times = [ready_s(page, web.address) for _ in range(LOADS)]
            median_s = statistics.median(times)
            print(f'ready after {median_s:.2f} s (median), at most {max(times):.2f} s')
            print('minute  frames/s  CPU [%]  PSS [MB]  page [MB]')
            for minute in range(1, options.minutes + 1):
                print(f'{minute:6} {watch(page, server)}', flush=True)
    return int(median_s > READY_S)


if __name__ == '__main__':
    raise SystemExit(main())
