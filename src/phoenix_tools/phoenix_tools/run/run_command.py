"""The `phoenix run` command: start the processes of the toy and show it."""

import argparse
import asyncio
import os
import sys

from phoenix_bringup import machine_limits
from phoenix_bringup.launch_arguments import DECLARATIONS, LaunchArgumentError, parse
from phoenix_bringup.launch_runner import LaunchError
from phoenix_bringup.machine_limits import MachineLimitError
from phoenix_bringup.process_table import dry_run, processes
from phoenix_core.node import discovery
from phoenix_core.settings.node_settings import SettingsError
from phoenix_core.storage.toy_lock import ToyLock, ToyLockError
from phoenix_tools.command_error import CommandError
from phoenix_tools.run.private import enter
from phoenix_tools.run.running_toy import RunningToy
from phoenix_tools.run.service_manager import ServiceManager
from phoenix_tools.settings.given_profile import check_profile, given_profile

ERRORS = (LaunchArgumentError, LaunchError, MachineLimitError, SettingsError, ToyLockError)


def main(options: argparse.Namespace) -> int:
    """Run the toy and return the exit code."""
    if options.show_args:
        print(*DECLARATIONS.values(), sep='\n')
        return 0
    arguments = parse(given_arguments(options))
    if options.dry_run:
        print(dry_run(processes(arguments)), end='')
        return 0
    if options.private:
        if arguments.peer:
            raise CommandError('--private has no network, so --peer cannot be reached')
        if arguments.studio:
            raise CommandError('--private has no network, so no browser reaches --studio')
        enter([*sys.argv[1:]])
    os.environ.update(arguments.environment)  # for the console
    discovery.stay_private()
    if options.play:  # the same each time, whatever state the toy has stored
        os.environ.setdefault('PHOENIX_ACTIVITIES_STATE_FILE', '')
    check_profile(arguments.settings_file)
    if scarce := machine_limits.check(arguments.layout):
        print(f'phoenix: {scarce}; tries nevertheless', file=sys.stderr)
    show_words = options.show_words or bool(options.play) or sys.stdout.isatty()
    with ToyLock(arguments.namespace, arguments.sides, arguments.layout) as lock:
        os.environ.update(lock.environ)  # of every process of the toy
        toy = RunningToy(arguments, options.play, show_words, ServiceManager(os.environ))
        return asyncio.run(toy.run())


def given_arguments(options: argparse.Namespace) -> dict[str, str]:
    """Collect the launch arguments from the command line."""
    arguments = {}
    for text in options.arguments:
        name, separator, value = text.partition(':=')
        if not separator:
            raise CommandError(f'{text}: launch arguments are NAME:=VALUE; --show-args lists them')
        arguments[name] = value
    arguments |= given_profile(options.profile)
    for name in ('layout', 'machine', 'peer'):
        if value := getattr(options, name):
            arguments[name] = value
    if options.studio:
        arguments['studio'] = 'true'
    if options.reply_to:
        arguments['reply_to'] = str(options.reply_to.resolve())
    return arguments
