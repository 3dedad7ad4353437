"""All activities that are installed, with their words."""

import random
from pathlib import Path

from phoenix_activities.engine.installed import installed_activities, load_words

CONFIG = Path(__file__).parents[3] / 'config'
ACTIVITIES = installed_activities()


def words_of(language):
    return load_words([CONFIG / language], random.Random(1), ACTIVITIES)
