"""
The arguments of the `phoenix` commands.

Uses the standard library alone: `./phoenix` shows help, and refuses what it does not know, by
this file before anything is installed.
"""

import argparse
import difflib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

VERSION = '0.1.0'


class Parser(argparse.ArgumentParser):
    """Says what was probably meant when it refuses an argument."""

    # Of a command, whose parser is made by the same class, what is left over would otherwise be
    # refused by the root, which does not know its options.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse; refuse what is left over."""
        parsed, rest = super().parse_known_args(args, namespace)
        if rest:
            self._refuse(rest[0], self._option_string_actions)
        if getattr(parsed, 'command', '') is None:
            self.error('which COMMAND? --help lists them')
        return parsed, rest

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            names = [*action.option_strings, str(action.metavar or action.dest).lower()]
            self._refuse(value, action.choices, names[0])

    def _refuse(self, given: Any, known: Iterable[Any], what: str = 'argument') -> NoReturn:
        close = difflib.get_close_matches(str(given).partition('=')[0], map(str, known), n=1)
        hint = f' (did you mean {close[0]}?)' if close else ''
        self.exit(
            2,
            f'{self.prog}: no such {what}{hint}: {given}; allowed: {", ".join(map(str, known))}\n',
        )


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    root = Parser(prog='phoenix', description='The software of an AI companion toy.')
    root.add_argument('--version', action='version', version=f'phoenix {VERSION}')
    commands = root.add_subparsers(dest='command', metavar='COMMAND')

    run = commands.add_parser('run', help='start the toy; without hardware the simulated one')
    run.add_argument('--profile', help='sim (default), pi, or the path of a settings file')
    run.add_argument('--layout', help='composed (default): one process; or processes: one each')
    run.add_argument('--machine', choices=('toy', 'helper'), help='of two machines, with --peer')
    run.add_argument('--peer', metavar='ADDRESS', help='of the other machine')
    run.add_argument('--play', metavar='FILE', type=Path, help='play a recording to it, then end')
    run.add_argument('--reply-to', metavar='FILE', type=Path, help='WAV file for what it says')
    run.add_argument(
        '--show-words', action='store_true', help='print what is said also where no terminal is'
    )
    run.add_argument(
        '--private',
        action='store_true',
        help='shut other users of this machine out: own network, no language model elsewhere',
    )
    run.add_argument('--studio', action='store_true', help='also show it in a browser')
    run.add_argument('--dry-run', action='store_true', help='only print what would be started')
    run.add_argument('--show-args', action='store_true', help='list the launch arguments')
    run.add_argument('arguments', nargs='*', metavar='NAME:=VALUE', help='launch arguments')

    studio = commands.add_parser('studio', help='show a running toy in a browser')
    studio.add_argument('--namespace', default='/phoenix', help='of the toy')
    studio.add_argument('--port', type=int, help='of the page; 0: any free one')

    mcp = commands.add_parser('mcp', help='the tools of a running toy, for an assistant (MCP)')
    mcp.add_argument('--namespace', default='/phoenix', help='of the toy')

    doctor = commands.add_parser('doctor', help='say what is wrong here, and what to do about it')
    doctor.add_argument('--profile', help='sim (default), pi, or the path of a settings file')
    doctor.add_argument('--namespace', default='/phoenix', help='of the toy')
    doctor.add_argument('--json', action='store_true', help='for a program')
    doctor.add_argument(
        '--bundle', metavar='FILE', type=Path, help='also write what helps to help, as .tar.gz'
    )

    graph = commands.add_parser('graph', help='who sends what to whom, declared or running')
    graph.add_argument('names', nargs='*', metavar='NAME', help='only these events and nodes')
    graph.add_argument('--check', action='store_true', help='compare; exit 1 for any difference')
    graph.add_argument(
        '--format',
        choices=('svg', 'mermaid', 'dot', 'sros2'),
        help='draw instead of list; sros2: the security policy of what is declared',
    )
    graph.add_argument('--namespace', default='/phoenix', help='of the running toy')

    docs = commands.add_parser('docs', help='write docs/events.md and the drawings')
    docs.add_argument(
        '--check', action='store_true', help='only compare; exit 1 if they are stale'
    )

    _add_record(commands)
    _add_replay(commands)
    _add_bags(commands)
    live = commands.add_parser('events', help='show events as they happen, colored by interaction')
    live.add_argument('--node', action='append', default=[], help='only of this node; repeatable')
    live.add_argument(
        '--event', '--topic', action='append', default=[], help='only these, by name or topic'
    )
    live.add_argument('--trace', action='append', default=[], help='only of this interaction')
    live.add_argument('--namespace', default='/phoenix', help='of the toy')

    trace = commands.add_parser('trace', help='show what happened, why, and how long it took')
    trace.add_argument(
        'what', nargs='?', default='list', help="list (default), last, an id, or 'why'"
    )
    trace.add_argument('event', nargs='?', default='', help='why: a topic or the id of an event')
    trace.add_argument('--bag', type=Path, help='of a recording; default: of the running toy')
    trace.add_argument('--namespace', default='/phoenix', help='of the running toy')
    trace.add_argument('--svg', metavar='FILE', type=Path, help='also write a picture')
    trace.add_argument('--html', metavar='FILE', type=Path, help='also write a page')

    change = commands.add_parser('set', help='list, show or change settings of a running toy')
    change.add_argument('key', nargs='?', metavar='NODE.SETTING', help='default: list all')
    change.add_argument('value', nargs='?', help='default: show it')
    change.add_argument('--namespace', default='/phoenix', help='of the toy')

    _add_parent(commands)
    _add_install(commands)
    test = commands.add_parser('test', help='run tests (--all: long ones, too)', add_help=False)
    test.add_argument('arguments', nargs=argparse.REMAINDER, help='passed on to pytest')
    return root


def _add_install(commands: Any) -> None:
    for name, text in (
        ('install', 'put this version on the toy, as a service'),
        ('upgrade', 'go over to this version; one that is not well goes back by itself'),
        ('rollback', 'go back to the version before'),
    ):
        added = commands.add_parser(name, help=text)
        if name != 'rollback':
            added.add_argument('source', type=Path, nargs='?', help='a checkout or an archive')
        for flag, folder, what in (
            ('--root', '/opt/phoenix', 'of the versions'),
            ('--state', '/var/lib/phoenix', 'of what it keeps'),
        ):
            added.add_argument(flag, type=Path, metavar='DIR', default=folder, help=what)
        added.add_argument('--profile', default='pi', help='pi (default), sim, or a settings file')
        patience = {'metavar': 'S', 'type': _positive, 'default': 180.0, 'help': 'to come up in'}
        added.add_argument('--patience', **patience)
        added.add_argument('--without-service', action='store_true', help='a person starts it')


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float('inf'):
        raise argparse.ArgumentTypeError(f'{text}: must be greater than 0')
    return value


def _add_parent(commands: Any) -> None:
    parent = commands.add_parser(
        'parent', help='what a parent decides: time, quiet hours, volume, memory; asks for the PIN'
    )
    parent.add_argument('--namespace', default='/phoenix', help='of the toy')
    actions = parent.add_subparsers(dest='action', metavar='ACTION')
    actions.add_parser('show', help='the limits in force; needs no PIN')
    change = actions.add_parser('set', help='change one limit')
    change.add_argument('key', metavar='KEY')
    change.add_argument('value', metavar='VALUE', help='none: no limit')
    actions.add_parser('pin', help='set the first PIN, or another')
    actions.add_parser('stored', help='what is stored, where, how old and how big; needs no PIN')
    actions.add_parser('forget', help='forget all that was told, recorded and counted')


def _add_record(commands: Any) -> None:
    record = commands.add_parser(
        'record', help='keep what happens to a running toy, and what it does, in a bag'
    )
    record.add_argument('-o', '--output', metavar='BAG', type=Path, help='default: bags/session-*')
    record.add_argument(
        '--profile',
        choices=['session', 'inputs', 'everything'],
        default='session',
        help='session (default): all but sound and LED frames; inputs: only what goes in; '
        'everything: every topic, with sound',
    )
    record.add_argument(
        '--audio',
        action='store_true',
        help='also what the microphone hears: the voices of all people in the room',
    )
    for flag, metavar, text in (
        ('--duration', 'S', 'end by itself [s]'),
        ('--split-mb', 'MB', 'begin another file after so much data'),
        ('--split-s', 'S', 'begin another file after so many seconds'),
        (
            '--keep',
            'MINUTES',
            'flight recorder: keep the last minutes in memory; a fault, SIGUSR1 or Enter '
            'writes them below the output folder',
        ),
    ):
        record.add_argument(flag, metavar=metavar, type=_positive, help=text)
    record.add_argument(
        '--keep-days',
        metavar='N',
        type=_positive,
        help='deleted then; default, and at most: what a parent has decided (recordings_days)',
    )
    record.add_argument('--namespace', default='/phoenix', help="the toy's (default: /phoenix)")


def _add_replay(commands: Any) -> None:
    replay = commands.add_parser(
        'replay', help='feed a recorded session to the toy and compare what it does now'
    )
    replay.add_argument('bag', metavar='BAG', type=Path)
    replay.add_argument(
        '--from',
        dest='level',
        choices=['audio', 'transcripts', 'intents'],
        help='what is fed; default: sound where the bag has it, else what was understood of it',
    )
    pace = replay.add_mutually_exclusive_group()
    pace.add_argument(
        '--rate', metavar='R', type=_positive, default=1.0, help='default: 1, as recorded'
    )
    pace.add_argument('--fast', action='store_true', help='as fast as the toy can answer')
    replay.add_argument(
        '--budget',
        metavar='S',
        type=_positive,
        default=0.2,
        help='how much longer than recorded a step may take [s]; default: 0.2',
    )
    replay.add_argument(
        '--synthesize',
        action='store_true',
        help='let the voice speak anew; default: it is silent for as long as it spoke then',
    )
    replay.add_argument('--html', metavar='FILE', type=Path, help='write the comparison as a page')
    replay.add_argument(
        '--report',
        metavar='FILE.svg',
        type=Path,
        help='draw the replayed session over time: sound, speech, words, states, lights',
    )
    replay.add_argument(
        '--accept', action='store_true', help='take what it does now as the reference'
    )
    replay.add_argument(
        '-v', '--verbose', action='store_true', help='show also what is as recorded'
    )


def _add_bags(commands: Any) -> None:
    bags = commands.add_parser('bags', help='look into recorded sessions, and make others of them')
    bags.set_defaults(action='list', folder=Path('bags'))
    actions = bags.add_subparsers(metavar='ACTION', help='default: list')
    added: dict[str, argparse.ArgumentParser] = {}
    for name, text, paths in (
        ('list', 'show how long each may be kept; delete what has expired', []),
        ('info', 'topics, counts, length', ['bag']),
        ('interactions', 'what was said and done, interaction by interaction', ['bag']),
        ('check', 'find damage, and gaps in the streams; exit code 1 when there is any', ['bag']),
        ('repair', 'save what is whole in a damaged bag', ['bag']),
        ('cut', 'keep an interval', ['bag', 'output']),
        ('merge', 'put bags together, in the order of time', []),
        ('redact', 'take out sound and words, keep the timing', ['bag', 'output']),
        ('convert', 'from MCAP to SQLite3, or from any form to MCAP', ['bag', 'output']),
    ):
        added[name] = actions.add_parser(name, help=text)
        added[name].set_defaults(action=name)
        for path in paths:
            added[name].add_argument(path, type=Path)
    added['list'].add_argument(
        'folder', type=Path, nargs='?', default=Path('bags'), help='default: bags'
    )
    added['repair'].add_argument('-o', '--output', type=Path, help='default: BAG-repaired')
    for flag, default, text in (
        ('--start', 0.0, 'from the beginning [s]'),
        ('--end', float('inf'), 'likewise'),
    ):
        added['cut'].add_argument(flag, metavar='S', type=float, default=default, help=text)
    added['merge'].add_argument('bags', type=Path, nargs='+')
    added['merge'].add_argument('-o', '--output', type=Path, required=True)
    added['convert'].add_argument('--storage', choices=['mcap', 'sqlite3'], default='mcap')


def check(arguments: Sequence[str]) -> None:
    """Show help or refuse a mistake, and exit; return when a command can be run."""
    if arguments[:1] != ['test']:  # those are pytest's
        parser().parse_args(arguments)


if __name__ == '__main__':
    check(sys.argv[1:])
