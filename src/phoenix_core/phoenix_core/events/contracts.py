"""
The record of all contracts: what other nodes and old recordings rely on, what breaks them.

docs/contracts.json holds the record of the version last written by `./phoenix docs`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.events.message_schema import schema, type_name
from phoenix_core.events.rules import InRange, NotEmpty, OneOf, Rule

Record = dict[str, Any]

REMEDY = (
    'keep the old one and add a new event, message or constant beside it; or, if it must be so, '
    'raise VERSION in phoenix_core/events.py, tell of it in CHANGELOG.md as "event contracts '
    'VERSION", and run ./phoenix docs'
)


def record(catalogue: Sequence[EventType] = events.ALL) -> Record:
    """Collect the contracts of the catalogue as it is now."""
    return {
        'version': events.VERSION,
        'events': {event.name: _event(event) for event in catalogue},
        'messages': {
            type_name(event.message_class): _message(event.message_class)
            for event in sorted(catalogue, key=lambda event: type_name(event.message_class))
        },
    }


def breaks(old: Record, new: Record) -> Iterator[str]:
    """Say in one line each what in the new record breaks who relies on the old one."""
    for name, before in old['events'].items():
        after = new['events'].get(name)
        if after is None:
            yield f'{name} is gone: nodes that publish or hear it are alone, recordings hold it'
            continue
        for key in ('topic', 'message', 'reliability', 'durability'):
            if before[key] != after[key]:
                yield f'{name}: its {key} was {before[key]} and is {after[key]}'
        for path, rule in after['rules'].items():
            if not _as_wide(before['rules'].get(path), rule):
                was = _text(before['rules'].get(path))
                yield f'{name}: {path} may hold less: it was {was} and is {_text(rule)}'
    for name, before in old['messages'].items():
        after = new['messages'].get(name)
        if after is None:
            continue  # its event is gone, or has another one
        for constant, value in before['constants'].items():
            if after['constants'].get(constant) != value:
                now = after['constants'].get(constant, 'gone')
                yield f'{name}: {constant} was {value} and is {now}'
        if before['hash'] != after['hash']:
            gone = [field for field in before['fields'] if field not in after['fields']]
            came = [field for field in after['fields'] if field not in before['fields']]
            what = ', '.join([f'{x} went' for x in gone] + [f'{x} came' for x in came])
            yield (
                f'{name}: its definition changed ({what or "order, or a message within"}); nodes '
                'and recordings with the old one are read wrongly'
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
    raise TypeError(f'{type(rule).__name__}: add the new kind of rule to contracts.py')


def _as_wide(old: Record | None, new: Record) -> bool:
    """Tell whether the new rule allows all that the old one allowed."""
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
