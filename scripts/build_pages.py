"""
Builds the documents and the code's docstrings as pages: build/pages/site/index.html.

The environment for it, requirements/docs.txt, is one of its own below build/pages: no toy and no
developer needs it for anything else. A link that leads nowhere ends it with exit code 1.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / 'build' / 'pages'
GATHERED = PLACE / 'gathered'
REQUIREMENTS = ROOT / 'requirements' / 'docs.txt'
DOCUMENTS = (
    '*.md',
    'docs/*.md',
    'src/*/README.md',
    'examples/*/README.md',
    '*/README.md',
    'bench/*/README.md',
    'tests/*/*.md',
)
LINK = re.compile(r'\]\(([^)\s#]+)[^)]*\)')
FENCED = re.compile(r'^```.*?^```', re.DOTALL | re.MULTILINE)
ENDINGS = ('.md', '.html')  # that mkdocs makes pages of


def prepare() -> Path:
    """Make the environment, unless it is there, and return its Python."""
    venv = PLACE / 'venv'
    python, stamp = venv / 'bin' / 'python', venv / 'made'
    wanted = REQUIREMENTS.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, '-m', 'venv', '--clear', str(venv)], check=True)
        pip = [str(python), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
        subprocess.run([*pip, '--require-hashes', '-r', str(REQUIREMENTS)], check=True)
        stamp.write_text(wanted)
    return python


def gather() -> list[str]:
    """Copy the documents, and what they link to; return the links that lead nowhere."""
    shutil.rmtree(GATHERED, ignore_errors=True)
    broken = []
    for source in sorted(path for pattern in DOCUMENTS for path in ROOT.glob(pattern)):
        target = GATHERED / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        for link, linked in links(source):
            if not linked.exists():
                broken.append(f'{source.relative_to(ROOT)}: {link}: no such file')
            elif linked.is_file() and linked.suffix not in ENDINGS:
                copy = GATHERED / linked.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(linked, copy)
    return broken


def links(document: Path) -> Iterator[tuple[str, Path]]:
    """Yield the links of a document to files of the repository."""
    for found in LINK.finditer(FENCED.sub('', document.read_text())):
        if '://' not in found[1] and not found[1].startswith('mailto:'):
            yield found[1], (document.parent / found[1]).resolve()


def describe_code() -> None:
    """Write a page for each room, which mkdocstrings fills."""
    contents = ['# The code\n']
    for package in sorted(ROOT.glob('src/*/*/__init__.py')):
        name = package.parent.name
        if package.parents[1].name != name:
            continue
        rooms = sorted(path.parent.name for path in package.parent.glob('*/__init__.py'))
        contents.append(f'\n## {name}\n')
        for module in [f'{name}.{room}' for room in rooms] or [name]:
            (GATHERED / 'code').mkdir(exist_ok=True)
            (GATHERED / 'code' / f'{module}.md').write_text(f'# {module}\n\n::: {module}\n')
            contents.append(f'- [{module}]({module}.md)')
    (GATHERED / 'code' / 'index.md').write_text('\n'.join(contents) + '\n')


def main() -> int:
    """Build all pages."""
    PLACE.mkdir(parents=True, exist_ok=True)
    python = prepare()
    broken = gather()
    describe_code()
    if broken:
        print(*broken, sep='\n', file=sys.stderr)
        return 1
    sources = os.pathsep.join(str(path) for path in sorted(ROOT.glob('src/*')))
    command = [str(python), '-m', 'mkdocs', 'build', '--strict', '--clean']
    return subprocess.call(
        [*command, '--config-file', str(ROOT / 'docs' / 'mkdocs.yml')],
        env={**os.environ, 'PYTHONPATH': sources, 'NO_MKDOCS_2_WARNING': '1'},
    )


if __name__ == '__main__':
    sys.exit(main())
