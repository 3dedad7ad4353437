"""Drawings of the graph: what is on them, in each form, and the ways through it."""

import shutil
import xml.etree.ElementTree as ET

import pytest

from phoenix_core import events
from phoenix_core.node.registry import Registry
from phoenix_tools.command_error import CommandError
from phoenix_tools.graph import diagram
from phoenix_tools.graph.diagram import Box, Diagram, Line

REGISTRY = Registry.installed()
# As in docs/events.md.
TOY = [name for name, node in REGISTRY.nodes.items() if not node.declarations.observes]
SMALL = Diagram(
    (Box('ear', 'active', 'well'), Box('mind'), Box('every node', color='other')),
    (
        Line('speech/transcript', ('ear',), ('mind',), '2.0/s'),
        Line('system/fault', ('every node',), ('mind', 'ear')),
    ),
)


def test_mermaid():
    assert diagram.mermaid(SMALL) == (
        'flowchart LR\n'
        '    ear["ear<br>active"]\n'
        '    mind["mind"]\n'
        '    every_node["every node"]\n'
        '    ear --- speech_transcript(["speech/transcript<br>2.0/s"]):::topic --> mind\n'
        '    every_node --- system_fault(["system/fault"]):::topic --> mind & ear\n'
        '    classDef topic fill:none,stroke:none\n'
        '    classDef plain fill:#e3ebf5,color:#222\n'
        '    class mind plain\n'
        '    classDef other fill:#f4f4f4,color:#222\n'
        '    class every_node other\n'
        '    classDef well fill:#d9f2dd,color:#222\n'
        '    class ear well\n'
    )


def arrows_of(drawn):
    """List all arrows, from node to topic and from topic to node."""
    return {(name, line.topic) for line in drawn.lines for name in line.producers} | {
        (line.topic, name) for line in drawn.lines for name in line.consumers
    }


@pytest.mark.skipif(not shutil.which('dot'), reason='needs graphviz, see .ci/run')
def test_the_svg_shows_every_box_and_topic():
    drawn = ET.fromstring(diagram.svg(SMALL))
    texts = {element.text for element in drawn.iter('{http://www.w3.org/2000/svg}text')}
    assert {'ear', 'active', 'mind', 'speech/transcript', '2.0/s', 'every node'} <= texts
    edges = [
        one for one in drawn.iter('{http://www.w3.org/2000/svg}g') if one.get('class') == 'edge'
    ]
    assert len(edges) == len(arrows_of(SMALL)) == 5


def test_without_graphviz_an_svg_says_what_to_install(monkeypatch):
    monkeypatch.setenv('PATH', '')
    with pytest.raises(CommandError, match='apt install graphviz'):
        diagram.svg(SMALL)


def test_the_declared_graph_has_the_arrows_of_the_declarations():
    arrows = arrows_of(diagram.declared(REGISTRY, TOY))
    assert {('microphone', 'audio/input'), ('audio/input', 'wake_word')} <= arrows
    for name in TOY:
        for event in REGISTRY.nodes[name].declarations.subscribes:
            if any(producer in TOY for producer in REGISTRY.event_flow(event).producers):
                assert (event.topic, name) in arrows


def test_around_a_node_are_its_topics_and_the_other_ends():
    near = diagram.around(diagram.declared(REGISTRY, TOY), ['wake_word'])
    assert {line.topic for line in near.lines} == {
        'audio/input',
        'audio/played',
        'speech/wake_word',
    }
    assert {box.name: box.color for box in near.boxes} == {
        'wake_word': 'plain',
        'microphone': 'other',
        'listener': 'other',
        'activities': 'other',
        'speaker': 'other',
    }


def test_the_ways_from_the_wake_word_to_the_light():
    ways = diagram.chains(REGISTRY, TOY, events.WAKE_WORD_DETECTED, events.LED_FRAME)
    named = [[[box.name for box in way.boxes], [line.topic for line in way.lines]] for way in ways]
    assert named[0] == [
        ['wake_word', 'activities', 'leds'],
        ['speech/wake_word', 'activity/state', 'leds/frame'],
    ]
    assert [
        ['wake_word', 'listener', 'intent', 'activities', 'leds'],
        ['speech/wake_word', 'speech/transcript', 'speech/intent', 'activity/state', 'leds/frame'],
    ] in named
    arrows = arrows_of(diagram.declared(REGISTRY, TOY))
    for way in ways:
        assert arrows_of(way) - {('leds', 'leds/frame')} <= arrows
