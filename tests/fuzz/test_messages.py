"""Every event with arbitrary values reaches the whole toy from outside; it goes on and answers."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from message_values import fields
from phoenix_msgs.msg import Transcript

from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_core.settings import plugins
from phoenix_core.testing import TestGraph


@pytest.fixture(scope='module')
def toy():
    """Start all nodes of a toy in this process; return the graph, its nodes and a probe."""
    with TestGraph() as graph:
        probe = graph.probe(
            publishes=events.ALL, records=[events.SAY_REQUEST, events.FAULT, events.ACTIVITY_STATE]
        )
        classes = [plugins.load(plugins.NODES, name) for name in acting_nodes()]
        yield graph, [graph.add(node_class) for node_class in classes], probe


# A handler may refuse what the catalogue leaves open: another sample rate, a bad template.
REFUSED = re.compile(r' raised (EventRuleError|IntentsFileError)\b')
KNOWN: set[tuple[str, str]] = set()
HEARD = [
    event
    for event in events.ALL
    if any(
        event in plugins.load(plugins.NODES, name).declarations.subscribes
        for name in acting_nodes()
    )
]


@pytest.mark.parametrize('event', HEARD, ids=lambda event: event.name)
def test_whatever_a_message_says_no_handler_fails(toy, event):
    graph, nodes, probe = toy

    @given(data=st.data())
    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def send(data):
        # With the rules of the catalogue what passes the entrance of the nodes; without, what
        # the entrance has to keep out.
        rules = data.draw(st.sampled_from([event.rules, {}]))
        message = event.message(**data.draw(fields(event.message, rules)))
        if event.has_header:
            message.header.producer = 'stranger'
        graph.call(lambda: probe.events_out.send(event, message))

    send()
    graph.call(lambda: None)
    assert all(node.is_active for node in nodes)
    failed = {
        (fault.node, fault.message)
        for fault in probe.recorded(events.FAULT)
        if fault.code == 'handler_failed' and not REFUSED.search(fault.message)
    }
    assert not failed - KNOWN
    KNOWN.update(failed)  # tell of each once


def test_after_all_of_that_it_answers(toy):
    _, nodes, probe = toy
    assert all(node.is_active for node in nodes)
    before = len(probe.recorded(events.SAY_REQUEST))
    probe.publish(
        events.TRANSCRIPT,
        kind=Transcript.FINAL,
        source=Transcript.TYPED,
        text='what time is it',
    )
    probe.expect_count(events.SAY_REQUEST, before + 1, timeout_s=20)
