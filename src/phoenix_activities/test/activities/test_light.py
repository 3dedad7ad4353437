"""The toy as a lamp that becomes brighter and darker."""

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.testing import ActivityHarness


def shown(harness: ActivityHarness, name: str, **slots: str) -> tuple[str, float]:
    """Ask for a light, and return its color and brightness."""
    harness.hear(UserIntent(name, name, slots))
    harness.speak()
    return next((did[2], did[3]) for did in reversed(harness.toy.did) if did[0] == 'show')


def test_the_light_becomes_brighter_and_darker_in_steps(harness: ActivityHarness) -> None:
    red, half = shown(harness, 'light_color', color='red', level='50')
    assert half == 0.5
    assert shown(harness, 'light_brighter') == (red, 0.75)
    assert shown(harness, 'light_brighter') == (red, 1.0)
    assert shown(harness, 'light_brighter') == (red, 1.0)
    for brightness in (0.75, 0.5, 0.25, 0.1, 0.1):  # it does not go out
        assert shown(harness, 'light_darker') == (red, brightness)


def test_a_light_that_is_off_becomes_a_little_bright(harness: ActivityHarness) -> None:
    shown(harness, 'light_off')
    assert shown(harness, 'light_brighter')[1] == 0.25


def test_a_toy_that_is_no_lamp_yet_becomes_one(harness: ActivityHarness) -> None:
    assert shown(harness, 'light_darker')[1] == 0.75
    harness.hear(UserIntent('light_darker', 'darker'))
    assert '50 percent' in harness.speak()[0]
