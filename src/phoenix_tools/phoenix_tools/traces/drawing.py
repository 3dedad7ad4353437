"""Draw interactions for a terminal: a list, a waterfall, a chain of causes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.printable import printable
from phoenix_tools.traces.interaction import ALL_TOPICS, Interaction, Span
from phoenix_tools.traces.stages import StageTime

QUEUED, OWN, MODEL, WAITING = '░', '█', '▓', '·'
STYLES = {QUEUED: 'yellow', OWN: 'blue', MODEL: 'magenta', WAITING: 'bright_black'}
LEGEND = {
    QUEUED: 'in a queue',
    OWN: "Phoenix's own work",
    MODEL: "a model's work",
    WAITING: 'waiting for a person or for what is playing',
}
BESIDE_BAR = 66  # columns of the rest of a row
NARROWEST_BAR, WIDEST_BAR = 16, 120
SHORT_ID = 8
PLAIN: dict[str, Any] = {'box': None, 'pad_edge': False, 'header_style': 'bold'}


def listing(found: Iterable[Interaction]) -> Table:
    """List interactions, one per line."""
    texts = (Column(name, overflow='fold') for name in ('id', 'when', 'begun by', 'heard', 'done'))
    numbers = (Column(name, justify='right') for name in ('total', 'faults'))
    table = Table(*texts, *numbers, **PLAIN)
    for interaction in found:
        faults = len(interaction.faults)
        table.add_row(
            interaction.trace_id[:SHORT_ID],
            f'{datetime.fromtimestamp(interaction.begun_ns / NANOSECONDS_PER_SECOND):%H:%M:%S}',
            interaction.start,
            Text(interaction.heard),
            interaction.done,
            f'{interaction.seconds:.2f} s',
            Text(str(faults), 'bold red') if faults else '',
        )
    return table


def waterfall(interaction: Interaction, stages: list[StageTime], width: int) -> RenderableType:
    """
    Draw one interaction: each event with the time since its cause, then the stages.

    :param width: columns of the terminal.
    """
    columns = min(max(width - BESIDE_BAR, NARROWEST_BAR), WIDEST_BAR)
    late = {time.end for time in stages if time.over_budget}
    rows = Table(
        Column('at', justify='right', no_wrap=True),
        Column('event', no_wrap=True, overflow='ellipsis', max_width=34),
        Column('', no_wrap=True, width=columns),
        *(Column(name, justify='right', no_wrap=True) for name in ('queue', 'own', 'model')),
        **PLAIN,
    )
    for depth, span in interaction.rows():
        header = span.message.header
        rows.add_row(
            f'{_since(interaction, span.sent_ns):.3f}',
            Text(f'{" " * min(depth, 8)}{span.name}', 'bold red' if span in late else ''),
            _bar(interaction, span, columns),
            *(_milliseconds(s) for s in (header.queued_s, header.processing_s, header.model_s)),
        )
    return Group(
        _title(interaction),
        Text(''),
        rows,
        Text('  '.join(f'{mark} {text}' for mark, text in LEGEND.items()), 'bright_black'),
        Text('times in s since the beginning; queue, own and model in ms', 'bright_black'),
        Text(''),
        stage_table(stages),
        *_complaints(interaction, stages),
    )


def stage_table(stages: Iterable[StageTime]) -> Table:
    """List the stages with their budgets."""
    numbers = (Column(name, justify='right') for name in ('took', 'budget'))
    table = Table('stage', 'ended with', *numbers, **PLAIN)
    for time in stages:
        style = 'bold red' if time.over_budget or time.end is None else ''
        budget = '' if time.stage.budget_s is None else f'{time.stage.budget_s:.2f} s'
        table.add_row(
            time.stage.name,
            'nothing' if time.end is None else f'{time.end.name} ({time.end.producer})',
            '' if time.end is None else f'{time.seconds:.3f} s',
            budget,
            style=style,
        )
    return table


def chain(interaction: Interaction, span: Span) -> RenderableType:
    """Draw the causes of an event, from the root on."""
    table = Table(Column(justify='right'), show_header=False, **PLAIN)
    for cause in interaction.chain(span):
        table.add_row(
            f'{_since(interaction, cause.sent_ns):.3f}',
            cause.producer,
            Text(cause.name, 'bold' if cause is span else ''),
            Text(summary.text if (summary := cause.event.summarize(cause.message)) else ''),
            Text(cause.span_id[:SHORT_ID], 'bright_black'),
        )
    return Group(_title(interaction), Text(''), table)


def _title(interaction: Interaction) -> Text:
    said = f', "{interaction.heard}"' if interaction.heard else ''
    begun = datetime.fromtimestamp(interaction.begun_ns / NANOSECONDS_PER_SECOND)
    return Text(
        f'{interaction.trace_id}  {begun:%Y-%m-%d %H:%M:%S}  {interaction.start}{said}'
        f'  {interaction.seconds:.2f} s',
        'bold',
    )


def _since(interaction: Interaction, at_ns: int) -> float:
    return (at_ns - interaction.begun_ns) / NANOSECONDS_PER_SECOND


def _milliseconds(seconds: float) -> str:
    return f'{seconds * 1e3:.1f}' if seconds >= 5e-5 else ''


def _bar(interaction: Interaction, span: Span, columns: int) -> Text:
    """Draw the time from the cause to the event; the order of its parts is not known."""
    header = span.message.header
    cause = interaction.cause(span)
    begun_s = _since(interaction, span.happened_ns if cause is None else cause.sent_ns)
    ended_s = _since(interaction, span.sent_ns)
    waited_s = max(0.0, ended_s - begun_s - span.worked_s)
    scale = columns / (interaction.seconds or 1.0)
    parts = {
        WAITING: waited_s,
        QUEUED: header.queued_s,
        OWN: header.processing_s,
        MODEL: header.model_s,
    }
    bar = Text(' ' * min(round(begun_s * scale), columns - 1))
    begun = len(bar)
    at_s = begun_s
    for mark, seconds in parts.items():
        at_s += seconds
        bar.append(mark * (round(at_s * scale) - len(bar)), STYLES[mark])
    if len(bar) == begun:  # too short: show its largest part
        mark = max(parts, key=lambda part: parts[part])
        bar.append(mark, STYLES[mark])
    bar.truncate(columns)
    return bar


def _complaints(interaction: Interaction, stages: Iterable[StageTime]) -> list[Text]:
    """List the faults, where it stopped, and the events without their cause."""
    lines = [
        f'fault in {fault.producer}: '
        + printable(f'{fault.message.code}: {fault.message.message}')
        for fault in interaction.faults
    ]
    lines += [
        f'stopped at {_since(interaction, time.begin.sent_ns):.3f} s: nothing came of '
        f'{time.begin.name} of {time.begin.producer}; expected {" or ".join(time.stage.to)}'
        for time in stages
        if time.begin is not None and time.end is None
    ]
    partly = set(interaction.topics) < ALL_TOPICS
    why, style = ('was not recorded', 'bright_black') if partly else ('is missing', 'bold red')
    texts = [Text(line, 'bold red') for line in lines]
    texts += [
        Text(f'{one.name} of {one.producer}: its cause {why}', style)
        for one in interaction.orphans
    ]
    return [Text(''), *texts] if texts else []
