"""All activities that are installed, with their words."""

import random
from pathlib import Path

from phoenix_activities.words.words import Words
from phoenix_core.settings import plugins

CONFIG = Path(__file__).parents[3] / 'config'
ACTIVITIES = [
    plugins.load('phoenix.activities', name) for name in plugins.names('phoenix.activities')
]


def words_of(language):
    models = {activity.name: activity.words_model for activity in ACTIVITIES}
    return Words([CONFIG / language], random.Random(1), models)
