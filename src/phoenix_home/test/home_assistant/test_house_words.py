"""What the toy says for the house, in each language."""

from pathlib import Path

import pytest

from phoenix_home.home_assistant.words import HouseWords

CONFIG = Path(__file__).parents[4] / 'config'
LANGUAGES = sorted(path.parent.name for path in CONFIG.glob('*/persona.yaml'))


@pytest.mark.parametrize('language', LANGUAGES)
def test_each_language_has_words_for_the_house(language):
    words = HouseWords.load(CONFIG / language)
    assert not words.declined(words.done)


def test_a_house_that_has_not_understood_leaves_it_to_the_toy():
    words = HouseWords.load(CONFIG / 'en')
    assert words.declined('Sorry, I couldn’t understand that.')  # noqa: RUF001
    assert not words.declined('Sorry, I am not aware of any area called cellar')
    assert HouseWords.load(CONFIG / 'de').declined(
        'Entschuldigung, das habe ich nicht verstanden!'
    )
