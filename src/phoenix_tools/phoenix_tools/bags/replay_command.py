"""The `phoenix replay` command: a session through the toy of today, compared with that of then."""

import argparse
import os
import sys
import time
from typing import Any

from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.node.execution import until_signalled
from phoenix_core.settings.node_settings import SettingsError
from phoenix_tools.bags.accept import accept
from phoenix_tools.bags.bag import BagError
from phoenix_tools.bags.compare import Interaction, compare
from phoenix_tools.bags.graph import GraphError
from phoenix_tools.bags.html_report import write_html, write_text
from phoenix_tools.bags.picture import draw
from phoenix_tools.bags.replay import (
    ReplayError,
    make_plan,
    replay,
    replay_settings,
)
from phoenix_tools.bags.session import Session, SessionEvent, load_session

EXIT_DIFFERENT = 1
EXIT_MISUSE = 2


def main(options: argparse.Namespace) -> int:
    """Replay; return 0 when all is as recorded, 1 when not, 2 when it cannot be replayed."""
    try:
        with until_signalled() as interrupted:
            code = _replay(options, interrupted)
            return 128 + interrupted[0] if interrupted else code
    except (BagError, ReplayError, GraphError, SettingsError) as error:
        print(f'phoenix: {error}', file=sys.stderr)
        return EXIT_MISUSE


def _replay(options: argparse.Namespace, interrupted: list[int]) -> int:
    session = load_session(options.bag)
    _set_time_zone(session)
    level = options.level or best_level(session)
    plan = make_plan(session, acting_nodes(), level)
    settings = replay_settings(session, synthesize=options.synthesize)
    if not session.settings:
        print(f'{options.bag}: tells no settings, so what the nodes choose by chance may differ')
    rate = float('inf') if options.fast else options.rate
    started_s = time.monotonic()
    replayed = replay(
        session, plan, settings, rate=rate, interrupted=interrupted, progress=_progress()
    )
    if interrupted:
        return EXIT_DIFFERENT
    took_s = time.monotonic() - started_s
    interactions = compare(session, replayed, plan.nodes, options.budget)
    print_interactions(interactions, verbose=options.verbose)
    length_s = (session.events[-1].time_ns - session.events[0].time_ns) / NANOSECONDS_PER_SECOND
    count = sum(len(interaction.differences) for interaction in interactions)
    verdict = f'differences: {count}' if count else 'as recorded'
    print(f'{options.bag}: from {level}, {length_s:.1f} s in {took_s:.1f} s: {verdict}')
    if options.html:
        write_html(options.html, session, replayed, interactions)
    if options.report:
        write_text(options.report, draw(_with_sound(session, replayed)))
    if options.accept and count:
        accept(session, replayed, plan)
        print(f'{options.bag}: this is the reference from now on')
        return 0
    return EXIT_DIFFERENT if count else 0


def _with_sound(session: Session, replayed: Session) -> list[SessionEvent]:
    """Return what happened in a replay, and the recorded sound where none was fed."""
    heard = list(replayed.events)
    if not any(event.event is events.AUDIO_INPUT for event in heard):
        heard += [event for event in session.events if event.event is events.AUDIO_INPUT]
    return sorted(heard, key=lambda event: event.time_ns)


def best_level(session: Session) -> str:
    """Return the level nearest to the world that a session can be replayed from."""
    held = {event.event for event in session.events}
    if events.AUDIO_INPUT in held:
        return 'audio'
    heard = events.TRANSCRIPT in held or events.INTENT_DETECTED not in held
    return 'transcripts' if heard else 'intents'


def print_interactions(interactions: list[Interaction], *, verbose: bool) -> None:
    """Show the interactions that differ, or all, recorded and replayed side by side."""
    for number, interaction in enumerate(interactions, 1):
        if not interaction.differences and not verbose:
            continue
        print(f'{number}. at {interaction.at_s:.1f} s: {interaction.title}')
        for was, now in interaction.rows:
            left = _cell(was, interaction.rows, 0)
            right = _cell(now, interaction.rows, 1)
            concerned = [
                difference
                for difference in interaction.differences
                if (difference.recorded, difference.replayed) == (was, now)
            ]
            mark = '!' if concerned else ' '
            print(f'  {mark} {left:<48.48} | {right:.48}')
        for difference in interaction.differences:
            print(f'  {difference.kind}: {difference}')


def _cell(event: Any, rows: Any, side: int) -> str:
    if event is None:
        return ''
    first = min(row[side].time_ns for row in rows if row[side] is not None)
    return f'{(event.time_ns - first) / NANOSECONDS_PER_SECOND:6.2f} {event}'


def _progress() -> Any:
    terminal = sys.stdout.isatty()
    shown = -1

    def show(share: float) -> None:
        nonlocal shown
        percent = int(100 * share)
        if terminal and percent != shown:
            shown = percent
            print(f'\r{percent} % ' if percent < 100 else '\r      \r', end='', flush=True)

    return show


def _set_time_zone(session: Session) -> None:
    """Let the clock on the wall show what it showed then: the toy sleeps at night."""
    if session.utc_offset_s is not None:
        os.environ['TZ'] = posix_time_zone(session.utc_offset_s)
        time.tzset()


def posix_time_zone(offset_s: int) -> str:
    """Write an offset from UTC as a POSIX time zone, whose sign is the other way round."""
    sign = '-' if offset_s >= 0 else ''
    hours, seconds = divmod(abs(offset_s), 3600)
    return f'<REC>{sign}{hours:02}:{seconds // 60:02}'
