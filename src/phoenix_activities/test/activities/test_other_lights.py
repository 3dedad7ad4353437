"""The light of another room: the toy's own does not change, and who acts in the house is asked."""

import pytest

from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.testing import ActivityHarness
from phoenix_core.limits.limits import Limits

KITCHEN = UserIntent('light_on', 'turn on the kitchen light', {'room': 'kitchen'})


def lights(harness: ActivityHarness) -> list[str]:
    return [did[1] for did in harness.toy.did if did[0] == 'show' and did[1] in ('solid', 'off')]


def test_a_toy_that_nobody_allowed_to_ask_says_that_it_cannot(harness: ActivityHarness) -> None:
    harness.hear(KITCHEN)
    assert 'own light' in harness.speak()[0]
    assert not lights(harness)


@pytest.mark.parametrize('allowed', ['assist', 'mcp:house/HassTurnOn'])
def test_who_acts_in_the_house_is_asked(harness: ActivityHarness, allowed: str) -> None:
    harness.limits = Limits(quiet_hours='', neighbors=['wyoming:10.0.0.1:10300', allowed])
    harness.hear(KITCHEN)
    assert ('request_reply', KITCHEN.text) in harness.toy.did
    assert harness.state[0] == 'conversation'
    assert not lights(harness)


def test_the_toys_own_light_is_its_own_matter(harness: ActivityHarness) -> None:
    harness.limits = Limits(quiet_hours='', neighbors=['assist'])
    harness.hear(UserIntent('light_on', 'turn on the light'))
    assert lights(harness) == ['solid']
