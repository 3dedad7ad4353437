"""Draw nodes and the topics between them, as Mermaid, as dot and as SVG."""

import re
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.node.registry import EventFlow, Registry
from phoenix_tools.command_error import CommandError

EVERY_NODE = 'every node'
COLORS = {
    'plain': '#e3ebf5',
    'other': '#f4f4f4',
    'well': '#d9f2dd',
    'unwell': '#fde2c8',
    'absent': '#f7d0d0',
}


@dataclass(frozen=True)
class Box:
    """
    A node.

    :param note: a line below its name.
    :param color: one of COLORS.
    :param aside: does not shape the layout, as a tool that hears nearly everything.
    """

    name: str
    note: str = ''
    color: str = 'plain'
    aside: bool = False


@dataclass(frozen=True)
class Line:
    """
    A topic, with the arrows to and from it.

    :param note: a line below it.
    """

    topic: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    note: str = ''


@dataclass(frozen=True)
class Diagram:
    """Boxes, and lines between them."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def declared(registry: Registry, names: Collection[str]) -> Diagram:
    """Return the diagram of what some nodes declare to send to each other."""
    part = Registry({name: node for name, node in registry.nodes.items() if name in names})
    lines = lines_of({event: part.event_flow(event) for event in registry.events})
    boxes = [Box(name, registry.package(name)) for name in registry.nodes if name in names]
    if any(line.producers == (EVERY_NODE,) for line in lines):
        boxes.append(Box(EVERY_NODE, color='other'))
    return Diagram(tuple(boxes), tuple(lines))


def lines_of(
    flows: Mapping[EventType, EventFlow], note: Callable[[EventType], str] = lambda event: ''
) -> list[Line]:
    """Return the lines of the events that flow, each with a note."""
    lines = []
    for event, (producers, consumers) in flows.items():
        if event in events.OF_EVERY_NODE:
            producers = (EVERY_NODE,)
        if producers and consumers:
            lines.append(Line(event.topic, producers, consumers, note(event)))
    return lines


def around(diagram: Diagram, inside: Collection[str]) -> Diagram:
    """Return the part of a diagram with some boxes and their neighbors."""
    lines = []
    for line in diagram.lines:
        producers = tuple(name for name in line.producers if name in inside)
        consumers = tuple(name for name in line.consumers if name in inside)
        if producers and consumers:
            lines.append(line)
        elif producers:
            lines.append(replace(line, producers=producers))
        elif consumers:
            lines.append(replace(line, consumers=consumers))
    touched = ends_of(lines)
    boxes = (
        box if box.name in inside else replace(box, color='other')
        for box in diagram.boxes
        if box.name in touched or box.name in inside
    )
    return Diagram(tuple(boxes), tuple(lines))


def ends_of(lines: Iterable[Line]) -> set[str]:
    """Return the names of all nodes that lines connect."""
    return {name for line in lines for name in (*line.producers, *line.consumers)}


def chains(
    registry: Registry, names: Collection[str], first: EventType, last: EventType
) -> list[Diagram]:
    """Draw the paths from one event to another: for each node, the shortest one through it."""
    whole = declared(registry, names)
    ends = registry.event_flow(last).producers
    starts = registry.event_flow(first).producers
    paths = sorted(
        (path for name in starts for path in _paths(whole.lines, [name], first.topic, ends)),
        key=len,
    )
    shortest = []
    for box in whole.boxes:
        through = [path for path in paths if any(box.name in line.consumers for line in path)]
        if through and through[0] not in shortest:
            shortest.append(through[0])
    return [_chain(path, last) for path in sorted(shortest, key=len)]


def _paths(
    lines: Collection[Line], met: list[str], topic: str, ends: Collection[str]
) -> Iterator[tuple[Line, ...]]:
    """Continue from the last node met: by one topic first, then by all."""
    for line in lines:
        if met[-1] in line.producers and topic in ('', line.topic):
            for name in line.consumers:
                step = Line(line.topic, (met[-1],), (name,))
                if name in ends:
                    yield (step,)
                elif name not in met:
                    for path in _paths(lines, [*met, name], '', ends):
                        yield (step, *path)


def _chain(path: tuple[Line, ...], last: EventType) -> Diagram:
    nodes = [line.producers for line in path] + [path[-1].consumers]
    boxes = (Box(name) for (name,) in nodes)
    return Diagram(tuple(boxes), (*path, Line(last.topic, path[-1].consumers, ())))


def mermaid(diagram: Diagram) -> str:
    """Draw as Mermaid, for Markdown."""
    text = ['flowchart LR']
    text += [
        f'    {_id(box.name)}["{_lines(box.name, box.note, "<br>")}"]' for box in diagram.boxes
    ]
    for line in diagram.lines:
        topic = f'{_id(line.topic)}(["{_lines(line.topic, line.note, "<br>")}"]):::topic'
        producers = ' & '.join(map(_id, line.producers))
        consumers = ' & '.join(map(_id, line.consumers))
        text.append(f'    {producers} --- {topic}' + (f' --> {consumers}' if consumers else ''))
    text.append('    classDef topic fill:none,stroke:none')
    for color, value in COLORS.items():
        names = [_id(box.name) for box in diagram.boxes if box.color == color]
        if names:
            text += [
                f'    classDef {color} fill:{value},color:#222',
                f'    class {",".join(names)} {color}',
            ]
    return '\n'.join(text) + '\n'


def dot(diagram: Diagram) -> str:
    """Draw as dot, for Graphviz."""
    text = [
        'digraph phoenix {',
        '  rankdir=LR; nodesep=0.2; ranksep=0.5;',
        '  node [shape=box, style="rounded,filled", fontname="Helvetica", margin="0.15,0.08"];',
        '  edge [color="#607080", arrowsize=0.8];',
    ]
    aside = {box.name for box in diagram.boxes if box.aside}
    for box in diagram.boxes:
        label = _html(box.name, box.note)
        text.append(f'  "{box.name}" [label={label}, fillcolor="{COLORS[box.color]}"];')
    for line in diagram.lines:
        label = _html(line.topic, line.note)
        text.append(f'  "{line.topic}" [label={label}, shape=plain, style="", fontsize=11];')
        for name in line.producers:
            text.append(f'  "{name}" -> "{line.topic}" [dir=none{_aside(name in aside)}];')
        for name in line.consumers:
            text.append(f'  "{line.topic}" -> "{name}" [{_aside(name in aside).lstrip(", ")}];')
    return '\n'.join([*text, '}']) + '\n'


def svg(diagram: Diagram) -> str:
    """
    Draw as SVG, by Graphviz.

    :raises CommandError: it is not installed, or fails.
    """
    program = shutil.which('dot')
    if program is None:
        raise CommandError(
            'an SVG needs Graphviz, which is not installed; on Debian or Ubuntu: '
            'apt install graphviz; or take --format mermaid'
        )
    done = subprocess.run(
        [program, '-Tsvg'], input=dot(diagram), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f'dot failed: {done.stderr.strip()}')
    return done.stdout


FORMATS = {'mermaid': mermaid, 'dot': dot, 'svg': svg}


def _id(name: str) -> str:
    return re.sub(r'\W', '_', name)


def _lines(name: str, note: str, between: str) -> str:
    return f'{name}{between}{note}' if note else name


def _aside(yes: bool) -> str:
    return ', constraint=false, style=dashed, color="#b8c2cc"' if yes else ''


def _html(name: str, note: str) -> str:
    small = f'<br/><font point-size="9">{escape(note)}</font>' if note else ''
    return f'<{escape(name)}{small}>'
