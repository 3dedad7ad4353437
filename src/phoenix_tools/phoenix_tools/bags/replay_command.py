"""The `phoenix replay` command: run a session through the toy and compare the outcome."""

import argparse
import os
import sys
import time
from collections.abc import Sequence

from rich.progress import Progress

from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_core.node.execution import until_signalled
from phoenix_core.settings.node_settings import SettingsError
from phoenix_tools.bags.accept import accept
from phoenix_tools.bags.compare import ComparedInteraction, compare
from phoenix_tools.bags.html_report import write_html
from phoenix_tools.bags.picture import draw
from phoenix_tools.bags.replay import (
    best_level,
    make_plan,
    replay,
    replay_settings,
)
from phoenix_tools.bags.session import Session, SessionEvent, load_session

EXIT_DIFFERENT = 1
ERRORS = (SettingsError,)


def main(options: argparse.Namespace) -> int:
    """Replay; return 0 when all is as recorded, else 1."""
    with until_signalled() as interrupted:
        code = _replay(options, interrupted)
        return 128 + interrupted[0] if interrupted else code


def _replay(options: argparse.Namespace, interrupted: list[int]) -> int:
    session = load_session(options.bag)
    _set_time_zone(session)
    level = options.level or best_level(session)
    plan = make_plan(session, acting_nodes(), level)
    settings = replay_settings(session, synthesize=options.synthesize)
    for line in session.refused:
        print(line)
    if not session.settings:
        print(f'{options.bag}: tells no settings, so what the nodes choose by chance may differ')
    rate = float('inf') if options.fast else options.rate
    started_s = time.monotonic()
    with Progress(transient=True, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task('', total=1.0)
        replayed = replay(
            session,
            plan,
            settings,
            rate=rate,
            interrupted=interrupted,
            progress=lambda share: bar.update(task, completed=share),
        )
    if interrupted:
        return EXIT_DIFFERENT
    took_s = time.monotonic() - started_s
    interactions = compare(session, replayed, plan.nodes, options.budget)
    print_interactions(interactions, verbose=options.verbose)
    count = sum(len(interaction.differences) for interaction in interactions)
    verdict = f'differences: {count}' if count else 'as recorded'
    print(f'{options.bag}: from {level}, {session.length_s:.1f} s in {took_s:.1f} s: {verdict}')
    if options.html:
        write_html(options.html, session, replayed, interactions)
    if options.report:
        options.report.write_text(draw(_with_sound(session, replayed)))
    if options.accept and count:
        accept(session, replayed, plan)
        print(f'{options.bag}: this is the reference from now on')
        return 0
    return EXIT_DIFFERENT if count else 0


def _with_sound(session: Session, replayed: Session) -> list[SessionEvent]:
    """Return the events of a replay, with the recorded sound where none was fed."""
    shown = list(replayed.events)
    if not any(event.event is events.AUDIO_INPUT for event in shown):
        shown += [event for event in session.events if event.event is events.AUDIO_INPUT]
    return sorted(shown, key=lambda event: event.time_ns)


def print_interactions(interactions: Sequence[ComparedInteraction], *, verbose: bool) -> None:
    """Show the interactions that differ, or all, recorded and replayed side by side."""
    for number, interaction in enumerate(interactions, 1):
        if not interaction.differences and not verbose:
            continue
        print(f'{number}. at {interaction.at_s:.1f} s: {interaction.title}')
        for row in interaction.rows():
            left, right = (
                f'{timed[0]:6.2f} {timed[1]}' if timed else ''
                for timed in (row.recorded, row.replayed)
            )
            print(f'  {"!" if row.differs else " "} {left:<48.48} | {right:.48}')
        for difference in interaction.differences:
            print(f'  {difference.kind}: {difference}')


def _set_time_zone(session: Session) -> None:
    """Set the local time of the recording: the toy sleeps at night."""
    if session.utc_offset_s is not None:
        os.environ['TZ'] = posix_time_zone(session.utc_offset_s)
        time.tzset()


def posix_time_zone(offset_s: int) -> str:
    """Return an offset from UTC as a POSIX time zone, which has the opposite sign."""
    sign = '-' if offset_s >= 0 else ''
    hours, seconds = divmod(abs(offset_s), 3600)
    return f'<REC>{sign}{hours:02}:{seconds // 60:02}'
