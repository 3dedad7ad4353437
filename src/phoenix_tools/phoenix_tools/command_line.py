"""The `phoenix` command line."""

# Before anything else is imported: Ctrl-C meanwhile must end it without a traceback.
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from importlib import import_module  # noqa: E402
from pathlib import Path  # noqa: E402

from phoenix_core.node import discovery  # noqa: E402
from phoenix_core.node.process_end import end_process  # noqa: E402
from phoenix_tools.arguments import completion, parser  # noqa: E402
from phoenix_tools.command_error import CommandError  # noqa: E402

# The room of each command; <command>_command.py there has main(), and the ERRORS that it raises
# beside CommandError.
ROOMS = {
    'run': 'run',
    'record': 'bags',
    'replay': 'bags',
    'bags': 'bags',
    'graph': 'graph',
    'docs': 'graph',
    'trace': 'traces',
    'events': 'live',
    'parent': 'parent',
    'studio': 'run',
    'mcp': 'run',
    'doctor': 'doctor',
    'set': 'settings',
    'list': 'settings',
    'setup': 'settings',
}
MOST_WORKERS = 4  # of the tests, each of which takes memory
EXIT_CODES = {'replay': 2}  # when a command is refused; of the others 1


def main() -> int:
    """Run the command of this process and return its exit code."""
    if sys.argv[1:2] != ['docs']:  # its files are for everybody; those of others may hold words
        os.umask(0o077)
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader has closed, as in `phoenix bags info BAG | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; print the reason of a refusal in one line."""
    if arguments[:1] == ['test']:
        root = Path(__file__).resolve().parents[3]
        # A test waits for half of its time; the long ones are toys of many processes, and do not.
        workers = len(os.sched_getaffinity(0)) + ('--all' not in arguments)
        # Tests of a file may share a toy.
        pytest_options = [
            f'-n{min(MOST_WORKERS, workers)}',
            '--dist=loadfile',
            '--no-loadscope-reorder',
        ]
        pytest = [sys.executable, '-m', 'pytest', *pytest_options, *arguments[1:]]
        return subprocess.call(pytest, cwd=root)
    options = parser().parse_args(arguments)
    if options.command == 'completion':
        print(completion(options.shell), end='')
        return 0
    if options.command != 'run':  # which may have a peer
        discovery.stay_private()
    elif not options.dry_run and not options.show_args:  # what follows is imported for seconds
        print(f'{"starting":>10}  the toy', flush=True)
    module = import_module(f'phoenix_tools.{ROOMS[options.command]}.{options.command}_command')
    try:
        return int(module.main(options))
    except (CommandError, *getattr(module, 'ERRORS', ())) as error:
        reason = str(error)
    except OSError as error:
        if not error.filename:  # of a closed pipe or a socket, not of what was asked for
            raise
        reason = f'{error.filename}: {error.strerror}'
    print(f'phoenix: {reason}', file=sys.stderr)
    return EXIT_CODES.get(options.command, 1)


if __name__ == '__main__':
    end_process(main())
