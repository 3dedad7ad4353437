"""Describe events and nodes in the terminal: as declared, and as they run."""

from collections.abc import Sequence

from phoenix_core.events import qos
from phoenix_core.events.event_type import EventType
from phoenix_core.events.message_schema import schema
from phoenix_core.events.rules import OneOf
from phoenix_core.node.registry import Registry
from phoenix_tools.graph.diagram import EVERY_NODE
from phoenix_tools.graph.live import LiveGraph


def table(registry: Registry, live: LiveGraph) -> str:
    """List every event with its ends and traffic, then the nodes with their health or package."""
    rows = []
    for event in registry.events:
        producers, consumers = ends(registry, live, event)
        rows.append((event.topic, live.traffic.pulse(event), producers, '->', consumers))
    if not live.is_running:
        heading = f'No toy runs in {live.namespace}; this is what the installed nodes declare.'
        nodes = columns([(name, registry.package(name)) for name in registry.nodes])
    else:
        seconds = live.traffic.ended - live.traffic.started
        heading = f'The toy in {live.namespace}, listened to for {seconds:.1f} s.'
        running = [name for name in registry.nodes if live.runs(name)]
        nodes = columns([(name, live.traffic.health(name)) for name in running])
        nodes += [f'{name}  not running' for name in live.missing()]
    return '\n'.join([heading, '', *columns(rows), '', *nodes])


def describe_event(registry: Registry, live: LiveGraph, event: EventType) -> str:
    """Describe an event: its message, its rules and its ends."""
    message = schema(event.message_class)
    producers, consumers = ends(registry, live, event)
    rows = [
        ('topic', event.topic),
        ('type', message.name),
        ('hash', message.type_hash),
        ('qos', qos.describe(event.qos)),
        ('privacy', event.privacy.value),
        ('producers', producers),
        ('consumers', consumers + (f' ({event.no_consumer})' if event.no_consumer else '')),
    ]
    if event.rate_hz:
        rows.append(('rate', f'{event.rate_hz:g} a second'))
    if event.deadline_s:
        rows.append(('deadline', f'{event.deadline_s:g} s after its cause'))
    if live.is_running:
        rows.append(('now', live.traffic.pulse(event) or 'nothing heard'))
    fields = [
        (entry.name, entry.type, rule_text(event, entry.name), entry.comment)
        for entry in message.fields
    ]
    return '\n'.join([f'{event.name}  {event.description}', *columns(rows), '', *columns(fields)])


def describe_node(registry: Registry, live: LiveGraph, name: str) -> str:
    """Describe a node: the events it publishes and hears, with the nodes at the other ends."""
    declares = registry.nodes[name].declarations
    rows = [
        (verb, event.topic, live.traffic.pulse(event), ends(registry, live, event)[other_end])
        for verb, declared, other_end in (
            ('publishes', declares.publishes, 1),
            ('hears', declares.subscribes, 0),
        )
        for event in declared
    ]
    health = f', {live.traffic.health(name)}' if live.is_running else ''
    return '\n'.join([f'{name}  {registry.package(name)}{health}', *columns(rows)])


def ends(registry: Registry, live: LiveGraph, event: EventType) -> tuple[str, str]:
    """Name the producers and consumers: those of a running toy, else the declared ones."""
    producers, consumers = (live if live.is_running else registry).event_flow(event)
    everybody = len(producers) > 1 and len(producers) >= len(registry.nodes) - 1
    return (
        EVERY_NODE if everybody else ', '.join(producers) or '-',
        ', '.join(consumers) or '-',
    )


def rule_text(event: EventType, field: str) -> str:
    """Describe the rules of a field and of what is within it, enumerations by name."""
    texts = []
    for path, rule in {**event.rules, **event.references}.items():
        head, _, rest = path.partition('.')
        if head.removesuffix('[]') != field:
            continue
        text = str(rule)
        if isinstance(rule, OneOf) and not rest:
            names = schema(event.message_class).constant_names(field, rule.values)
            text = f'must be one of {", ".join(names)}' if names else text
        texts.append(f'{rest} {text}' if rest else text)
    return '; '.join(texts)


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Align rows; a column that is empty in all is left out."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        '  '.join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width
        ).rstrip()
        for row in rows
    ]
