"""Describes events and nodes in the terminal: as declared, and as they run."""

from collections.abc import Sequence

from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_core.events.message_schema import schema
from phoenix_core.events.rules import OneOf
from phoenix_core.node.registry import Registry
from phoenix_tools.graph.live import LiveGraph

NOBODY = '-'


def table(registry: Registry, live: LiveGraph) -> str:
    """Show every event with its ends; of a running toy also its rate, and how each node is."""
    rows = []
    for event in registry.events:
        producers, consumers = ends(registry, live, event)
        rows.append((event.topic, live.pulse(event), producers, '->', consumers))
    lines = [_heading(live), '', *columns(rows), '']
    if live.is_running:
        nodes = [name for name in registry.nodes if f'{live.namespace}/{name}' in _seen(live)]
        lines += columns([(name, live.traffic.health(name)) for name in nodes])
        lines += [f'{name}  not running' for name in live.missing()]
    else:
        lines += columns([(name, registry.package(name)) for name in registry.nodes])
    return '\n'.join(lines)


def describe_event(registry: Registry, live: LiveGraph, event: EventType) -> str:
    """Show the schema of an event, its rules, and its ends."""
    message = schema(event.message_class)
    producers, consumers = ends(registry, live, event)
    rows = [
        ('topic', event.topic),
        ('type', message.name),
        ('hash', message.type_hash),
        ('qos', qos.describe(event.qos)),
        ('privacy', event.privacy.value),
        ('producers', producers + (f' ({event.no_producer})' if event.no_producer else '')),
        ('consumers', consumers + (f' ({event.no_consumer})' if event.no_consumer else '')),
    ]
    if event.rate_hz:
        rows.append(('rate', f'{event.rate_hz:g} a second'))
    if event.deadline_s:
        rows.append(('deadline', f'{event.deadline_s:g} s after its cause'))
    if live.is_running:
        rows.append(('now', live.pulse(event) or 'nothing heard'))
    fields = [
        (entry.name, entry.type, rule_text(event, entry.name), entry.comment)
        for entry in message.fields
    ]
    return '\n'.join([f'{event.name}  {event.description}', *columns(rows), '', *columns(fields)])


def describe_node(registry: Registry, live: LiveGraph, name: str) -> str:
    """Show everything a node touches."""
    rows = []
    for verb, touched in (
        ('publishes', registry.produced_by(name)),
        ('hears', registry.consumed_by(name)),
    ):
        for event in touched:
            producers, consumers = ends(registry, live, event)
            others = consumers if verb == 'publishes' else producers
            rows.append((verb, event.topic, live.pulse(event), others))
    health = f', {live.traffic.health(name)}' if live.is_running else ''
    return '\n'.join([f'{name}  {registry.package(name)}{health}', *columns(rows)])


def ends(registry: Registry, live: LiveGraph, event: EventType) -> tuple[str, str]:
    """Name the producers and consumers: the real ones of a running toy, else the declared ones."""
    if live.is_running:
        names = (live.ends(event, publish=True), live.ends(event, publish=False))
    else:
        flow = registry.event_flow(event)
        names = (flow.producers, flow.consumers)
    everybody = len(names[0]) > 1 and len(names[0]) >= len(registry.nodes) - 1
    return 'every node' if everybody else ', '.join(names[0]) or NOBODY, ', '.join(
        names[1]
    ) or NOBODY


def rule_text(event: EventType, field: str) -> str:
    """Say which rules a field and what is within it must keep, enumerations by name."""
    said = []
    for path, rule in {**event.rules, **event.references}.items():
        head, _, rest = path.partition('.')
        if head.removesuffix('[]') != field:
            continue
        text = str(rule)
        if isinstance(rule, OneOf) and not rest:
            names = schema(event.message_class).constant_names(field, rule.values)
            text = f'must be one of {", ".join(names)}' if names else text
        said.append(f'{rest} {text}' if rest else text)
    return '; '.join(said)


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Align rows; what is empty everywhere is left out."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        '  '.join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width
        ).rstrip()
        for row in rows
    ]


def _heading(live: LiveGraph) -> str:
    if not live.is_running:
        return f'No toy runs in {live.namespace}; this is what the installed nodes declare.'
    seconds = live.traffic.ended - live.traffic.started
    return f'The toy in {live.namespace}, listened to for {seconds:.0f} s.'


def _seen(live: LiveGraph) -> tuple[str, ...]:
    return live.observation.nodes
