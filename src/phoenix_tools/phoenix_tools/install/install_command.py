"""The `phoenix install`, `upgrade` and `rollback` commands."""

import argparse
import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from phoenix_tools.arguments import parser
from phoenix_tools.install import durable
from phoenix_tools.install.generations import Installed, InstallError
from phoenix_tools.install.operations import Operations
from phoenix_tools.install.service import Person, Service, Systemd
from phoenix_tools.install.versions import Versions

HERE = Path(__file__).resolve().parents[4]  # the checkout that this is a part of
USER = 'phoenix'
ENVIRONMENT = Path('/etc/phoenix/environment')
BOOTED = Path('/run/systemd/system')


def main(options: argparse.Namespace) -> None:
    """
    Do one of the three.

    :raises InstallError: in one line, what went wrong and which version stays.
    """
    os.umask(0o022)  # the service runs as another user
    installed = Installed(options.root.resolve(), options.state.resolve())
    present = installed.current is not None
    if options.command == 'install' and present:
        raise InstallError(f'there is a toy in {options.root} already; ./phoenix upgrade')
    if options.command != 'install' and not present:
        raise InstallError(f'no toy is installed in {options.root}; ./phoenix install')
    service = _service(options)
    versions = Versions(installed.versions)
    operations = Operations(installed, versions, service, _tell, options.patience)
    if options.command == 'rollback':
        operations.go_back()
        return
    if isinstance(service, Systemd) and options.command == 'install':
        service.furnish(HERE)
        _give_state_to_user(options.state)
        if not ENVIRONMENT.exists():
            ENVIRONMENT.parent.mkdir(exist_ok=True)
            durable.write(ENVIRONMENT, f'PROFILE={options.profile}\n')
            ENVIRONMENT.chmod(0o600)  # keys may be added
        # Before there is a version: who is interrupted right after it has a toy that starts.
        subprocess.run(['systemctl', 'enable', 'phoenix.service'], check=True)
    operations.go_over_to((options.source or HERE).resolve())


def _service(options: argparse.Namespace) -> Service:
    if BOOTED.is_dir() and not options.without_service:
        if os.geteuid() != 0:
            raise InstallError('the service is for root to change; sudo, or --without-service')
        return Systemd()
    if os.geteuid() == 0 and _is_user(USER):
        _give_state_to_user(options.state)
        return Person(options.profile, USER)
    return Person(options.profile)


def _give_state_to_user(state: Path) -> None:
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = pwd.getpwnam(USER)
    os.chown(state, account.pw_uid, account.pw_gid)


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _tell(line: str) -> None:
    print(line, flush=True)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


if __name__ == '__main__':
    for ends in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(ends, _end)  # what was begun is undone
    try:
        main(parser().parse_args())
    except (InstallError, OSError) as error:
        sys.exit(f'phoenix: {error}')
