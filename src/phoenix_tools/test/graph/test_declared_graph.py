"""The installed nodes against the catalogue, without running them."""

import pytest

from phoenix_core import events
from phoenix_core.node.registry import Registry
from phoenix_tools.run.console import Console

REGISTRY = Registry.installed()


def test_every_event_has_its_nodes():
    assert REGISTRY.problems() == []


@pytest.mark.parametrize('name', REGISTRY.nodes)
def test_every_node_publishes_what_every_node_does(name):
    assert set(events.OF_EVERY_NODE) <= set(REGISTRY.nodes[name].declarations.publishes)


def test_all_that_people_are_shown_reaches_the_terminal():
    shown = {event for event in events.ALL if event.summary is not None}
    assert shown <= set(Console.declarations.observes)
