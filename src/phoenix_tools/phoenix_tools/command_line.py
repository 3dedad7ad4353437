"""The `phoenix` command line."""

# Before anything else is imported: Ctrl-C meanwhile must end it without a traceback.
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from importlib import import_module  # noqa: E402
from pathlib import Path  # noqa: E402

from phoenix_core.node import discovery  # noqa: E402
from phoenix_tools.bags import arguments  # noqa: E402

VERSION = '0.1.0'
# Where a command is implemented.
ROOMS = {
    'run': 'run',
    'record': 'bags',
    'replay': 'bags',
    'bags': 'bags',
    'graph': 'graph',
    'docs': 'graph',
    'trace': 'traces',
    'events': 'live',
}


def parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    root = argparse.ArgumentParser(
        prog='phoenix', description='The software of an AI companion toy.'
    )
    root.add_argument('--version', action='version', version=f'phoenix {VERSION}')
    commands = root.add_subparsers(dest='command', metavar='COMMAND', required=True)

    run = commands.add_parser('run', help='start the toy; without hardware the simulated one')
    run.add_argument('--profile', help='sim (default), pi, or the path of a settings file')
    run.add_argument('--layout', help='composed (default): one process; or processes: one each')
    run.add_argument('--machine', choices=('toy', 'helper'), help='of two machines, with --peer')
    run.add_argument('--peer', metavar='ADDRESS', help='of the other machine')
    run.add_argument('--play', metavar='FILE', type=Path, help='play a recording to it, then end')
    run.add_argument('--reply-to', metavar='FILE', type=Path, help='WAV file for what it says')
    run.add_argument('--dry-run', action='store_true', help='only print what would be started')
    run.add_argument('--show-args', action='store_true', help='list the launch arguments')
    run.add_argument('arguments', nargs='*', metavar='NAME:=VALUE', help='launch arguments')

    graph = commands.add_parser('graph', help='who sends what to whom, declared or running')
    graph.add_argument('names', nargs='*', metavar='NAME', help='only these events and nodes')
    graph.add_argument('--check', action='store_true', help='compare; exit 1 for any difference')
    graph.add_argument('--format', choices=('svg', 'mermaid', 'dot'), help='draw instead of list')
    graph.add_argument('--namespace', default='/phoenix', help='of the running toy')

    docs = commands.add_parser('docs', help='write docs/events.md and the drawings')
    docs.add_argument(
        '--check', action='store_true', help='only compare; exit 1 if they are stale'
    )

    arguments.add_record(commands)
    arguments.add_replay(commands)
    arguments.add_bags(commands)
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

    test = commands.add_parser('test', help='run tests (--all: long ones, too)', add_help=False)
    test.add_argument('arguments', nargs=argparse.REMAINDER, help='passed on to pytest')
    return root


def main() -> int:
    """Run a command and return its exit code."""
    try:
        code = _run()
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads has enough, as in `phoenix bags info BAG | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE


def _run() -> int:
    if sys.argv[1:2] == ['test']:
        return _test(sys.argv[2:])
    options = parser().parse_args()
    if options.command != 'run':  # which may have a peer
        discovery.stay_private()
    module = import_module(f'phoenix_tools.{ROOMS[options.command]}.{options.command}_command')
    return int(module.main(options))


def _test(arguments: list[str]) -> int:
    """Run pytest at the root of the repository."""
    root = Path(__file__).resolve().parents[3]
    return subprocess.call([sys.executable, '-m', 'pytest', *arguments], cwd=root)


if __name__ == '__main__':
    sys.exit(main())
