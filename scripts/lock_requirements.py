"""
Renews the locked files requirements/*.txt from requirements/*.in: exact versions with hashes.

They hold for x86_64 and aarch64 and for every Python that Phoenix runs on. Says at the end what a
toy would have to compile. Run it with the Python of .venv.
"""

import itertools
import re
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / 'requirements'
ALONE = 'toy-no-deps'  # installed without what it asks for
OLDEST = '3.11'
PLATFORMS = ('x86_64-manylinux_2_36', 'aarch64-manylinux_2_36')  # Debian 12 and newer
ON_A_TOY = ('toy', 'studio', 'home', 'pi')
PYTHONS = ('3.11', '3.12')
UNIVERSAL = ('--universal', '--python-version', OLDEST, '--generate-hashes')
PLAIN = ('--quiet', '--no-emit-index-url', '--no-annotate', '--no-header')


def uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run uv on the requirements, without what else is set on this machine."""
    command = [str(Path(sys.executable).with_name('uv')), 'pip', 'compile', *arguments]
    return subprocess.run(command, cwd=REQUIREMENTS, capture_output=True, text=True, check=False)


def locked(*arguments: str) -> str:
    """Return the text of a locked file; exit with what uv says when there is no solution."""
    found = uv(*PLAIN, *UNIVERSAL, *arguments)
    if found.returncode:
        sys.exit(found.stderr)
    return found.stdout


def to_compile(name: str, platform: str, python: str) -> list[str]:
    """Return the requirements of a file for which there is no wheel."""
    without: list[str] = []
    while True:
        allowed = [f'--no-binary={one}' for one in without]
        found = uv(
            *PLAIN,
            *('--no-deps', '--only-binary', ':all:', *allowed, f'--python-platform={platform}'),
            *(f'--python-version={python}', f'{name}.txt'),
        )
        if not found.returncode:
            return without
        missing = re.findall(
            r'(?:Because|and) ([\w.-]+)(?:==\S+)? has no (?:usable )?wheels', found.stderr
        )
        new = [one for one in missing if one not in without]
        if not new:
            sys.exit(found.stderr)
        without += new


def main() -> None:
    """Write all files, of versions that go together, and print what has no wheel."""
    names = sorted(path.stem for path in REQUIREMENTS.glob('*.in') if path.stem != ALONE)
    everything = REQUIREMENTS / 'everything.part'
    everything.write_text(locked(*(f'{name}.in' for name in names)))
    first = '# Written by scripts/lock_requirements.py from {}.in; do not change it here.\n'
    try:
        texts = {name: locked(f'{name}.in', '-c', everything.name) for name in names}
        texts[ALONE] = locked('--no-deps', f'{ALONE}.in')
    finally:
        everything.unlink()
    for name, text in texts.items():
        (REQUIREMENTS / f'{name}.txt').write_text(first.format(name) + text)
    for name, platform, python in itertools.product(ON_A_TOY, PLATFORMS, PYTHONS):
        without = ', '.join(to_compile(name, platform, python)) or 'nothing'
        print(f'{name} on {platform}, Python {python}: to compile: {without}', flush=True)


if __name__ == '__main__':
    main()
