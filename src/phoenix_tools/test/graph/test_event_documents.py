"""The documents that are made from the code, and the guard over what they record."""

import json
import re

import pytest

from phoenix_core import events
from phoenix_core.events.contracts import REMEDY, record
from phoenix_core.events.message_schema import schema
from phoenix_core.node.registry import Registry
from phoenix_tools.graph import docs_command
from phoenix_tools.graph.docs_command import CONTRACTS, ROOT, broken_contracts
from phoenix_tools.graph.event_documents import document, example

REGISTRY = Registry.installed()


def test_no_contract_is_broken():
    assert broken_contracts(ROOT) == [], REMEDY


@pytest.fixture
def recorded(tmp_path):
    """A repository whose record is of another time."""

    def write(change, changelog=''):
        old = record()
        change(old)
        (tmp_path / CONTRACTS).parent.mkdir()
        (tmp_path / CONTRACTS).write_text(json.dumps(old))
        (tmp_path / 'CHANGELOG.md').write_text(changelog)
        return broken_contracts(tmp_path)

    return write


def test_a_broken_contract_is_told(recorded):
    [line] = recorded(lambda old: old['events']['TOUCH'].update(topic='sensors/tap'))
    assert line == 'TOUCH: its topic was sensors/tap and is sensors/touch'


def test_a_new_version_may_break_what_the_changelog_tells_of(recorded):
    def change(old):
        old['events']['TOUCH'].update(topic='sensors/tap')
        old['version'] -= 1

    [line] = recorded(change)
    assert line == f'CHANGELOG.md does not tell of "event contracts {events.VERSION}"'


def test_a_new_version_that_the_changelog_tells_of_is_right(recorded):
    def change(old):
        old['version'] -= 1

    assert recorded(change, f'- Event contracts {events.VERSION}: touches are taps.') == []


@pytest.mark.parametrize('event', events.ALL, ids=lambda event: event.name)
def test_every_example_keeps_the_rules(event):
    values = example(event)
    assert list(values) == [
        field.name for field in schema(event.message).fields if field.name != 'header'
    ]
    plain = {
        name: value
        for name, value in values.items()
        if not isinstance(value, dict) and not (event is events.DIAGNOSTICS and name == 'status')
    }
    event.check(event.build(plain))


def test_the_document_tells_of_every_event_and_draws_it():
    text = document(REGISTRY, [name for name in REGISTRY.nodes if name != 'console'])
    for event in REGISTRY.events:
        assert f'\n### {event.name}\n' in text
        for field in schema(event.message).fields:
            assert f'| `{field.name}` | `{field.type}` |' in text
    drawings = re.findall(r'```mermaid\n(.*?)```', text, re.DOTALL)
    assert len(drawings) > 5
    assert all(drawing.startswith('flowchart LR\n') for drawing in drawings)


def test_stale_documents_are_told_and_written(tmp_path, monkeypatch, capsys):
    (tmp_path / 'docs').mkdir()
    for name in ('src', 'CHANGELOG.md', 'README.md'):
        (tmp_path / name).symlink_to(ROOT / name)
    readme = tmp_path / 'README.md'
    readme.unlink()
    readme.write_text('# Phoenix\n\n```mermaid\nflowchart LR\n```\n')
    activities = tmp_path / 'docs' / 'activities.md'
    activities.write_text('# Activities\n\n<!-- activities: generated -->\n<!-- end -->\n')
    monkeypatch.setattr(docs_command, 'ROOT', tmp_path)

    def run(check):
        return docs_command.main(type('Options', (), {'check': check})())

    assert run(check=True) == 1
    told = capsys.readouterr().err
    assert (
        'docs/events.md is not what the code says: it does not exist; run ./phoenix docs' in told
    )
    assert 'README.md is not what the code says' in told
    assert run(check=False) == 0
    assert run(check=True) == 0
    assert 'microphone' in readme.read_text()
    assert 'story : story' in activities.read_text()
