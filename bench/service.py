"""
The package in a fresh Debian that systemd boots: it installs, it is all well, it comes back.

    sudo .venv/bin/python bench/service.py build/deb/phoenix-toy_..._amd64.deb --kills 50
    sudo .venv/bin/python bench/service.py A.deb --kills 0 --next B.deb

Needs root, debootstrap and systemd-nspawn. Makes the Debian in --root, if there is none yet.
With --next, goes over to another version while a story is told, and back.
"""

import argparse
import contextlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PACKAGES = 'adduser,ca-certificates,dbus,init-system-helpers,libportaudio2,python3,systemd,udev'
PACKAGES += ',systemd-sysv'
UNIT = 'phoenix.service'
CURRENT = '/opt/phoenix/current'
BOOT_S = 60.0
BACK_S = 240.0  # longer than a start that fails, and another one
POLL_S = 0.1
NOTICED_S = 1.0
TYPING = Path(__file__).parents[1] / 'tests' / 'system'  # what types to a running toy
STORY = 'tell me a story about a dragon'
TOLD = ('set a timer for two hours', STORY)
ASKED = ('how long is left on the timer', 'go on with the story')
KILLS = ('the main process', 'any process', 'all processes')


class Machine:
    """A Debian that systemd has booted, without a network."""

    def __init__(self, leader: int) -> None:
        self._leader = str(leader)

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command in there as root and return what it prints."""
        enter = [
            'nsenter',
            '--target',
            self._leader,
            '--mount',
            '--uts',
            '--ipc',
            '--net',
            '--pid',
        ]
        ended = subprocess.run(
            [*enter, '--root', '--wd=/', *command], capture_output=True, text=True, check=False
        )
        if check and ended.returncode:
            raise SystemExit(f'{" ".join(command)}:\n{ended.stdout}{ended.stderr}')
        return ended.stdout + ended.stderr

    def shown(self, name: str) -> str:
        """Return a property of the service."""
        return self.run('systemctl', 'show', '--value', f'--property={name}', UNIT).strip()

    def is_well(self) -> bool:
        """Return whether the toy says that all is well."""
        return (self.shown('ActiveState'), self.shown('StatusText')) == ('active', 'all well')

    def said_to(self, *sentences: str, check: bool = True) -> str:
        """Type sentences to the toy, and return what it says to each."""
        typing = f'. {CURRENT}/version/.venv/phoenix.env; exec python /opt/type_to.py "$@"'
        toy = self.shown('MainPID')
        beside = ['nsenter', '--target', toy, '--net', '--mount', '--ipc', '--wd=/']
        as_user = [
            'setpriv',
            '--reuid=phoenix',
            '--regid=phoenix',
            '--init-groups',
            'env',
            'HOME=/tmp',
        ]
        return self.run(*beside, *as_user, 'sh', '-c', typing, 'sh', *sentences, check=check)

    def processes(self) -> list[int]:
        """Return the processes of the service, except those that have ended."""
        owned = self.run('find', '/proc', '-maxdepth', '1', '-user', 'phoenix', '-name', '[0-9]*')
        states = f'grep --no-messages "^State:" {" ".join(f"{it}/status" for it in owned.split())}'
        lines = self.run('sh', '-c', states, check=False).splitlines()
        return [
            int(line.split('/')[2]) for line in lines if '/status:' in line and 'Z' not in line
        ]

    def wait_until_gone(self, pids: Sequence[int]) -> None:
        """Wait until processes have ended and systemd, or the supervisor, has noticed."""
        while set(pids) & set(self.processes()):
            time.sleep(POLL_S)
        time.sleep(NOTICED_S)

    def wait_until_well(self, limit_s: float) -> float:
        """Return how long it took; exit when it takes longer than allowed."""
        begun = time.monotonic()
        while not self.is_well():
            if time.monotonic() - begun > limit_s:
                raise SystemExit(
                    self.run('systemctl', 'status', '--no-pager', '--full', UNIT, check=False)
                )
            time.sleep(POLL_S)
        return time.monotonic() - begun


def debian(root: Path) -> None:
    """Make a Debian, unless it is there."""
    if not (root / 'usr/bin/systemctl').exists():
        command = ['debootstrap', '--variant=minbase', f'--include={PACKAGES}', 'bookworm']
        subprocess.run([*command, str(root)], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def booted(root: Path, packages: Sequence[Path]) -> Iterator[Machine]:
    """Boot a copy of a Debian, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix='phoenix-debian-', dir='/var/tmp') as folder:
        copy = Path(folder) / 'root'
        subprocess.run(['cp', '--archive', '--reflink=auto', root, copy], check=True)
        for file in (*packages, TYPING / 'type_to.py', TYPING / 'beside_the_toy.py'):
            shutil.copy(file, copy / 'opt')
        command = ['systemd-nspawn', '--quiet', '--boot', '--private-network', '--register=no']
        process = subprocess.Popen(
            [*command, '--keep-unit', f'--directory={copy}'],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Machine(_leader(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _leader(nspawn: int) -> int:
    """Return the first process of a machine, once its systemd answers."""
    children = Path(f'/proc/{nspawn}/task/{nspawn}/children')
    end = time.monotonic() + BOOT_S
    while time.monotonic() < end:
        for pid in map(int, children.read_text().split()):
            said = Machine(pid).run('systemctl', 'is-system-running', check=False).strip()
            if said in ('running', 'degraded'):
                return pid
        time.sleep(POLL_S)
    raise SystemExit('systemd does not boot here')


def kill(machine: Machine, kills: int, chance: random.Random) -> None:
    """Kill processes of the toy at random moments, and print how long it took to come back."""
    times = []
    for number in range(kills):
        time.sleep(chance.uniform(0, 5))
        what = chance.choice(KILLS)
        pids = machine.processes()
        killed = {
            'the main process': [int(machine.shown('MainPID'))],
            'any process': [chance.choice(pids)],
            'all processes': pids,
        }[what]
        # Without a look at the exit code: one of them may have ended by itself.
        machine.run('sh', '-c', f'kill -KILL {" ".join(map(str, killed))}', check=False)
        begun = time.monotonic()
        machine.wait_until_gone(killed)
        machine.wait_until_well(BACK_S)
        times.append(time.monotonic() - begun)
        print(f'{number + 1}: killed {what}, all well after {times[-1]:.1f} s', flush=True)
    if times:
        print(
            f'{len(times)} times back, p50 {statistics.median(times):.1f} s, '
            f'at most {max(times):.1f} s; started by systemd again: '
            f'{machine.shown("NRestarts")} times'
        )


def upgrade(machine: Machine, package: Path) -> None:
    """Go over to another version while a story is told, and back; print what the toy knows."""
    print(machine.said_to(*TOLD))
    ended = threading.Event()

    def tell_stories() -> None:
        while not ended.is_set():
            machine.said_to(STORY, check=False)

    listener = threading.Thread(target=tell_stories)
    listener.start()
    try:
        change(machine, 'dpkg', '--install', f'/opt/{package.name}')
    finally:
        ended.set()
        listener.join()
    change(machine, 'phoenix', 'rollback')


def change(machine: Machine, *command: str) -> None:
    """Go over to another version, and ask the toy what it still knows."""
    begun = time.monotonic()
    print(machine.run(*command), flush=True)
    machine.wait_until_well(BACK_S)
    version = machine.run('readlink', f'{CURRENT}/version').strip()
    print(f'{version}: all well {time.monotonic() - begun:.0f} s after the command', flush=True)
    print(machine.said_to(*ASKED), flush=True)


def main() -> int:
    """Install, kill, and print what it took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument('package', type=Path)
    arguments.add_argument('--root', type=Path, default=Path('/var/tmp/phoenix-debian'))
    arguments.add_argument('--kills', type=int, default=50)
    arguments.add_argument('--next', type=Path, help='package of another version')
    arguments.add_argument('--seed', type=int, default=20)
    given = arguments.parse_args()
    debian(given.root)
    packages = [given.package, *([given.next] if given.next else [])]
    with booted(given.root, packages) as machine:
        machine.run('mkdir', '/etc/phoenix')
        machine.run('sh', '-c', 'echo PROFILE=sim > /etc/phoenix/environment')
        begun = time.monotonic()
        print(machine.run('dpkg', '--install', f'/opt/{given.package.name}'))
        print(f'installed in {time.monotonic() - begun:.0f} s', flush=True)
        machine.wait_until_well(BACK_S)
        user = machine.run('stat', '--format=%U', f'/proc/{machine.shown("MainPID")}').strip()
        print(f'all well, as user {user}', flush=True)
        told = machine.run('systemd-analyze', 'security', '--no-pager', UNIT, check=False)
        print(told.strip().splitlines()[-1])
        kill(machine, given.kills, random.Random(given.seed))
        if given.next:
            upgrade(machine, given.next)
    return 0


if __name__ == '__main__':
    sys.exit(main())
