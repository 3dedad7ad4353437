"""The decisions of the supervision, on simulated nodes."""

import itertools

import pytest
from fake_nodes import (
    ACTIVE,
    DEGRADED,
    FINALIZED,
    GRAPH,
    INACTIVE,
    LOST,
    OK,
    UNCONFIGURED,
    FakeNodes,
)
from phoenix_msgs.msg import CapabilityStatus

from phoenix_core.supervision.state import Command, State


def activated(asked):
    return [name for name, command in asked if command == 'activate']


def test_consumers_are_up_before_producers_and_down_after_them():
    nodes = FakeNodes()
    nodes.appear(*GRAPH)
    asked = [event for _ in range(6) for event in nodes.step(0.1)]
    assert {name for name, command in asked[:4] if command == 'configure'} == set(GRAPH)
    up = activated(asked)
    assert up == ['lamp', 'mind', 'mouth', 'ear']
    assert nodes.levels() == {'all': OK, 'glow': OK}

    nodes.supervision.up = False
    down = [event for _ in range(12) for event in nodes.step(0.1)]
    assert down == [(name, 'deactivate') for name in reversed(up)] + [
        (name, 'cleanup') for name in reversed(up)
    ]


def test_nothing_becomes_active_before_all_are_there_or_the_time_is_over():
    nodes = FakeNodes(gather_s=10)
    nodes.appear('ear', 'mind', 'mouth')
    assert not activated(nodes.step(1)) and not activated(nodes.step(8))
    assert nodes.levels()['glow'] == CapabilityStatus.UNKNOWN
    late = [event for _ in range(5) for event in nodes.step(1)]
    assert activated(late) == ['mind', 'mouth', 'ear']
    assert nodes.levels() == {'all': LOST, 'glow': LOST}
    nodes.tell('lamp', UNCONFIGURED, 99)
    nodes.step()
    nodes.step()
    assert nodes.levels() == {'all': OK, 'glow': OK}


def test_running_nodes_are_taken_over_as_they_are():
    nodes = FakeNodes()
    nodes.appear(*GRAPH, state=ACTIVE)
    assert nodes.step() == nodes.step(5) == []
    assert nodes.levels() == {'all': OK, 'glow': OK}


def test_nodes_that_bring_themselves_up_are_watched_only():
    nodes = FakeNodes()
    for pid, name in enumerate(GRAPH):
        nodes.tell(name, UNCONFIGURED, pid, autostart=True)
    assert nodes.step(1) == []
    nodes.silence('ear')
    nodes.step(5)
    assert nodes.codes('ear') == ['node_hung']
    assert nodes.killed == []


def test_a_killed_node_is_noticed_at_once_and_brought_up_when_it_is_back():
    nodes = FakeNodes()
    nodes.appear(*GRAPH)
    nodes.bring_up()
    nodes.gone.add(nodes.states['lamp'][1])
    nodes.silence('lamp')
    nodes.step()
    assert nodes.codes('lamp') == ['node_died']
    assert nodes.levels() == {'all': DEGRADED, 'glow': DEGRADED}
    nodes.tell('lamp', UNCONFIGURED, 77)
    assert nodes.step(0.1) == [('lamp', 'configure')]
    assert nodes.step(0.1) == [('lamp', 'activate')]
    assert nodes.codes('lamp') == ['node_died']
    assert nodes.levels() == {'all': OK, 'glow': OK}


@pytest.mark.parametrize('alive_first', [True, False])
def test_the_silence_of_a_dead_process_is_not_that_of_its_successor(alive_first):
    nodes = FakeNodes(hang_s=2)
    nodes.appear(*GRAPH)
    nodes.bring_up()
    nodes.gone.add(nodes.states['lamp'][1])
    nodes.silence('lamp')
    nodes.step()
    nodes.step(30)
    supervision = nodes.supervision
    if alive_first:
        supervision.on_liveliness('lamp', True, nodes.now)
        nodes.step()
        nodes.tell('lamp', UNCONFIGURED, 77)
    else:
        back = nodes.status('lamp', UNCONFIGURED, 77)
        supervision.on_status(back, nodes.now)
        nodes.step(0.5)
        supervision.on_liveliness('lamp', True, nodes.now)
    nodes.bring_up()
    assert nodes.codes('lamp') == ['node_died']
    assert nodes.killed == []


def test_a_node_that_was_respawned_unnoticed_is_brought_up_too():
    nodes = FakeNodes()
    nodes.appear(*GRAPH)
    nodes.bring_up()
    nodes.tell('ear', UNCONFIGURED, 77)
    assert nodes.step() == [('ear', 'configure')]
    assert nodes.codes('ear') == ['node_died']


def test_a_hung_process_is_killed_once_and_a_busy_one_left_alone():
    nodes = FakeNodes(hang_s=2)
    nodes.appear(*GRAPH)
    nodes.bring_up()
    nodes.silence('mind')
    nodes.step(1.9)
    assert nodes.killed == []
    assert nodes.levels()['all'] == DEGRADED
    nodes.supervision.on_liveliness('mind', True, nodes.now)
    assert nodes.levels()['all'] == OK
    nodes.silence('mind')
    nodes.step(2)
    nodes.step(2)
    assert nodes.killed == [nodes.states['mind'][1]]
    assert nodes.codes('mind') == ['node_hung']
    nodes.tell('mind', UNCONFIGURED, 77)
    nodes.bring_up()
    assert nodes.codes('mind') == ['node_hung']


@pytest.mark.parametrize('name', GRAPH)
def test_a_stranger_in_the_name_of_a_node_changes_nothing(name):
    nodes = FakeNodes(hang_s=2)
    nodes.appear(*GRAPH)
    nodes.bring_up()
    nodes.strange.add(1)
    before = nodes.states[name]
    nodes.supervision.on_status(nodes.status(name, UNCONFIGURED, 1), nodes.now)
    nodes.states[name] = before
    assert nodes.step(0.1) == nodes.step(5) == []
    assert nodes.codes(name) == ['node_strange']
    assert nodes.killed == []
    assert nodes.levels() == {'all': OK, 'glow': OK}
    nodes.silence(name)  # and the real one is watched as before
    nodes.step(2)
    assert nodes.killed == [before[1]]


@pytest.mark.parametrize('stopped', [True, False])
def test_a_process_that_the_launcher_has_not_started_is_told_of_and_let_be(stopped):
    nodes = FakeNodes(hang_s=2)
    nodes.strange.add(1)
    nodes.appear('ear', pid=1, state=ACTIVE)
    nodes.step(0.1)
    if stopped:
        nodes.stopped.add(1)
    nodes.silence('ear')
    nodes.step(2)
    assert nodes.codes('ear') == ['node_hung']
    assert nodes.killed == []


def test_a_process_that_gets_no_processor_is_waited_for_but_not_for_ever():
    nodes = FakeNodes(hang_s=1)
    nodes.appear(*GRAPH, pid=5)
    nodes.bring_up()
    nodes.starved.add(5)
    nodes.silence(*GRAPH)
    for _ in range(9):
        nodes.step(1)
    assert nodes.killed == []
    nodes.supervision.on_liveliness('ear', True, nodes.now)
    nodes.silence('mind')
    nodes.starved.clear()
    nodes.step(0.1)
    assert nodes.killed == [5]  # the others are silent, and have no excuse any more
    nodes.appear(*GRAPH, pid=6)
    nodes.bring_up()
    nodes.starved.add(6)
    nodes.silence(*GRAPH)
    for _ in range(10):
        nodes.step(1)
    assert nodes.killed == [5, 6]


def test_a_stopped_process_is_killed_at_once_even_while_it_is_being_brought_up():
    nodes = FakeNodes(hang_s=2, transition_s=60)
    nodes.appear(*GRAPH, pid=5)
    nodes.supervision.step(nodes.now)  # asked, not answered
    nodes.silence('ear')
    nodes.supervision.step(nodes.now)
    assert nodes.killed == []
    nodes.stopped.add(5)
    nodes.supervision.step(nodes.now)
    nodes.supervision.step(nodes.now)
    assert nodes.killed == [5]
    assert nodes.reports == [('ear', 'node_hung')]
    nodes.appear(*GRAPH, pid=6)
    nodes.bring_up()
    assert nodes.killed == [5]


def test_a_node_that_is_rebuilt_may_be_silent_until_it_is_discovered():
    nodes = FakeNodes(hang_s=2, gather_s=10)
    nodes.appear(*GRAPH)
    nodes.bring_up()
    nodes.tell('lamp', FINALIZED, nodes.states['lamp'][1])
    nodes.silence('lamp')
    nodes.supervision.step(nodes.now + 9)
    assert nodes.killed == []
    nodes.supervision.step(nodes.now + 10)
    assert nodes.killed == [nodes.states['lamp'][1]]


def test_a_node_that_loads_a_model_may_be_silent_and_so_may_its_process():
    nodes = FakeNodes(hang_s=2, transition_s=60)
    nodes.appear(*GRAPH, pid=5)
    nodes.supervision.step(nodes.now)  # asked, not answered
    nodes.silence(*GRAPH)
    nodes.step(59)
    assert nodes.killed == []
    nodes.step(1)  # too late
    nodes.step(2)
    assert 5 in nodes.killed
    assert 'transition_late' in nodes.codes('ear')


def test_the_silence_while_a_model_was_loaded_does_not_count_after_it():
    nodes = FakeNodes(hang_s=2, transition_s=60)
    nodes.appear(*GRAPH, pid=5)
    nodes.supervision.step(nodes.now)  # asked, not answered
    nodes.silence(*GRAPH)
    nodes.step(30)
    for name in GRAPH:  # before DDS says that they are alive again
        nodes.supervision.on_status(nodes.status(name, INACTIVE, 5), nodes.now)
    nodes.step(1.9)
    assert nodes.killed == []
    nodes.step(0.1)
    assert nodes.killed == [5]


def test_a_node_that_was_never_heard_gets_a_new_subscription_before_it_counts_as_hung():
    nodes = FakeNodes(hang_s=2)
    nodes.appear('ear', 'mind', 'mouth')
    nodes.supervision.on_status(nodes.status('lamp', UNCONFIGURED, 7), nodes.now)
    nodes.step(2)
    assert (nodes.listened, nodes.killed) == (['lamp'], [])
    nodes.step(1.9)
    assert nodes.killed == []
    nodes.step(0.1)
    assert (nodes.listened, nodes.killed) == (['lamp'], [7])
    nodes.supervision.on_status(nodes.status('lamp', UNCONFIGURED, 8), nodes.now)
    nodes.step(2)
    assert nodes.listened == ['lamp', 'lamp']
    nodes.supervision.on_liveliness('lamp', True, nodes.now)
    nodes.bring_up()
    assert nodes.killed == [7]


def test_a_request_that_was_lost_is_made_again():
    nodes = FakeNodes(answer_s=1)
    nodes.appear(*GRAPH)
    nodes.lossy.add('lamp')
    assert ('lamp', 'configure') in nodes.step()
    assert ('lamp', 'configure') not in nodes.step(0.9)
    nodes.lossy.clear()
    assert ('lamp', 'configure') in nodes.step(0.1)
    nodes.bring_up()
    assert nodes.reports == []


def test_a_request_that_was_late_and_made_twice_is_no_failure():
    nodes = FakeNodes(answer_s=1)
    nodes.appear(*GRAPH)
    nodes.lossy.add('lamp')
    nodes.step()
    nodes.step(1)
    for success in (True, False):  # the second time the lamp is configured already
        nodes.supervision.on_answer('lamp', Command.CONFIGURE, nodes.now, success=success)
    assert ('lamp', 'configure') not in nodes.step(2)
    nodes.lossy.clear()
    nodes.tell('lamp', INACTIVE, nodes.states['lamp'][1])
    nodes.bring_up()
    assert nodes.reports == []
    assert ('lamp', 'shutdown') not in nodes.asked


def test_a_node_that_is_in_a_transition_is_not_asked_again():
    nodes = FakeNodes(answer_s=1, transition_s=60)
    nodes.appear(*GRAPH)
    nodes.lossy.add('lamp')  # busy
    nodes.step()
    nodes.silence('lamp')
    for _ in range(50):
        assert ('lamp', 'configure') not in nodes.step(1)
    nodes.supervision.on_liveliness('lamp', True, nodes.now)
    assert ('lamp', 'configure') not in nodes.step(0.5)
    assert ('lamp', 'configure') in nodes.step(0.5)


def test_a_failing_node_is_tried_with_growing_pauses_rebuilt_and_delays_no_other():
    nodes = FakeNodes(retry_s=1, retry_max_s=8, attempts=3)
    nodes.failing.add('lamp')
    nodes.appear(*GRAPH)
    times = []
    for _ in range(400):
        start = nodes.now
        if ('lamp', 'configure') in nodes.step(0.1):
            times.append(start)
    assert nodes.states['mouth'][0] == ACTIVE  # which the lamp would hear
    pauses = [round(b - a, 1) for a, b in itertools.pairwise(times)]
    assert pauses[:2] == [pytest.approx(0.1), pytest.approx(1.0, abs=0.25)]
    assert max(pauses) == pytest.approx(8, abs=0.4)
    assert nodes.codes('lamp') == ['node_lost']
    assert ('lamp', 'shutdown') in nodes.asked
    assert nodes.levels() == {'all': LOST, 'glow': LOST}


def test_a_node_that_is_repaired_is_no_longer_lost_and_its_failures_are_forgotten():
    nodes = FakeNodes(attempts=2, stable_s=30)
    nodes.failing.add('lamp')
    nodes.appear(*GRAPH)
    for _ in range(30):
        nodes.step(0.1)
    assert nodes.levels()['glow'] == LOST
    nodes.failing.clear()
    for _ in range(60):
        nodes.step(0.1)
    assert nodes.levels()['glow'] == OK
    nodes.step(30)
    nodes.gone.add(nodes.states['lamp'][1])
    nodes.silence('lamp')
    nodes.step()
    assert nodes.levels()['glow'] == DEGRADED


def test_of_composed_nodes_only_the_one_that_was_brought_up_is_blamed_and_given_up():
    nodes = FakeNodes(attempts=2)
    for pid in range(50, 60):
        for name in GRAPH:
            nodes.tell(name, UNCONFIGURED, pid)
        for _ in range(40):
            nodes.now += 0.1
            begin = len(nodes.asked)
            nodes.supervision.step(nodes.now)
            asked = nodes.asked[begin:]
            for name, command in asked:
                if name != 'lamp':
                    nodes.tell(name, Command[command.upper()].goal, pid)
            if ('lamp', 'configure') in asked:  # takes the process along
                nodes.gone.add(pid)
                nodes.silence(*GRAPH)
                nodes.supervision.step(nodes.now)
                break
        else:
            break
    assert nodes.levels() == {'all': LOST, 'glow': LOST}
    assert [nodes.states[name][0] for name in ('ear', 'mind', 'mouth')] == [ACTIVE] * 3
    assert nodes.codes('lamp').count('node_lost') == 1
    assert 'node_lost' not in nodes.codes('ear')


def test_a_capability_is_as_good_as_the_worst_of_its_nodes():
    nodes = FakeNodes()
    nodes.appear(*GRAPH, state=ACTIVE)
    nodes.tell('ear', ACTIVE, nodes.states['ear'][1], level=LOST)
    nodes.step()
    status = {status.capability: status for status in nodes.supervision.status()}
    assert (status['all'].level, status['all'].message) == (LOST, 'ear: aches')
    assert status['glow'].level == OK


def test_a_standby_works_only_while_its_principal_does_not():
    nodes = FakeNodes(standbys={'mind': 'spare'})
    nodes.supervision.capabilities = {'thinking': ['mind']}
    GRAPH['spare'] = GRAPH['mind']
    try:
        nodes.appear(*GRAPH)
        for _ in range(10):
            nodes.step(0.1)
        assert nodes.states['spare'][0] == INACTIVE
        assert nodes.states['ear'][0] == ACTIVE  # does not wait for the standby
        assert nodes.levels() == {'thinking': OK}

        nodes.silence('mind')
        assert ('spare', 'activate') in nodes.step(2.5)
        [status] = nodes.supervision.status()
        assert (status.level, status.message) == (DEGRADED, 'mind: spare stands in')

        nodes.supervision.on_liveliness('mind', True, nodes.now)  # it was only the link
        assert nodes.step(0.1) == [('spare', 'deactivate')]
        assert nodes.levels() == {'thinking': OK}
    finally:
        del GRAPH['spare']


def test_a_standby_does_not_wait_long_for_a_principal_that_never_appears():
    nodes = FakeNodes(standbys={'mind': 'spare'}, gather_s=3.0)
    GRAPH['spare'] = GRAPH['mind']
    try:
        nodes.appear('ear', 'mouth', 'lamp', 'spare')
        nodes.step(0.1)
        assert 'spare' not in activated(nodes.step(2.0))
        assert 'spare' in activated(nodes.step(1.0) + nodes.step(0.1) + nodes.step(0.1))
    finally:
        del GRAPH['spare']


def test_the_state_of_a_node_says_what_is_done_about_it():
    nodes = FakeNodes(attempts=2, retry_s=1)
    nodes.appear(*GRAPH)
    nodes.bring_up()
    first = nodes.states['lamp'][1]
    nodes.gone.add(first)
    nodes.silence('lamp')
    nodes.step()
    nodes.failing.add('lamp')
    nodes.tell('lamp', UNCONFIGURED, 77)
    nodes.step(0.1)
    nodes.failing.clear()
    for _ in range(20):
        nodes.step(0.1)
    assert [state for name, state in nodes.entries if name == 'lamp'] == [
        State.CONFIGURING,
        State.WAITING,
        State.ACTIVATING,
        State.IN_SERVICE,
        State.DOWN,
        State.WAITING,
        State.CONFIGURING,
        State.BACKING_OFF,
        State.WAITING,
        State.SHUTTING_DOWN,
        State.REBUILDING,
        State.WAITING,
        State.CONFIGURING,
        State.WAITING,
        State.ACTIVATING,
        State.IN_SERVICE,
    ]


def test_a_node_that_takes_its_process_along_again_and_again_is_given_up():
    nodes = FakeNodes(attempts=2)
    nodes.appear('ear', 'mind', 'mouth')
    for pid in (50, 51, 52):
        nodes.tell('lamp', UNCONFIGURED, pid)
        nodes.lossy.add('lamp')
        nodes.step(10)
        if pid < 52:
            nodes.gone.add(pid)
            nodes.silence('lamp')
            nodes.step()
    assert nodes.entries[-1] == ('lamp', State.GIVEN_UP)
    assert ('lamp', 'configure') not in nodes.step(100)
