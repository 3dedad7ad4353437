"""The installed activities, of this package and of others, and their words."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from phoenix_activities.engine.activity import Activity
from phoenix_activities.words.words import Words
from phoenix_core.settings import plugins

ACTIVITIES = 'phoenix.activities'  # entry points


def installed_activities() -> list[type[Activity]]:
    """Return the activities of all installed packages, by name."""
    return [plugins.load(ACTIVITIES, name) for name in plugins.names(ACTIVITIES)]


def load_words(
    folders: Sequence[Path],
    chance: random.Random,
    activities: Iterable[type[Activity]],
    adults: Sequence[str] = (),
) -> Words:
    """
    Read the words of a language.

    :param folders, adults: as for Words.
    :raises ConfigFileError: a file is unreadable, or lacks what an activity declares.
    """
    models = {one.name: one.words_model() for one in activities}
    return Words(folders, chance, models, adults)
