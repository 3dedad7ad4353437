from datetime import time

import pytest

from phoenix_core.limits.quiet_hours import QuietHours


@pytest.mark.parametrize(
    ('text', 'inside', 'outside'),
    [('20:00-06:30', ['20:00', '23:59', '06:29'], ['06:30', '19:59']),
     ('13:00-14:00', ['13:30'], ['12:59', '14:00'])],
)  # fmt: skip
def test_quiet_hours(text, inside, outside):
    hours = QuietHours.parse(text)
    assert all(hours.contains(time.fromisoformat(one)) for one in inside)
    assert not any(hours.contains(time.fromisoformat(one)) for one in outside)
    assert QuietHours.parse('') is None


@pytest.mark.parametrize(
    'text', ['late', '20:00', '25:00-06:00', '20+01-06:00', '20:00-06:30-07:00']
)
def test_what_are_no_quiet_hours(text):
    with pytest.raises(ValueError, match="'20:00-06:30'"):
        QuietHours.parse(text)
