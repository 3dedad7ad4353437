"""
The arguments of the `phoenix` commands.

Uses the standard library alone: `./phoenix` shows help, and refuses what it does not know, by
this module before anything is installed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phoenix_tools import bag_arguments
from phoenix_tools.parsing import Parser, positive

VERSION = '0.1.0'
COMPLETIONS = Path(__file__).with_name('completions')
SHELLS = ('bash', 'zsh', 'fish')
# The commands that are for one toy of several.
OF_A_TOY = (
    *('studio', 'mcp', 'doctor', 'graph', 'record', 'events', 'trace', 'set', 'setup', 'parent'),
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    root = Parser(prog='phoenix', description='The software of an AI companion toy.')
    root.add_argument('--version', action='version', version=f'phoenix {VERSION}')
    commands: Any = root.add_subparsers(dest='command', metavar='COMMAND')

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

    studio = commands.add_parser('studio', help='show a running toy, or a bag, in a browser')
    studio.add_argument('bag', metavar='BAG', type=Path, nargs='?', help='default: the toy')
    studio.add_argument('--port', type=int, help='of the page; 0: any free one')

    commands.add_parser('mcp', help='the tools of a running toy, for an assistant (MCP)')

    doctor = commands.add_parser('doctor', help='say what is wrong here, and what to do about it')
    doctor.add_argument('--profile', help='sim (default), pi, or the path of a settings file')
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

    docs = commands.add_parser('docs', help='write docs/events.md and the drawings')
    docs.add_argument(
        '--check', action='store_true', help='only compare; exit 1 if they are stale'
    )

    bag_arguments.add_record(commands)
    bag_arguments.add_replay(commands)
    bag_arguments.add_bags(commands)
    live = commands.add_parser('events', help='show events as they happen, colored by interaction')
    live.add_argument('--node', action='append', default=[], help='only of this node; repeatable')
    live.add_argument(
        '--event', '--topic', action='append', default=[], help='only these, by name or topic'
    )
    live.add_argument('--trace', action='append', default=[], help='only of this interaction')

    trace = commands.add_parser('trace', help='show what happened, why, and how long it took')
    trace.add_argument(
        'what', nargs='?', default='list', help="list (default), last, an id, or 'why'"
    )
    trace.add_argument('event', nargs='?', default='', help='why: a topic or the id of an event')
    trace.add_argument('--bag', type=Path, help='of a recording; default: of the running toy')
    trace.add_argument('--svg', metavar='FILE', type=Path, help='also write a picture')
    trace.add_argument('--html', metavar='FILE', type=Path, help='also write a page')

    change = commands.add_parser('set', help='list, show or change settings of a running toy')
    change.add_argument('key', nargs='?', metavar='NODE.SETTING', help='default: list all')
    change.add_argument('value', nargs='?', help='default: show it')

    _add_choices(commands)
    _add_parent(commands)
    _add_install(commands)
    for name in OF_A_TOY:
        commands.choices[name].add_argument('--namespace', default='/phoenix', help='of the toy')
    test = commands.add_parser('test', help='run tests (--all: long ones, too)', add_help=False)
    test.add_argument('arguments', nargs=argparse.REMAINDER, help='passed on to pytest')
    return root


def _add_choices(commands: Any) -> None:
    listed = commands.add_parser('list', help='what can be chosen, and what each needs')
    listed.add_argument('what', choices=('voices', 'wake-words', 'devices', 'languages'))
    setup = commands.add_parser('setup', help='write a profile, by questions and answers')
    setup.add_argument(
        'file', type=Path, nargs='?', default=Path('phoenix.yaml'), help='default: phoenix.yaml'
    )
    shells = commands.add_parser('completion', help='print what completes commands in a shell')
    shells.add_argument('shell', choices=SHELLS)


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
        patience = {'metavar': 'S', 'type': positive, 'default': 180.0, 'help': 'to come up in'}
        added.add_argument('--patience', **patience)
        added.add_argument('--without-service', action='store_true', help='a person starts it')


def _add_parent(commands: Any) -> None:
    parent = commands.add_parser(
        'parent', help='what a parent decides: time, quiet hours, volume, memory; asks for the PIN'
    )
    actions = parent.add_subparsers(dest='action', metavar='ACTION')
    actions.add_parser('show', help='the limits in force; needs no PIN')
    change = actions.add_parser('set', help='change one limit')
    change.add_argument('key', metavar='KEY')
    change.add_argument('value', metavar='VALUE', help='none: no limit')
    actions.add_parser('pin', help='set the first PIN, or another')
    actions.add_parser('stored', help='what is stored, where, how old and how big; needs no PIN')
    actions.add_parser('forget', help='forget all that was told, recorded and counted')


def completion(shell: str) -> str:
    """Return the script by which a shell completes the commands."""
    return (COMPLETIONS / f'phoenix.{shell}').read_text()


def check(arguments: Sequence[str]) -> None:
    """Show help or a completion, or refuse a mistake; print nothing when a command can be run."""
    if arguments[:1] != ['test']:  # those are pytest's
        options = parser().parse_args(arguments)
        if options.command == 'completion':
            print(completion(options.shell), end='')


if __name__ == '__main__':
    check(sys.argv[1:])
