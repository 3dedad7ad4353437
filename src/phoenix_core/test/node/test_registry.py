"""The registry: the declarations by node and by event, and contradictions between them."""

import dataclasses

import pytest
from phoenix_msgs.msg import StopSpeaking, TouchEvent

from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.registry import EventFlow, Registry, UnknownEventError
from phoenix_core.settings.node_settings import NodeSettings

PURRING = dataclasses.replace(events.STOP_SPEAKING, name='PURRING', topic='squeaky/purring')


class Hand(EventNode):
    touch = Publishes(events.TOUCH)
    settings: NodeSettings


class Cat(EventNode):
    purring = Publishes(PURRING)
    settings: NodeSettings

    @subscribes(events.TOUCH)
    def on_touch(self, touch: TouchEvent) -> None:
        self.purring(reason='touch')


class Ear(EventNode):
    settings: NodeSettings

    @subscribes(PURRING)
    def on_purring(self, purring: StopSpeaking) -> None: ...


CATALOGUE = (events.TOUCH,)
OF_EVERY_NODE = (events.NODE_STATUS, events.NODE_METRICS, events.DIAGNOSTICS, events.FAULT)


def test_an_event_knows_its_nodes_and_a_node_its_events():
    registry = Registry({'hand': Hand, 'cat': Cat}, CATALOGUE)
    assert registry.event_flow(events.TOUCH) == EventFlow(('hand',), ('cat',))
    assert registry.event_flow(events.FAULT) == EventFlow(('cat', 'hand'), ())
    assert registry.nodes['cat'].declarations.publishes == (PURRING, *OF_EVERY_NODE)
    assert [*registry.nodes['cat'].declarations.subscribes] == [events.TOUCH]
    assert registry.package('cat') == 'test_registry'


def test_a_node_from_outside_brings_its_own_events_along():
    registry = Registry({'cat': Cat, 'ear': Ear}, CATALOGUE)
    assert registry.event('PURRING') is registry.event('squeaky/purring') is PURRING
    assert registry.event_flow(PURRING) == EventFlow(('cat',), ('ear',))


def test_an_unknown_event_is_refused_with_what_is_close():
    with pytest.raises(UnknownEventError, match=r'sensors/tuch: .* \(did you mean sensors/touch'):
        Registry({}, CATALOGUE).event('sensors/tuch')


def problems(nodes, *catalogue):
    excused = [
        dataclasses.replace(event, no_consumer='tested elsewhere')
        for event in events.OF_EVERY_NODE
    ]
    lines = Registry(nodes, [*catalogue, *excused]).problems()
    others = tuple(event.name for event in events.OF_EVERY_NODE)
    return [line for line in lines if not line.startswith(others)]


def test_an_event_that_nobody_says_or_hears_is_an_orphan():
    assert problems({'hand': Hand, 'cat': Cat, 'ear': Ear}, events.TOUCH) == []
    assert problems({'cat': Cat, 'ear': Ear}, events.TOUCH) == [
        'TOUCH: no node publishes it; declare it in a node, or remove it from the catalogue'
    ]
    assert problems({'hand': Hand}, events.TOUCH) == [
        'TOUCH: no node subscribes to it; declare it in a node, remove it from the catalogue, or '
        'give the reason in its no_consumer'
    ]


def test_an_intended_orphan_says_so_and_must_then_be_one():
    heard = dataclasses.replace(PURRING, no_consumer='nobody listens to cats')

    class Unheard(EventNode):
        purring = Publishes(heard)
        settings: NodeSettings

    assert problems({'unheard': Unheard}) == []

    class Listener(EventNode):
        purring = Publishes(heard)
        settings: NodeSettings

        @subscribes(heard)
        def on_purring(self, purring: StopSpeaking) -> None: ...

    assert problems({'listener': Listener}) == [
        'PURRING: listener subscribes to it, but according to the catalogue no node does (nobody '
        'listens to cats); remove its no_consumer'
    ]


def test_two_events_on_one_topic_are_told():
    twin = dataclasses.replace(events.TOUCH, name='TWIN')
    assert problems({'hand': Hand, 'cat': Cat, 'ear': Ear}, events.TOUCH, twin)[-1] == (
        'TWIN: TOUCH has the same topic; choose another one'
    )
