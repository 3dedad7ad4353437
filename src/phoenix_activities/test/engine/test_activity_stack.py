import random

import pytest
from whole_toy import ACTIVITIES, CONFIG

from phoenix_activities.engine.activity import Priority
from phoenix_activities.engine.activity_stack import ActivityStack, Move
from phoenix_activities.engine.diagram import insert, mermaid

PRIORITIES = {
    'idle': Priority.REST,
    'sleep': Priority.REST,
    'story': Priority.PLAY,
    'quiz': Priority.PLAY,
    'clock': Priority.ANSWER,
    'alarm': Priority.ALARM,
}


@pytest.fixture
def stack():
    return ActivityStack(PRIORITIES)


def test_the_more_urgent_pauses_what_runs_and_it_goes_on_afterwards(stack):
    for name in ('story', 'clock', 'alarm'):
        left = stack.current
        assert stack.enter(name) == Move(left, (), left, name, resumed=False)
    assert stack.paused == ('idle', 'story', 'clock')
    assert stack.finish() == Move('alarm', ('alarm',), '', 'clock', resumed=True)
    assert stack.finish() == Move('clock', ('clock',), '', 'story', resumed=True)
    assert stack.finish() == Move('story', ('story',), '', 'idle', resumed=True)
    assert stack.finish() == Move('idle', ('idle',), '', 'idle', resumed=False)


def test_what_is_as_urgent_ends_what_runs_and_what_waits(stack):
    stack.enter('story')
    stack.enter('clock')
    assert stack.enter('quiz') == Move('clock', ('clock', 'story'), '', 'quiz', resumed=False)
    assert stack.paused == ('idle',)
    assert stack.enter('quiz').ended == ('quiz',)
    stack.enter('alarm')
    assert stack.enter('sleep').ended == ('alarm', 'quiz', 'idle')
    assert (stack.current, stack.paused) == ('sleep', ())
    assert stack.finish().entered == 'idle'


def test_whatever_happens_the_paused_are_in_order_and_all_ends_at_rest(stack):
    chance = random.Random(1)
    alive = {'idle'}
    for _ in range(2000):
        step = chance.choice([*PRIORITIES, '', ''])
        move = stack.enter(step) if step else stack.finish()
        alive = (alive - set(move.ended)) | {move.entered}
        waiting = [PRIORITIES[name] for name in (*stack.paused, stack.current)]
        assert waiting == sorted(set(waiting))
        assert alive == {*stack.paused, stack.current}
    for _ in range(len(Priority)):
        stack.finish()
    assert (stack.current, stack.paused) == ('idle', ())


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
