import random

import pytest
from whole_toy import ACTIVITIES, CONFIG

from phoenix_activities.engine.activity import Priority
from phoenix_activities.engine.diagram import insert, mermaid
from phoenix_activities.engine.machine import ActivityMachine, Move

PRIORITIES = {
    'idle': Priority.REST,
    'sleep': Priority.REST,
    'story': Priority.PLAY,
    'quiz': Priority.PLAY,
    'clock': Priority.ANSWER,
    'alarm': Priority.ALARM,
}


@pytest.fixture
def machine():
    return ActivityMachine(PRIORITIES)


def test_the_more_urgent_pauses_what_runs_and_it_goes_on_afterwards(machine):
    for name in ('story', 'clock', 'alarm'):
        left = machine.state
        assert machine.enter(name) == Move(left, (), left, name, resumed=False)
    assert machine.paused == ('idle', 'story', 'clock')
    assert machine.finish() == Move('alarm', ('alarm',), '', 'clock', resumed=True)
    assert machine.finish() == Move('clock', ('clock',), '', 'story', resumed=True)
    assert machine.finish() == Move('story', ('story',), '', 'idle', resumed=True)
    assert machine.finish() == Move('idle', ('idle',), '', 'idle', resumed=False)


def test_what_is_as_urgent_ends_what_runs_and_what_waits(machine):
    machine.enter('story')
    machine.enter('clock')
    assert machine.enter('quiz') == Move('clock', ('clock', 'story'), '', 'quiz', resumed=False)
    assert machine.paused == ('idle',)
    assert machine.enter('quiz').ended == ('quiz',)
    machine.enter('alarm')
    assert machine.enter('sleep').ended == ('alarm', 'quiz', 'idle')
    assert (machine.state, machine.paused) == ('sleep', ())
    assert machine.finish().entered == 'idle'


def test_whatever_happens_the_paused_are_in_order_and_all_ends_at_rest(machine):
    chance = random.Random(1)
    alive = {'idle'}
    for _ in range(2000):
        step = chance.choice([*PRIORITIES, '', ''])
        move = machine.enter(step) if step else machine.finish()
        alive = (alive - set(move.ended)) | {move.entered}
        waiting = [PRIORITIES[name] for name in (*machine.paused, machine.state)]
        assert waiting == sorted(set(waiting))
        assert alive == {*machine.paused, machine.state}
    for _ in range(len(Priority)):
        machine.finish()
    assert (machine.state, machine.paused) == ('idle', ())


def test_the_diagram_in_the_docs_is_that_of_the_activities():
    page = CONFIG.parent / 'docs' / 'activities.md'
    assert page.read_text() == insert(page.read_text(), ACTIVITIES), (
        'docs/activities.md is stale: ./phoenix docs'
    )


def test_the_diagram_shows_every_activity_and_what_enters_it():
    text = mermaid(ACTIVITIES)
    assert '[*] --> idle' in text
    for activity in ACTIVITIES:
        assert f'        {activity.name} : {activity.name}' in text
        assert all(intent in text for intent in activity.intents)
    assert 'PLAY --> ALARM : wanted (pauses)\n' in text
    assert 'ALARM --> PLAY : done (goes on), wanted (ends)\n' in text
