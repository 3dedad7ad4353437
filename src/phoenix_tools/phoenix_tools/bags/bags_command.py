"""The `phoenix bags` command: looks into bags, and makes others of them."""

import argparse
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_tools.bags import edit
from phoenix_tools.bags.bag import BagError, Topic, open_bag
from phoenix_tools.bags.check import check
from phoenix_tools.bags.salvage import repair
from phoenix_tools.bags.session import load_session, words_of


def main(options: argparse.Namespace) -> int:
    """Do what is asked; return 0, or 1 with one line that says why not."""
    try:
        return _COMMANDS[options.action](options)
    except BagError as error:
        print(f'phoenix: {error}', file=sys.stderr)
        return 1


def _info(options: argparse.Namespace) -> int:
    with open_bag(options.bag) as bag:
        counts: Counter[Topic] = Counter()
        times = []
        for topic, time_ns, _ in bag.messages():
            counts[topic] += 1
            times.append(time_ns)
        if times:
            start = datetime.fromtimestamp(min(times) / NANOSECONDS_PER_SECOND)
            length_s = (max(times) - min(times)) / NANOSECONDS_PER_SECOND
            print(f'begins    {start:%Y-%m-%d %H:%M:%S}, {length_s:.1f} s')
        print(f'messages  {counts.total()}')
        for topic in sorted(bag.topics, key=lambda topic: topic.name):
            print(f'{counts[topic]:>8}  {topic.name}  {topic.type}')
        for name, value in bag.custom.items():
            print(f'{name}  {value}')
    return 0


def _interactions(options: argparse.Namespace) -> int:
    session = load_session(options.bag)
    begin_ns = session.events[0].time_ns if session.events else 0
    number = 0
    for happened in session.interactions().values():
        lines = list(words_of(happened))
        if not lines:
            continue
        number += 1
        at_s = (happened[0].time_ns - begin_ns) / NANOSECONDS_PER_SECOND
        length_s = (happened[-1].time_ns - happened[0].time_ns) / NANOSECONDS_PER_SECOND
        print(f'{number}. at {at_s:.1f} s, {length_s:.1f} s long')
        for text in lines:
            print(f'   {text}')
    return 0


def _check(options: argparse.Namespace) -> int:
    problems = check(options.bag)
    for problem in problems:
        print(f'{options.bag}: {problem}')
    print(f'{options.bag}: {f"{len(problems)} problems" if problems else "nothing is wrong"}')
    return 1 if problems else 0


def _repair(options: argparse.Namespace) -> int:
    target = options.output or options.bag.with_name(f'{options.bag.resolve().stem}-repaired')
    count, damages = repair(options.bag, target)
    for damage in damages:
        print(damage)
    return _told(target, count)


def _cut(options: argparse.Namespace) -> int:
    count = edit.cut(options.bag, options.output, options.start, options.end)
    return _told(options.output, count)


def _merge(options: argparse.Namespace) -> int:
    return _told(options.output, edit.merge(options.bags, options.output))


def _redact(options: argparse.Namespace) -> int:
    return _told(options.output, edit.redact(options.bag, options.output))


def _convert(options: argparse.Namespace) -> int:
    return _told(options.output, edit.convert(options.bag, options.output, options.storage))


def _told(target: Path, count: int) -> int:
    print(f'{target}: {count} messages')
    return 0


_COMMANDS = {
    'info': _info,
    'interactions': _interactions,
    'check': _check,
    'repair': _repair,
    'cut': _cut,
    'merge': _merge,
    'redact': _redact,
    'convert': _convert,
}
