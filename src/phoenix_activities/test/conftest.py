import pytest
from whole_toy import ACTIVITIES, words_of

from phoenix_activities.testing import ActivityHarness


@pytest.fixture
def harness():
    return ActivityHarness(words_of('en'), ACTIVITIES)


@pytest.fixture
def toy(harness):
    return harness.toy


@pytest.fixture
def manager(harness):
    return harness.manager
