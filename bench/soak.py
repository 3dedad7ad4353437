"""
Lives a compressed month with a toy: days of talk, with the clock set from one to the next.

    python bench/soak.py [--days 30] [--per-day 20] [--layout composed] [--seed 1]

One of the days is that on which daylight saving begins. Prints for each day the memory (PSS), the
threads, the descriptors and how soon the toy began to answer; exit code 1 when any of them grew
from the first days to the last.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import chaos_harness  # noqa: F401  # makes the test doubles importable
import psutil
from chaos_harness.memory import memory_mb
from chaos_harness.report import percentiles
from fragile_toy import FragileToy
from phoenix_msgs.msg import ActivityState, Transcript
from settable_clock import SystemTime

from phoenix_core import events
from phoenix_core.testing import Probe, keep_awake

FIRST_DAY = datetime(2026, 3, 10, 9).astimezone()
SENTENCES = (
    *('what time is it', 'tell me a joke', 'turn on the light', 'turn off the light', 'hello'),
    *('set a timer for one minute', 'cancel the timer', 'my name is Mia', 'what is my name'),
    *('tell me a story', 'stop', 'ask me a riddle', 'stop', 'louder', 'quieter', 'good night'),
    *('wake up', 'why is the sky blue', 'do you like cheese', 'play a game', 'stop'),
)
ANSWER_S = 30.0
LISTEN_S = 12.0  # to a story or a game, before the toy is told to stop
TO_REST_S = 30.0
SETTLE_S = 0.5  # until a sentence without an answer has had its effect
WARM_UP = 3  # days, until all voices and models are loaded
MOST_MORE_MB = 5.0
MOST_MORE = 3  # threads, or descriptors: the pools of libraries breathe
MOST_LATER = 1.5  # times
SOON_S = 0.1  # an answer that is never too late


@dataclass(frozen=True)
class Day:
    """What a day has left behind."""

    memory_mb: float
    threads: int
    descriptors: int
    answers_s: list[float]


def live(toy: FragileToy, probe: Probe, sentences: Sequence[str]) -> Day:
    """Say sentences one after the other, each once the toy rests, or a moment after it speaks."""
    answers_s = []
    for sentence in sentences:
        said = len(probe.recorded(events.SAY_REQUEST))
        begun_s = time.monotonic()
        say(probe, sentence)
        if sentence not in ('stop', 'cancel the timer'):
            probe.expect_count(events.SAY_REQUEST, said + 1, timeout_s=ANSWER_S)
            answers_s.append(time.monotonic() - begun_s)
        if sentence not in ('tell me a story', 'ask me a riddle', 'play a game'):
            toy.ended.wait(SETTLE_S)
            if not toy.wait_for(lambda: rests(probe), LISTEN_S):
                say(probe, 'stop')
                if not toy.wait_for(lambda: rests(probe), TO_REST_S):
                    state = probe.recorded(events.ACTIVITY_STATE)[-1]
                    raise SystemExit(f'{sentence!r}, then "stop": the toy does not rest: {state}')
    processes = [psutil.Process(pid) for _, pid in toy.runner.running]
    return Day(
        memory_mb(toy),
        sum(process.num_threads() for process in processes),
        sum(process.num_fds() for process in processes),
        answers_s,
    )


def say(probe: Probe, sentence: str) -> None:
    """Type a sentence to the toy."""
    probe.post(
        lambda: probe.publish(
            events.TRANSCRIPT, kind=Transcript.FINAL, source=Transcript.TYPED, text=sentence
        )
    )


def rests(probe: Probe) -> bool:
    """Return whether the toy rests."""
    states = probe.recorded(events.ACTIVITY_STATE)
    return bool(states) and states[-1].phase == ActivityState.RESTING


def grown(days: Sequence[Day]) -> list[str]:
    """Return what grew from the first days to the last, one line each."""
    steady = days[WARM_UP:]
    part = max(len(steady) // 4, 1)
    first, last = steady[:part], steady[-part:]
    problems = []
    for name, most in (
        ('memory_mb', MOST_MORE_MB),
        ('threads', MOST_MORE),
        ('descriptors', MOST_MORE),
    ):
        before, after = (
            statistics.median(getattr(d, name) for d in some) for some in (first, last)
        )
        if after - before > most:
            problems.append(f'{name}: {before:g}, then {after:g}')
    before_s, after_s = (
        statistics.quantiles([s for day in some for s in day.answers_s], n=20)[-1]
        for some in (first, last)
    )
    if after_s > max(MOST_LATER * before_s, SOON_S):
        problems.append(f'answers: p95 {before_s:.2f} s, then {after_s:.2f} s')
    return problems


def main() -> int:
    """Live the days; return 1 if anything grew, or a process was lost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--days', type=int, default=30)
    options.add_argument('--per-day', type=int, default=20, help='sentences')
    options.add_argument('--layout', choices=['composed', 'processes'], default='composed')
    options.add_argument('--seed', type=int, default=1)
    given = options.parse_args()
    chance = random.Random(given.seed)
    days = []
    with tempfile.TemporaryDirectory() as folder:
        keep_awake(Path(folder))
        system_time = SystemTime(Path(folder))
        environ = {
            'PHOENIX_ACTIVITIES_STATE_FILE': str(Path(folder) / 'toy.sqlite3'),
            'XDG_STATE_HOME': folder,
            'TZ': 'Europe/Berlin',
            **system_time.environ,
        }
        system_time.set(FIRST_DAY.timestamp() - time.time())
        with FragileToy(given.layout, environ) as toy:
            probe = toy.graph.probe(
                publishes=[events.TRANSCRIPT],
                records=[events.SAY_REQUEST, events.ACTIVITY_STATE],
            )
            assert toy.wait_until_well(), toy.witness.toy
            started = {pid for _, pid in toy.runner.running}
            for number in range(given.days):
                morning = FIRST_DAY + timedelta(days=number)
                system_time.set(morning.timestamp() - time.time())
                day = live(toy, probe, chance.choices(SENTENCES, k=given.per_day))
                days.append(day)
                print(
                    f'{morning:%d %B}: {day.memory_mb:6.0f} MB {day.threads:4} threads '
                    f'{day.descriptors:4} descriptors, answers {percentiles(day.answers_s)}',
                    flush=True,
                )
            lost = started - {pid for _, pid in toy.runner.running}
    problems = grown(days) if len(days) > WARM_UP + 1 else []
    problems += [f'{len(lost)} processes were lost'] if lost else []
    print('\n'.join(problems) or 'nothing grew')
    return 1 if problems else 0


if __name__ == '__main__':
    raise SystemExit(main())
