#!/usr/bin/python3
"""
Build the Debian package of this checkout: `packaging/build_deb.py [--arch amd64] [--output DIR]`.

To be run as root on the release that the package is for. The package for amd64 carries the whole
environment, prepared under the path where it will lie; a toy needs neither compiler nor network.
There are no ROS wheels for arm64: that package carries the sources and all Python packages, and is
prepared on the toy, with the compiler and the ROS 2 Jazzy of its distribution, without network.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'src' / 'phoenix_tools'))

from phoenix_tools.arguments import VERSION  # noqa: E402
from phoenix_tools.install.generations import InstallError  # noqa: E402
from phoenix_tools.install.versions import Versions, copy_checkout, name_of  # noqa: E402

DEBIAN = ROOT / 'packaging' / 'debian'
PYTHON = '/usr/bin/python3'  # of the release; the environment is bound to it
PLACE = Path('/opt/phoenix/versions')
ARM_PYTHON = '3.12'  # of Ubuntu 24.04
TOY = ('build', 'toy', 'studio', 'home', 'pi')
ARM_PLATFORM = 'aarch64-manylinux_2_36'
VENV_PYTHON = ROOT / '.venv' / 'bin' / 'python'
FILES = {
    'systemd/phoenix.service': 'lib/systemd/system/phoenix.service',
    'udev/60-phoenix.rules': 'lib/udev/rules.d/60-phoenix.rules',
    'debian/phoenix': 'usr/bin/phoenix',
    'debian/copyright': 'usr/share/doc/phoenix-toy/copyright',
}


def run(*command: object) -> None:
    """Run a command; exit with its exit code when it fails."""
    ended = subprocess.run(list(map(str, command)), check=False)
    if ended.returncode:
        sys.exit(ended.returncode)


def prepared(folder: Path) -> Path:
    """Prepare this checkout as if it lay in its place on a toy; return where it is."""
    PLACE.mkdir(parents=True, exist_ok=True)
    mount = f'mount --bind "{folder}" {PLACE} && exec "$@"'
    inside = [PYTHON, Path(__file__).resolve(), '--prepare']
    run('unshare', '--mount', '--propagation=private', 'sh', '-c', mount, 'sh', *inside)
    return next(folder.iterdir())


def sources(folder: Path) -> Path:
    """Put this checkout, with the Python packages that it needs on arm64, into a folder."""
    version = folder / name_of(ROOT)
    copy_checkout(ROOT, version)
    pip = [
        str(ROOT / '.venv/bin/python'),
        '-m',
        'pip',
        'download',
        '--quiet',
        '--no-deps',
        '--require-hashes',
    ]
    pip += ['--dest', str(version / 'wheels')]
    platforms = [f'--platform=manylinux_2_{minor}_aarch64' for minor in range(36, 16, -1)]
    platforms += ['--platform=manylinux2014_aarch64', '--platform=any']
    for name in (*TOY, 'toy-no-deps'):
        lines = (ROOT / 'requirements' / f'{name}.txt').read_text()
        wheels, sdists = _parted(lines, _to_compile(name))
        for text, options in (
            (wheels, [*platforms, f'--python-version={ARM_PYTHON}', '--only-binary=:all:']),
            (sdists, ['--no-binary=:all:', '--no-build-isolation']),
        ):
            if text:
                with tempfile.NamedTemporaryFile('w', suffix='.txt') as file:
                    file.write(text)
                    file.flush()
                    run(*pip, *options, '-r', file.name)
    return version


def _to_compile(name: str) -> list[str]:
    """Return the requirements of a file that have no wheel for arm64."""
    arguments = f'{name!r}, {ARM_PLATFORM!r}, {ARM_PYTHON!r}'
    asked = f'from lock_requirements import to_compile; print(*to_compile({arguments}))'
    said = subprocess.check_output([VENV_PYTHON, '-c', asked], cwd=ROOT / 'scripts', text=True)
    return said.split()


def _parted(text: str, without: Sequence[str]) -> tuple[str, str]:
    """Part locked requirements into those with wheels, and those without."""
    found: list[list[str]] = [[], []]
    at = 0
    for line in text.splitlines(keepends=True):
        if not line.startswith((' ', '#')):
            at = int(line.partition('==')[0] in without)
        found[at].append(line)
    return ''.join(found[0]), ''.join(found[1])


def build(arch: str, output: Path, scratch: Path) -> Path:
    """Build the package and return its file."""
    (scratch / 'versions').mkdir()
    version = (prepared if arch == 'amd64' else sources)(scratch / 'versions')
    tree = scratch / 'tree'
    library = tree / 'usr/lib/phoenix'
    library.mkdir(parents=True)
    archive = library / f'phoenix-{version.name}.tar.gz'
    pack = ['tar', '--create', '--gzip', '--sort=name', '--owner=0', '--group=0']
    pack += ['--exclude=./.installed', '--exclude=./log']
    run(*pack, '--file', archive, '--directory', version, '.')
    _furnish(tree, library)
    made = _commit_time()
    python = f'{sys.version_info.major}.{sys.version_info.minor}'
    depends = f'python{python}, python3 (>= {python}), python3 (<< 3.{sys.version_info.minor + 1})'
    if arch == 'arm64':
        depends = 'python3 (>= 3.12), python3 (<< 3.13), python3-dev, python3-venv, '
        depends += 'build-essential, ros-jazzy-ros-base'
    size = sum(path.lstat().st_size for path in tree.rglob('*')) // 1024
    fields = {
        'arch': arch,
        'depends': depends,
        'size': size,
        'version': f'{VERSION}+{time.strftime("%Y%m%d%H%M%S", made)}.{version.name[-8:]}',
    }
    _write_control(tree, fields)
    page = (DEBIAN / 'phoenix.1').read_text()
    page = page.format(date=time.strftime('%Y-%m-%d', made), number=VERSION)
    _compress(tree / 'usr/share/man/man1/phoenix.1.gz', page)
    _compress(
        tree / 'usr/share/doc/phoenix-toy/changelog.gz',
        f'phoenix-toy ({fields["version"]}) stable; urgency=medium\n\n'
        '  * See CHANGELOG.md in the version.\n\n'
        ' -- The Phoenix developers <phoenix@example.org>  '
        f'{time.strftime("%a, %d %b %Y %H:%M:%S +0000", made)}\n',
    )
    output.mkdir(parents=True, exist_ok=True)
    package = output / f'phoenix-toy_{fields["version"]}_{arch}.deb'
    run('dpkg-deb', '--root-owner-group', '-Zgzip', '-z1', '--build', tree, package)
    return package


def _furnish(tree: Path, library: Path) -> None:
    for source, target in FILES.items():
        (tree / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / 'packaging' / source, tree / target)
    installer = library / 'installer' / 'phoenix_tools'
    package = ROOT / 'src' / 'phoenix_tools' / 'phoenix_tools'
    ignored = shutil.ignore_patterns('__pycache__')
    shutil.copytree(package / 'install', installer / 'install', ignore=ignored)
    for name in ('__init__.py', 'arguments.py', 'bag_arguments.py', 'parsing.py'):
        shutil.copyfile(package / name, installer / name)
    command = tree / 'usr/bin/phoenix'
    for path in (tree, *tree.rglob('*')):
        path.chmod(0o755 if path.is_dir() or path == command else 0o644)


def _write_control(tree: Path, fields: dict[str, object]) -> None:
    control = tree / 'DEBIAN'
    control.mkdir()
    control.chmod(0o755)
    (control / 'control').write_text((DEBIAN / 'control').read_text().format(**fields))
    for name in ('postinst', 'prerm', 'postrm'):
        shutil.copyfile(DEBIAN / name, control / name)
        (control / name).chmod(0o755)


def _compress(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _commit_time() -> time.struct_time:
    """Return when this checkout was committed, so that the same one gives the same package."""
    given = os.environ.get('SOURCE_DATE_EPOCH')
    command = ['git', 'log', '-1', '--format=%ct']
    text = given or subprocess.check_output(command, cwd=ROOT, text=True)
    return time.gmtime(int(text))


def main() -> None:
    """Build, and print the path of the package."""
    arguments = argparse.ArgumentParser(description=__doc__.partition('\n\n')[0].strip())
    arguments.add_argument('--arch', choices=('amd64', 'arm64'), default='amd64')
    arguments.add_argument('--output', type=Path, default=ROOT / 'build' / 'deb')
    arguments.add_argument('--prepare', action='store_true', help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if os.geteuid() != 0:
        sys.exit('build_deb: only root can put the environment under its later path')
    os.umask(0o022)
    if given.prepare:
        try:
            Versions(PLACE).put(ROOT)
        except InstallError as error:
            sys.exit(f'build_deb: {error}')
        return
    with tempfile.TemporaryDirectory(prefix='phoenix-deb-', dir='/var/tmp') as scratch:
        print(build(given.arch, given.output.resolve(), Path(scratch)))


if __name__ == '__main__':
    main()
