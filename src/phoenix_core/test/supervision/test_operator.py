"""An operator deactivates a node by hand: that holds until the operator activates it again."""

import pytest
from fake_nodes import ACTIVE, AT_REST, GRAPH, INACTIVE, LOST, OK, UNCONFIGURED, FakeNodes

from phoenix_core.supervision.state import State


@pytest.fixture
def nodes():
    nodes = FakeNodes()
    nodes.appear(*GRAPH)
    nodes.bring_up()
    return nodes


def put_to_rest(nodes, name):
    nodes.tell(name, AT_REST, nodes.states[name][1])


def test_what_an_operator_has_deactivated_rests_and_the_status_says_so(nodes):
    put_to_rest(nodes, 'lamp')
    assert [nodes.step(60) for _ in range(3)] == [[], [], []]
    assert nodes.entries[-1] == ('lamp', State.AT_REST)
    assert nodes.codes('lamp') == ['node_at_rest']
    statuses = {status.capability: status for status in nodes.supervision.status()}
    assert (statuses['glow'].level, statuses['glow'].message) == (
        LOST,
        'lamp: deactivated by an operator',
    )


def test_the_operator_takes_it_back_by_activating_the_node(nodes):
    put_to_rest(nodes, 'lamp')
    nodes.step(60)
    nodes.tell('lamp', ACTIVE, nodes.states['lamp'][1])
    assert nodes.step(1) == []
    assert nodes.levels() == {'all': OK, 'glow': OK}
    put_to_rest(nodes, 'lamp')
    assert nodes.codes('lamp') == ['node_at_rest', 'node_at_rest']


def test_a_node_rests_on_in_its_next_process_and_keeps_nobody_waiting(nodes):
    put_to_rest(nodes, 'lamp')
    for name in ('lamp', 'mouth'):
        nodes.tell(name, UNCONFIGURED, 77)
    asked = [event for _ in range(5) for event in nodes.step(1)]
    assert sorted(asked) == [('lamp', 'rest'), ('mouth', 'activate'), ('mouth', 'configure')]


def test_a_new_process_is_told_until_it_knows_that_its_node_rests(nodes):
    put_to_rest(nodes, 'lamp')
    nodes.lossy.add('lamp')
    nodes.tell('lamp', UNCONFIGURED, 77)
    assert [nodes.step(5) for _ in range(2)] == [[('lamp', 'rest')]] * 2
    nodes.lossy.clear()
    assert [nodes.step(5) for _ in range(3)] == [[('lamp', 'rest')], [], []]
    assert nodes.states['lamp'] == (AT_REST, 77)


def test_an_operator_is_quicker_than_a_request_to_rest(nodes):
    put_to_rest(nodes, 'lamp')
    nodes.lossy.add('lamp')
    nodes.tell('lamp', UNCONFIGURED, 77)
    nodes.step()
    nodes.tell('lamp', ACTIVE, 77)
    assert [nodes.step(60) for _ in range(3)] == [[], [], []]
    assert 'transition_late' not in nodes.codes('lamp')


def test_a_new_supervision_learns_from_a_node_that_it_rests():
    nodes = FakeNodes()
    nodes.appear('ear', 'mind', 'mouth')
    nodes.tell('lamp', AT_REST, 20)
    asked = [name for _ in range(10) for name, _ in nodes.step(1)]
    assert set(asked) == {'ear', 'mind', 'mouth'}
    assert nodes.levels() == {'all': LOST, 'glow': LOST}
    assert nodes.codes('lamp') == ['node_at_rest']


def test_an_operator_is_quicker_than_a_request_to_activate(nodes):
    nodes.tell('lamp', UNCONFIGURED, 77)
    nodes.step()
    nodes.lossy.add('lamp')
    assert nodes.step(1) == [('lamp', 'activate')]  # it succeeds, but another status comes first
    put_to_rest(nodes, 'lamp')
    assert [nodes.step(60) for _ in range(3)] == [[], [], []]


def test_no_standby_works_in_place_of_a_node_at_rest():
    nodes = FakeNodes(standbys={'lamp': 'mouth'})
    nodes.appear(*GRAPH)
    for _ in range(10):
        nodes.step(0.1)
    assert nodes.states['mouth'][0] == INACTIVE
    put_to_rest(nodes, 'lamp')
    assert nodes.step(60) == []


def test_what_the_supervision_itself_deactivates_is_brought_up_again(nodes):
    nodes.supervision.up = False
    for _ in range(12):
        nodes.step(0.1)
    nodes.supervision.up = True
    nodes.bring_up()
    assert nodes.levels() == {'all': OK, 'glow': OK}
