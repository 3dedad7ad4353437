"""
What of Phoenix works on arm64, found out on another machine: Debian under qemu-user.

    sudo .venv/bin/python scripts/arm64.py [TEST ...]

Makes a Debian in --root unless there is one, puts the wheels of the locked requirements for arm64
beside it, and runs models on a recording and tests of logic in it. There are no ROS wheels for
arm64: tests that need a graph are skipped, see arm64_without_ros.py. Needs root, debootstrap,
qemu-user-static registered with binfmt_misc, a prepared checkout, and 5 GB of disk.
"""

import argparse
import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

from lock_requirements import PLATFORMS, to_compile

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / '.venv'
RELEASE, PYTHON = 'bookworm', '3.11'
DEBIAN = 'python3,ca-certificates,libportaudio2'
# Without those of the Pi's pins, which are compiled there.
REQUIREMENTS = ('build', 'toy', 'studio', 'home', 'dev')
ARM = PLATFORMS[1]
REGISTERED = Path('/proc/sys/fs/binfmt_misc/qemu-aarch64')
# A few minutes of the half hour that more tests of logic take; see docs/first-pi.md.
TESTS = ('src/phoenix_hw', 'src/phoenix_core/test/settings')


class Machine:
    """
    A Debian for arm64.

    :param root: its folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._site = root / 'opt' / 'site'
        self._ros = root / 'opt' / 'ros'

    def make(self) -> None:
        """Install Debian, unless it is there."""
        if not (self._root / 'usr/bin/python3').exists():
            options = ['--arch=arm64', '--variant=minbase', f'--include={DEBIAN}']
            subprocess.run(['debootstrap', *options, RELEASE, str(self._root)], check=True)

    def install(self) -> None:
        """Install the locked packages by their wheels; what has none must be plain Python."""
        target = ['--target', str(self._site), '--python-platform', ARM, '--python-version']
        pip = [str(VENV / 'bin/uv'), 'pip', 'install', '--quiet', *target, PYTHON]
        without = [one for name in REQUIREMENTS for one in to_compile(name, ARM, PYTHON)]
        print(f'without a wheel for arm64: {", ".join(without) or "nothing"}', flush=True)
        for name in (*REQUIREMENTS, 'toy-no-deps'):
            file = str(ROOT / 'requirements' / f'{name}.txt')
            compiled = [f'--no-binary={one}' for one in without]
            alone = ['--no-deps', '--only-binary', ':all:', *compiled, '--require-hashes']
            subprocess.run([*pip, *alone, '-r', file], check=True)
        self._ros.mkdir(parents=True, exist_ok=True)
        ours = VENV / 'lib' / f'python{PYTHON}' / 'site-packages'
        for one in distributions(path=[str(ours)]):
            if one.metadata['Name'].startswith('ros-'):
                for name in {file.parts[0] for file in one.files or ()} - {'..'}:
                    link = self._ros / name
                    link.unlink(missing_ok=True)
                    link.symlink_to(ours / name)
        models = self._root / 'usr/share/whisper-base'
        models.unlink(missing_ok=True)
        models.symlink_to(VENV / 'share/whisper-base')

    def run(self, *command: str) -> int:
        """Run a command in this checkout as it is seen there; return its exit code."""
        (self._root / ROOT.relative_to('/')).mkdir(parents=True, exist_ok=True)
        # Without /sys: onnxruntime reads the processors of the wrong architecture there.
        mounts = f'mount --bind {ROOT} {self._root}{ROOT} && mount -t proc proc {self._root}/proc'
        mounts += f' && mount --rbind /dev {self._root}/dev && exec chroot {self._root} "$@"'
        path = f'/opt/site:{ROOT}/scripts:{_ours()}:/opt/ros'
        environ = ['env', '-i', f'--chdir={ROOT}', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']
        environ += ['HOME=/root', 'LANG=C.UTF-8']
        environ += [f'PYTHONPATH={path}', f'AMENT_PREFIX_PATH={os.environ["AMENT_PREFIX_PATH"]}']
        environ += ['PYTHONDONTWRITEBYTECODE=1', 'PHOENIX_ROS=wheels']
        inside = ['unshare', '--mount', '--propagation=private', 'sh', '-c', mounts, 'sh']
        return subprocess.call([*inside, *environ, *command])


def _ours() -> str:
    parts = os.environ['PYTHONPATH'].split(os.pathsep)
    return os.pathsep.join(part for part in parts if part.startswith(f'{ROOT}/'))


def main() -> int:
    """Make the machine, install, and run the tests; exit code 1 if one fails."""
    arguments = argparse.ArgumentParser(description=__doc__.partition('\n\n')[0].strip())
    arguments.add_argument('tests', nargs='*', default=TESTS)
    arguments.add_argument('--root', type=Path, default=Path('/var/tmp/phoenix-arm64'))
    given = arguments.parse_args()
    if os.geteuid() != 0 or not REGISTERED.exists():
        sys.exit('arm64: needs root, and qemu-aarch64 of qemu-user-static in binfmt_misc')
    if 'PHOENIX_ROS' not in os.environ:
        sys.exit('arm64: needs the environment of a prepared checkout: . .venv/phoenix.env')
    machine = Machine(given.root.resolve())
    machine.make()
    machine.install()
    pytest = ['python3', '-m', 'pytest', '-p', 'arm64_without_ros', '-p', 'no:cacheprovider']
    codes = [machine.run('python3', 'scripts/arm64_models.py')]
    codes += [machine.run(*pytest, '-q', '--tb=line', test) for test in given.tests]
    return int(any(codes))


if __name__ == '__main__':
    sys.exit(main())
