"""The `phoenix bags` command: inspect bags, and make new ones from them."""

import argparse
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.limits.stored import remove_bag
from phoenix_tools.bags import edit
from phoenix_tools.bags.bag import BagError, Topic, open_bag
from phoenix_tools.bags.bag_writer import METADATA
from phoenix_tools.bags.check import check
from phoenix_tools.bags.expiry import expires, is_own
from phoenix_tools.bags.salvage import repair
from phoenix_tools.bags.session import load_session


def main(options: argparse.Namespace) -> int:
    """Run an action and return the exit code."""
    if options.action in _EDITS:
        return _written(options.output, _EDITS[options.action](options))
    return _COMMANDS[options.action](options)


def _list(options: argparse.Namespace) -> int:
    """List the bags below a folder with the rest of their lives; delete those that expired."""
    now = datetime.now(timezone.utc)
    found = sorted(file.parent for file in options.folder.glob(f'**/{METADATA}'))
    for path in found:
        try:
            with open_bag(path) as bag:
                custom = bag.custom
            print(f'{path}  {_rest(path, custom, now)}')
        except (BagError, OSError) as error:
            print(f'{path}  {error}')
    if not found:
        print(f'{options.folder}: no bags')
    return 0


def _rest(path: Path, custom: Mapping[str, str], now: datetime) -> str:
    end = expires(custom)
    if end is None:
        return 'does not expire'
    if end > now:
        return f'expires in {(end - now) / timedelta(days=1):.1f} days'
    if not is_own(custom):
        return f'expired on {end:%Y-%m-%d}; was not recorded here, so it is left to you'
    remove_bag(path)
    return f'expired on {end:%Y-%m-%d}: deleted'


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
    number = 0
    for happened in session.interactions().values():
        lines = [str(one) for one in happened if one.event.summarize(one.message) is not None]
        if not lines:
            continue
        number += 1
        begin_ns = happened[0].time_ns
        at_s = (begin_ns - session.events[0].time_ns) / NANOSECONDS_PER_SECOND
        length_s = (happened[-1].time_ns - begin_ns) / NANOSECONDS_PER_SECOND
        print(f'{number}. at {at_s:.1f} s, {length_s:.1f} s long')
        for line in lines:
            print(f'   {line}')
    return 0


def _check(options: argparse.Namespace) -> int:
    problems = check(options.bag)
    for problem in problems:
        print(f'{options.bag}: {problem}')
    print(f'{options.bag}: {f"{len(problems)} problems" if problems else "nothing is wrong"}')
    return 1 if problems else 0


def _repair(options: argparse.Namespace) -> int:
    target = options.output or options.bag.with_name(f'{options.bag.resolve().stem}-repaired')
    if not options.output and target.exists() and not check(target):
        print(f'{options.bag}: nothing to repair; {target} holds what could be saved')
        return 0
    count, damages = repair(options.bag, target)
    for damage in damages:
        print(damage)
    return _written(target, count)


def _written(target: Path, count: int) -> int:
    print(f'{target}: {count} messages')
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    'list': _list,
    'info': _info,
    'interactions': _interactions,
    'check': _check,
    'repair': _repair,
}
_EDITS: dict[str, Callable[[argparse.Namespace], int]] = {
    'cut': lambda options: edit.cut(options.bag, options.output, options.start, options.end),
    'merge': lambda options: edit.merge(options.bags, options.output),
    'redact': lambda options: edit.redact(options.bag, options.output),
    'convert': lambda options: edit.convert(options.bag, options.output, options.storage),
}
