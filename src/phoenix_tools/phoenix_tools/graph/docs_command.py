"""The `phoenix docs` command: write the documents that are generated from the code, or check."""

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from phoenix_activities.engine.diagram import insert
from phoenix_activities.engine.installed import installed_activities
from phoenix_bringup.process_table import node_names
from phoenix_core.events.contracts import REMEDY, breaks, record
from phoenix_core.node.registry import Registry
from phoenix_tools import arguments
from phoenix_tools.graph.completions import script
from phoenix_tools.graph.event_documents import document, flow

CONTRACTS = Path('docs') / 'contracts.json'
ROOT = Path(__file__).resolve().parents[4]
COMPLETIONS = arguments.COMPLETIONS.resolve().relative_to(ROOT)
README_FLOW = re.compile(r'```mermaid\n.*?```\n', re.DOTALL)


def main(options: argparse.Namespace) -> int:
    """Write, or with --check compare, and return the exit code."""
    all_nodes, packages = Registry.installed(), {path.name for path in (ROOT / 'src').iterdir()}
    registry = Registry(
        {name: n for name, n in all_nodes.nodes.items() if all_nodes.package(name) in packages}
    )
    broken = broken_contracts(ROOT)
    if broken:
        print('\n'.join([*(f'phoenix: {line}' for line in broken), REMEDY]), file=sys.stderr)
        return 1
    stale = [
        (path, text)
        for path, text in documents(registry, ROOT)
        if not path.exists() or path.read_text(encoding='utf-8') != text
    ]
    for path, text in stale:
        name = path.relative_to(ROOT)
        if options.check:
            print(
                f'phoenix: {name} is not what the code says: {_first_change(path, text)}; '
                'run ./phoenix docs',
                file=sys.stderr,
            )
        else:
            path.write_text(text, encoding='utf-8')
            print(f'{name}: written')
    return 1 if options.check and stale else 0


def broken_contracts(root: Path) -> list[str]:
    """List the breaks of the recorded contracts, unless their version was raised."""
    path = root / CONTRACTS
    if not path.exists():
        return []
    old, new = json.loads(path.read_text(encoding='utf-8')), record()
    if new['version'] == old['version']:
        return list(breaks(old, new))
    entry = f'event contracts {new["version"]}'
    changelog = (root / 'CHANGELOG.md').read_text(encoding='utf-8')
    return [] if entry in changelog.lower() else [f'CHANGELOG.md does not tell of "{entry}"']


def documents(registry: Registry, root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the path and the text of every document. In the README only a drawing is generated."""
    toy = [name for name in node_names() if not registry.nodes[name].declarations.observes]
    yield root / 'docs' / 'events.md', document(registry, toy)
    yield root / CONTRACTS, json.dumps(record(), indent=1) + '\n'
    for shell in arguments.SHELLS:
        yield root / COMPLETIONS / f'phoenix.{shell}', script(shell)
    activities = root / 'docs' / 'activities.md'
    made = installed_activities()
    yield activities, insert(activities.read_text(encoding='utf-8'), made)
    readme = root / 'README.md'
    text = readme.read_text(encoding='utf-8')
    yield readme, README_FLOW.sub(lambda _: flow(registry, toy), text, count=1)


def _first_change(path: Path, text: str) -> str:
    if not path.exists():
        return 'it does not exist'
    before = path.read_text(encoding='utf-8').splitlines()
    changes = difflib.unified_diff(before, text.splitlines(), lineterm='', n=0)
    return next(
        (line for line in changes if line[:1] in '+-' and line[:3] not in ('---', '+++')), ''
    )
