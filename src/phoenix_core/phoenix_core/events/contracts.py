"""
Detect changes of the catalogue that break other nodes or old recordings.

docs/contracts.json contains the record that `./phoenix docs` last wrote.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.events.message_schema import schema, type_name
from phoenix_core.events.rules import InRange, NotEmpty, OneOf, Rule

Record = dict[str, Any]

REMEDY = (
    'keep the old one and add a new event, message or constant beside it; if that is impossible, '
    'raise VERSION in phoenix_core/events/catalogue/__init__.py, describe the change in '
    'CHANGELOG.md as "event contracts VERSION", and run ./phoenix docs'
)


def record(catalogue: Sequence[EventType] = events.ALL) -> Record:
    """Return the contracts of a catalogue."""
    return {
        'version': events.VERSION,
        'events': {event.name: _event(event) for event in catalogue},
        'messages': {
            type_name(event.message_class): _message(event.message_class)
            for event in sorted(catalogue, key=lambda event: type_name(event.message_class))
        },
    }


def breaks(old: Record, new: Record) -> Iterator[str]:
    """Yield one line for each change that breaks what relies on the old record."""
    for name, before in old['events'].items():
        after = new['events'].get(name)
        if after is None:
            yield f'{name} was removed: other nodes may use it, recordings contain it'
            continue
        for key in ('topic', 'message', 'reliability', 'durability'):
            if before[key] != after[key]:
                yield f'{name}: its {key} was {before[key]} and is {after[key]}'
        for path, rule in after['rules'].items():
            if not _as_wide(before['rules'].get(path), rule):
                was = _text(before['rules'].get(path))
                yield f'{name}: the rule of {path} is stricter: was {was} and is {_text(rule)}'
    for name, before in old['messages'].items():
        after = new['messages'].get(name)
        if after is None:
            continue  # its event was removed or has another message, which is reported above
        for constant, value in before['constants'].items():
            if after['constants'].get(constant) != value:
                now = after['constants'].get(constant, 'removed')
                yield f'{name}: {constant} was {value} and is {now}'
        if before['hash'] != after['hash']:
            removed = [field for field in before['fields'] if field not in after['fields']]
            added = [field for field in after['fields'] if field not in before['fields']]
            what = ', '.join([f'{x} removed' for x in removed] + [f'{x} added' for x in added])
            yield (
                f'{name}: its definition changed ({what or "order, or a nested message"}); '
                'messages with the old one cannot be read'
            )


def _event(event: EventType) -> Record:
    return {
        'topic': event.topic,
        'message': type_name(event.message_class),
        'reliability': event.qos.reliability.name.lower(),
        'durability': event.qos.durability.name.lower(),
        'rules': {path: _rule(rule) for path, rule in event.rules.items()},
    }


def _message(message: Any) -> Record:
    found = schema(message)
    return {
        'hash': found.type_hash,
        'fields': [f'{entry.type} {entry.name}' for entry in found.fields],
        'constants': {entry.name: entry.value for entry in found.constants},
    }


def _rule(rule: Rule) -> Record:
    match rule:
        case NotEmpty():
            return {'not_empty': True}
        case InRange(low=low, high=high):
            return {'from': low, 'to': None if high == float('inf') else high}
        case OneOf(values=values):
            return {'one_of': list(values)}


def _as_wide(old: Record | None, new: Record) -> bool:
    """Return whether the new rule allows everything that the old one allowed."""
    if old == new:
        return True
    if old is None or old.keys() != new.keys():
        return False
    if 'one_of' in new:
        return set(old['one_of']) <= set(new['one_of'])
    highest = (old['to'], new['to'])
    return new['from'] <= old['from'] and (
        highest[1] is None or (highest[0] is not None and highest[0] <= highest[1])
    )


def _text(rule: Record | None) -> str:
    return ' '.join(f'{key} {value}' for key, value in rule.items()) if rule else 'anything'
