from pathlib import Path

import pytest

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.safety.care_words import CareWords, SafetyNumbers
from phoenix_speech.safety.categories import GRAVE, Category
from phoenix_speech.safety.rules import RuleBook
from phoenix_speech.sentences import SpeechRules, split_sentences

CONFIG = Path(__file__).parents[4] / 'config'
NUMBERS = CONFIG / 'safety_numbers.yaml'
COUNTRIES = ['US', 'CA', 'GB', 'IE', 'AU', 'NZ', 'DE', 'AT', 'CH', 'FR', 'ES', 'IT', 'NL']
LANGUAGES = ('en', 'de')


def words_of(language: str, country: str = 'US', adults: tuple[str, ...] = ()) -> CareWords:
    return CareWords.load(
        CONFIG / language / 'safety', SafetyNumbers.load(NUMBERS, country), adults
    )


@pytest.mark.parametrize('language', LANGUAGES)
def test_has_words_for_whatever_may_be_noticed(language):
    rules = RuleBook.load(CONFIG / language / 'safety' / 'care.yaml').rules
    needed = {category.value for category in Category} | {'unsure'}
    needed |= {rule.words for rule in rules if rule.words}
    assert needed <= words_of(language).ids


@pytest.mark.parametrize('language', LANGUAGES)
@pytest.mark.parametrize('adults', [(), ('mom',), ('mom', 'grandma')])
@pytest.mark.parametrize('country', ['US', 'FR', 'DE', 'GB'])
def test_every_care_text_may_be_said(toys, language, adults, country):
    words = words_of(language, country, adults)
    numbers = SafetyNumbers.load(NUMBERS, country).all()
    guard = type(toys.guard(language)).load(CONFIG / language / 'safety', numbers)
    refused = [
        (key, verdict.reason)
        for key in words.ids
        for again in (False, True)
        for sentence in split_sentences(words.text(key, again), SpeechRules.load(CONFIG, language))
        if not (verdict := guard.judge(sentence, 1.0)).allowed
    ]
    assert refused == []


def test_names_the_adults_of_the_profile():
    assert 'get mom now' in words_of('en', adults=('mom',)).text('emergency', again=True).lower()
    assert 'mom, dad or grandma' in words_of('en', adults=('mom', 'dad', 'grandma')).text('danger')
    assert 'a grown-up' in words_of('en').text('danger')
    assert 'Hol jetzt Mama' in words_of('de', adults=('Mama',)).text('emergency', again=True)


@pytest.mark.parametrize('key', ['abuse', 'grooming'])
def test_sends_no_child_back_to_who_may_have_hurt_it(key):
    words = words_of('en', adults=('mom',))
    assert 'mom' not in words.text(key) + words.text(key, again=True)
    assert 'a grown-up you trust' in words.text(key)


def test_says_numbers_digit_by_digit():
    assert 'nine one one' in words_of('en').text('emergency')
    assert 'eins eins zwei' in words_of('de', 'DE').text('emergency')
    assert words_of('en').spoken('0800 1111') == 'zero eight zero zero, one one one one'


def test_says_no_number_that_is_not_known():
    words = words_of('en', 'GB')
    assert 'call a poison centre' in words.text('poison')


@pytest.mark.parametrize('language', LANGUAGES)
def test_promises_no_call_and_no_secret(language):
    words = words_of(language)
    for key in words.ids:
        text = (words.text(key) + words.text(key, again=True)).lower()
        for promise in ("i'll", 'i will call', 'i will get', 'ich rufe', 'ich hole', 'our secret'):
            assert promise not in text


@pytest.mark.parametrize('language', LANGUAGES)
@pytest.mark.parametrize('category', sorted(GRAVE, key=lambda category: category.value))
def test_grave_words_are_short_and_other_words_come_second(language, category):
    words = words_of(language)
    assert len(words.text(category.value).split()) <= 75
    assert words.text(category.value) != words.text(category.value, again=True)


def test_unknown_words_are_the_careful_ones():
    assert words_of('en').text('no such id') == words_of('en').text('unsure')


@pytest.mark.parametrize('country', COUNTRIES)
def test_knows_the_numbers_of_a_country(country):
    numbers = SafetyNumbers.load(NUMBERS, country)
    assert numbers.emergency
    assert numbers.child_helpline


def test_refuses_an_unknown_country_by_name():
    with pytest.raises(ConfigFileError, match="no country 'XX'; there are US"):
        SafetyNumbers.load(NUMBERS, 'XX')


def test_refuses_words_with_an_unknown_field(tmp_path: Path):
    text = (CONFIG / 'en' / 'safety' / 'words.yaml').read_text()
    (tmp_path / 'words.yaml').write_text(text.replace('{get_adult}', '{neighbour}'))
    with pytest.raises(ConfigFileError, match='neighbour'):
        CareWords.load(tmp_path, SafetyNumbers())
