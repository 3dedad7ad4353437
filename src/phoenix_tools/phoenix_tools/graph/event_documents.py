"""Generate docs/events.md from the catalogue, the nodes and the .msg files."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import phoenix_msgs.msg
from rosidl_parser.definition import NamespacedType

from phoenix_core import events
from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_core.events.message_schema import Entry, schema, type_name
from phoenix_core.events.rules import InRange, NotEmpty, OneOf, Rule
from phoenix_core.node.registry import Registry
from phoenix_tools.graph.description import rule_text
from phoenix_tools.graph.diagram import EVERY_NODE, around, chains, declared, mermaid
from phoenix_tools.topics import absolute_topic

HEAD = """\
# Events

Written by `./phoenix docs`; do not edit. What stands here is read from the catalogue
([catalogue](../src/phoenix_core/phoenix_core/events/catalogue)), the nodes' declarations
and the `.msg` files.

Topics are relative to the toy's namespace, `/phoenix` by default. A field without a rule may hold
whatever its type can. A replay compares every field exactly, unless *replay* says otherwise; the
header is ignored.
"""

NUMBERS = {'float32': 0.5, 'float64': 0.5, 'bool': False}


def document(registry: Registry, toy: Collection[str]) -> str:
    """
    Return the whole document.

    :param toy: the nodes that are drawn; the others are tools, which hear nearly everything.
    """
    parts = [HEAD, *_drawings(registry, toy), '## All events\n', _overview(registry)]
    parts += ['\n'.join(_event(registry, event)) for event in registry.events]
    parts.append('## Messages within\n')
    parts += [_inner(message) for message in _inner_messages(registry)]
    return '\n'.join(parts)


def flow(registry: Registry, toy: Collection[str]) -> str:
    """Return the drawing of all declared events, as a block of Markdown."""
    return _block(mermaid(declared(registry, toy)))


def example(event: EventType) -> dict[str, Any]:
    """Return the fields of a valid message, with the examples that the .msg file gives."""
    return _example(event.message_class, event.rules, '')


def _drawings(registry: Registry, toy: Collection[str]) -> Iterator[str]:
    others = [name for name in registry.nodes if name not in toy]
    yield '## The whole flow\n'
    if others:
        yield f'Without what looks on, and neighbors: {", ".join(others)}.\n'
    yield flow(registry, toy)
    whole = declared(registry, toy)
    for package in sorted({registry.package(name) for name in toy}):
        yield f'## {package}\n'
        yield _block(mermaid(around(whole, [n for n in toy if registry.package(n) == package])))
    yield '## From the wake word to the light\n'
    yield 'For each node on a way from the one to the other, the shortest way through it.\n'
    for path in chains(registry, toy, events.WAKE_WORD_DETECTED, events.LED_FRAME):
        yield _block(mermaid(path))


def _overview(registry: Registry) -> str:
    lines = ['| event | topic | from | to |', '|---|---|---|---|']
    for event in registry.events:
        producers, consumers = _ends(registry, event)
        lines.append(
            f'| [{event.name}](#{event.name.lower()}) | `{event.topic}` '
            f'| {producers} | {consumers} |'
        )
    return '\n'.join([*lines, ''])


def _event(registry: Registry, event: EventType) -> Iterator[str]:
    message = schema(event.message_class)
    producers, consumers = _ends(registry, event)
    observers = [n for n, node in registry.nodes.items() if event in node.declarations.observes]
    yield f'### {event.name}\n'
    yield f'{event.description}\n'
    yield '| | |\n|---|---|'
    yield f'| topic | `{event.topic}` |'
    yield f'| message | `{message.name}`: {_cell(message.comment)} |'
    yield f'| QoS | {qos.describe(event.qos)} |'
    yield f'| privacy | {event.privacy.value} |'
    yield f'| from | {producers} |'
    yield f'| to | {consumers} |'
    if observers:
        yield f'| looked on at by | {", ".join(observers)} |'
    if event.rate_hz:
        yield f'| rate | {event.rate_hz:g} a second while it flows |'
    if event.deadline_s:
        yield f'| deadline | {event.deadline_s:g} s after the event that caused it |'
    yield f'| trace | {_trace(event)} |'
    yield f'| replay | {_replay(event)} |'
    yield '\n| field | type | meaning | rule |\n|---|---|---|---|'
    for entry in message.fields:
        rule = rule_text(event, entry.name)
        yield f'| `{entry.name}` | `{entry.type}` | {_cell(entry.comment)} | {_cell(rule)} |'
    yield from _constants(message.constants)
    yield '\n```\n' + _command(event) + '\n```\n'


def _inner_messages(registry: Registry) -> list[Any]:
    """List the message classes of Phoenix that are fields of events, the header first."""
    found: dict[str, Any] = {}

    def collect(message: Any) -> None:
        for kind in message.SLOT_TYPES:
            kind = getattr(kind, 'value_type', kind)
            if isinstance(kind, NamespacedType) and kind.namespaces[0] == 'phoenix_msgs':
                found[kind.name] = getattr(phoenix_msgs.msg, kind.name)
                collect(found[kind.name])

    for event in registry.events:
        collect(event.message_class)
    return list(found.values())


def _inner(message: Any) -> str:
    found = schema(message)
    lines = [f'### {message.__name__}\n', f'{found.comment}\n']
    lines += ['| field | type | meaning |', '|---|---|---|']
    lines += [f'| `{one.name}` | `{one.type}` | {_cell(one.comment)} |' for one in found.fields]
    return '\n'.join([*lines, *_constants(found.constants), ''])


def _constants(constants: Iterable[Entry]) -> Iterator[str]:
    if constants:
        yield '\n| constant | value | meaning |\n|---|---|---|'
    for entry in constants:
        yield f'| `{entry.name}` | {entry.value} | {_cell(entry.comment)} |'


def _command(event: EventType) -> str:
    topic = absolute_topic(event, '/phoenix')
    values = json.dumps(example(event), ensure_ascii=False)
    text = re.sub(r'"(\w+)":', r'\1:', values)
    return f"ros2 topic pub --once {topic} {type_name(event.message_class)} '{text}'"


def _example(message: Any, rules: Mapping[str, Rule], within: str) -> dict[str, Any]:
    return {
        entry.name: _value(message, entry, rules, f'{within}{entry.name}')
        for entry in schema(message).fields
        if entry.name != 'header'
    }


def _value(message: Any, entry: Entry, rules: Mapping[str, Rule], path: str) -> Any:
    rule = rules.get(path)
    if isinstance(rule, OneOf):
        return rule.values[0]
    kind, is_list, _ = entry.type.partition('[')
    if is_list:
        if '/' in kind or not isinstance(rule, NotEmpty):
            return []
        return [0, 0, 0]
    if '/' in kind:
        inner = getattr(message(), entry.name)
        return _example(type(inner), rules, f'{path}.')
    if kind.startswith('string'):
        found = re.search(r'e\.g\. ([^\s,;]+)', entry.comment)
        return found[1] if found else entry.name if isinstance(rule, NotEmpty) else ''
    number = NUMBERS.get(kind, 0)
    return max(number, int(rule.low)) if isinstance(rule, InRange) else number


def _ends(registry: Registry, event: EventType) -> tuple[str, str]:
    nodes = registry.event_flow(event)
    producers = [EVERY_NODE] if event in events.OF_EVERY_NODE else nodes.producers
    return (
        ', '.join(producers),
        ', '.join(nodes.consumers) or f'nobody: {event.no_consumer}',
    )


def _trace(event: EventType) -> str:
    if not event.traced or not event.has_header:
        return 'carries no ids'
    if event.starts_trace:
        return 'begins an interaction'
    return 'belongs to the interaction of the event that caused it'


def _replay(event: EventType) -> str:
    texts = {
        name: str(comparison)
        for name, comparison in event.comparisons.items()
        if name != 'header' and str(comparison) != 'exact'
    }
    if len(texts) == len(event.comparisons) - 1 and set(texts.values()) == {'ignored'}:
        return 'ignored'
    return ', '.join(f'`{name}` {text}' for name, text in texts.items()) or 'exact'


def _block(drawing: str) -> str:
    return f'```mermaid\n{drawing}```\n'


def _cell(text: str) -> str:
    return text.replace('|', '\\|')
