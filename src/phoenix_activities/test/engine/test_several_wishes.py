"""Several wishes of one sentence are followed in their order."""

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.testing import ActivityHarness


def say(harness: ActivityHarness, *names: str, **slots: str) -> None:
    """Say a sentence with these wishes; the slots are those of the timer."""
    for part, name in enumerate(names, 1):
        intent = UserIntent(
            name,
            'some words',
            {
                **(slots if name == 'timer_set' else {}),
                **({'part': str(part)} if part > 1 else {}),
            },
        )
        (harness.hear if part == 1 else harness.handle)(intent)


def entered(harness: ActivityHarness) -> list[str]:
    return [name for _, name, _ in harness.toy.transitions if name not in ('idle', 'conversation')]


def test_both_are_done_in_order(harness: ActivityHarness) -> None:
    say(harness, 'light_on', 'timer_set', duration='300')
    said = harness.speak()
    assert entered(harness) == ['light', 'timer']
    assert len(said) == 2
    assert '5 minutes' in said[1]
    assert ('show', 'solid', '', 1.0, 0.0) in harness.toy.did


def test_three_are_done_in_order(harness: ActivityHarness) -> None:
    say(harness, 'light_on', 'volume_up', 'dance')
    harness.speak(most=3)
    assert entered(harness)[:3] == ['light', 'volume', 'dance']


def test_the_second_waits_for_the_answer_to_the_first(harness: ActivityHarness) -> None:
    say(harness, 'timer_set', 'light_on')
    harness.speak()
    assert entered(harness) == ['timer']
    harness.handle(UserIntent('answer', 'five', {'answer': 'minutes', 'minutes': '5'}))
    harness.speak()
    assert entered(harness) == ['timer', 'light']


def test_a_short_one_does_not_wait_for_the_end_of_a_story(harness: ActivityHarness) -> None:
    say(harness, 'story', 'light_on')
    harness.speak(most=2)
    assert entered(harness)[:2] == ['story', 'light']
    harness.speak(most=1)
    assert harness.manager.current.name == 'story'


def test_a_stop_in_between_ends_all(harness: ActivityHarness) -> None:
    say(harness, 'light_on', 'dance')
    harness.begin_to_speak()
    harness.handle(UserIntent('stop'))
    harness.speak()
    assert entered(harness) == ['light']
    assert harness.manager.current.name == 'idle'


def test_another_wish_takes_the_place_of_what_is_left(harness: ActivityHarness) -> None:
    say(harness, 'light_on', 'dance')
    harness.begin_to_speak()
    harness.handle(UserIntent('volume_up'))
    harness.speak()
    assert 'dance' not in entered(harness)
