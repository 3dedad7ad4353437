import pytest
from whole_toy import ACTIVITIES, words_of

from phoenix_activities.testing import Scene


@pytest.fixture
def scene():
    return Scene(words_of('en'), ACTIVITIES)


@pytest.fixture
def toy(scene):
    return scene.toy


@pytest.fixture
def director(scene):
    return scene.director
