from collections import Counter
from pathlib import Path

import pytest
import yaml
from template_sentences import template_sentences

from phoenix_speech.understanding.clear_sentences import CONVERSATION
from phoenix_speech.understanding.intent_matcher import IntentMatcher
from phoenix_speech.understanding.intents_file import IntentsFileError
from phoenix_speech.understanding.requests import MOMENT, IntentMatch

INTENTS = Path(__file__).parents[4] / 'config' / 'en' / 'intents.yaml'
PHRASES = yaml.safe_load(Path(__file__).with_name('intent_phrases.yaml').read_text())

SMALL = """
language: en
intents:
  swim:
    data:
      - sentences: ["swim <far> to the {place}", "go swimming"]
  boat:
    data:
      - sentences: ["take the boat to the {place}", "row <far>"]
expansion_rules:
  far: "{number:level} mile[s]"
lists:
  place:
    values: [lake, {in: "(river|stream)", out: river}]
  number:
    range: {from: 1, to: 20}
skip_words: [please]
"""


@pytest.fixture(scope='module')
def matcher() -> IntentMatcher:
    return IntentMatcher([INTENTS.parent])


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / 'intents.yaml'
    path.write_text(SMALL)
    return path


@pytest.mark.parametrize(
    ('text', 'name', 'slots'),
    [
        ('turn on the light in my room', 'light_on', {}),
        ('turn on the living room light', 'light_on', {'room': 'living room'}),
        ('what time is it', 'time', {}),
        ('good night', 'sleep', {}),
        ('make the light turquoise', 'light_color', {'color': 'cyan'}),
        ('set the volume to forty percent', 'volume_set', {'level': '40'}),
        ('set the volume to 40%', 'volume_set', {'level': '40'}),
        ('volume half', 'volume_set', {'level': '50'}),
        ('volume five', 'volume_set', {'level': '50'}),
        ('set the volume to 10', 'volume_set', {'level': '100'}),
        ('volume five percent', 'volume_set', {'level': '5'}),
        ('volume eleven', 'volume_set', {'level': '11'}),
        ('volume zero', 'volume_set', {'level': '0'}),
        ('brightness three', 'light_brightness', {'level': '30'}),
        ('i am frightened', 'feeling', {'feeling': 'scared'}),
        ('my name is lily', 'set_child_name', {'name': 'lily'}),
        ('tell me a story', 'story', {}),
        ('tell me a story about a dragon', 'story', {'topic': 'a dragon'}),
        ('tell me a story about a dragon please', 'story', {'topic': 'a dragon'}),
        ('another one', 'next', {}),
        ('set a timer', 'timer_set', {}),
    ],
)
def test_a_sentence_of_the_file(
    matcher: IntentMatcher, text: str, name: str, slots: dict[str, str]
) -> None:
    assert matcher.match(text) == IntentMatch(name, slots, confidence=1.0)


@pytest.mark.parametrize(
    ('words', 'seconds'),
    [
        ('10 minutes', '600'),
        ('one minute and thirty seconds', '90'),
        ('an hour', '3600'),
        ('half an hour', '1800'),
        ('an hour and a half', '5400'),
        ('two and a half minutes', '150'),
        ('1 hour 15 minutes', '4500'),
        ('a quarter of an hour', '900'),
        ('forty-five seconds', '45'),
    ],
)
def test_durations_are_told_in_seconds(matcher: IntentMatcher, words: str, seconds: str) -> None:
    heard = matcher.match(f'set a timer for {words}')
    assert heard == IntentMatch('timer_set', {'duration': seconds}, confidence=1.0)
    heard = matcher.match(f'remind me to call my friend in {words}')
    assert heard is not None
    assert heard.slots == {'what': 'call my friend', 'duration': seconds}


@pytest.mark.parametrize(
    'text',
    [
        "What's the time?",
        'WHAT IS THE TIME',
        'whats the time',
        'what’s  the time...',  # noqa: RUF001
    ],
)
def test_typed_text(matcher: IntentMatcher, text: str) -> None:
    assert matcher.match(text) == IntentMatch('time', {}, confidence=1.0)


def outcomes(matcher: IntentMatcher, phrases: list[list]) -> dict[str, float]:
    """Give the shares of phrases that are understood, asked about, and taken for others."""
    counts: Counter[str] = Counter()
    for name, text, *slots in phrases:
        understood = matcher.understand(text)
        found = [(one.name, one.slots) for one in understood.requests]
        if understood.question is not None:
            counts['asked'] += 1
        elif found:
            counts['right' if found == [(name, slots[0] if slots else {})] else 'wrong'] += 1
    return {name: counts[name] / len(phrases) for name in ('right', 'asked', 'wrong')}


def test_recognition_errors(matcher: IntentMatcher) -> None:
    shares = outcomes(matcher, PHRASES['recognition_errors'])
    assert shares['wrong'] <= 0.01
    assert shares['right'] >= 0.3
    assert shares['right'] + shares['asked'] >= 0.48


def test_free_phrasings(matcher: IntentMatcher) -> None:
    shares = outcomes(matcher, PHRASES['free_phrasings'])
    assert shares['wrong'] <= 0.01
    assert shares['right'] >= 0.94


def test_out_of_scope(matcher: IntentMatcher) -> None:
    phrases = PHRASES['out_of_scope']
    accepted = [text for text in phrases if matcher.match(text) is not None]
    assert len(accepted) <= 0.05 * len(phrases), accepted


@pytest.mark.parametrize(
    ('text', 'name'),
    [
        ('stop', 'stop'),
        ('please stop it now', 'stop'),
        ('the bus stop is far away', None),
        ('stop hitting your sister', None),
        ('yes', 'yes'),
        ('Yes, please!', 'yes'),
        ('yes my brother said that it was okay to eat it', None),
        ('no', 'no'),
        ('now', None),
        ('n', None),
        ('what', None),
        ('why', None),
        ('about', None),
        ('light', None),
        ('2', None),
        ('phoenix', None),
        ('...', None),
        ('', None),
    ],
)
def test_short_texts(matcher: IntentMatcher, text: str, name: str | None) -> None:
    found = matcher.match(text)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    'text',
    [
        "don't turn on the light",
        'please do not stop',
        "i don't want you to sing",
        'never turn off the light',
        "i'm not tired",
    ],
)
def test_what_is_not_wanted(matcher: IntentMatcher, text: str) -> None:
    assert matcher.match(text) is None


def test_slots_are_taken_from_what_was_heard(matcher: IntentMatcher) -> None:
    for text, name, slots in (
        ('sett the timer for twenty five minutes', 'timer_set', {'duration': '1500'}),
        ('change the collar to purple', 'light_color', {'color': 'purple'}),
        ('tell me the stori about dragons', 'story', {'topic': 'dragons'}),
    ):
        found = matcher.match(text)
        assert found is not None
        assert (found.name, found.slots) == (name, slots)
        assert 0.5 < found.confidence < 1


def test_no_slot_is_made_up(matcher: IntentMatcher) -> None:
    for text in ('make the light blurp', 'i am feeling blurp', 'set the brightness to'):
        found = matcher.match(text)
        assert found is None or not found.slots


def test_a_number_out_of_range_is_no_match(small: Path) -> None:
    matcher = IntentMatcher([small.parent])
    assert matcher.match('row 20 miles') == IntentMatch('boat', {'level': '20'}, confidence=1.0)
    assert matcher.match('row 21 miles') is None
    assert matcher.match('please row the 21 miles') is None


def test_a_text_between_two_intents_is_no_match(matcher: IntentMatcher) -> None:
    found = matcher.match('turn the volumes up')
    assert found is not None
    assert found.name == 'volume_up'
    assert matcher.match('turn the volumes') is None


def test_what_is_less_certain_than_wanted_is_no_match(small: Path) -> None:
    text = 'take the boot to the lake'
    (small.parent / 'tolerance.yaml').write_text('little_words: [a, the, that, to]')
    found = IntentMatcher([small.parent]).match(text)
    assert found is not None
    assert found.slots == {'place': 'lake'}
    assert (
        IntentMatcher([small.parent], min_confidence=found.confidence + 0.01).match(text) is None
    )
    assert IntentMatcher([small.parent], min_confidence=1.0).match('go swimming') is not None


@pytest.mark.parametrize('language', ['de', 'en'])
def test_every_sentence_belongs_to_its_intent_alone(language: str) -> None:
    matcher = IntentMatcher([INTENTS.parents[1] / language])
    strays = []
    for name, text in template_sentences(language, each=4):
        understood = matcher.understand(text)
        question, found = understood.question, understood.requests
        names = {'timer_set'} if question else {one.name for one in found} or {CONVERSATION}
        if name == MOMENT:  # is asked about at most
            names = {MOMENT} if not found else names
        if names != {name}:
            strays.append((name, text, understood))
    assert not strays


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ('language: en', 'languages: en', "unknown {'languages'}"),
        ('language: en', 'language: qq', 'language'),
        ('sentences: ["swim', 'sentence: ["swim', 'intents.swim.data.0'),
        ('["swim <far> to the {place}", "go swimming"]', '[]', 'intents.swim.data.0.sentences'),
        ('"go swimming"', '""', 'intents.swim.data.0.sentences.1'),
        ('"go swimming"', '"go (swimming|home"', 'intents.swim.data.0.sentences.1'),
        ('"go swimming"', '"go to {sea}"', "intents.swim: 'go to {sea}': there is no list {sea}"),
        ('"go swimming"', '"go <by>"', "intents.swim: 'go <by>': there is no rule <by>"),
        ('mile[s]"', 'mile[s] <far>"', 'rule <far> contains itself'),
        ('{from: 1, to: 20}', '{from: 20, to: 1}', 'lists.number.range'),
        ('{from: 1, to: 20}', '{from: 1, till: 20}', 'lists.number.range'),
        ('out: river', 'is: river', 'lists.place.values'),
        ('values: [lake', 'wildcard: true\n    values: [lake', 'lists.place'),
        ('  swim:', '  Swim far:', 'intents.Swim far'),
        ('  swim:', '  yes:', 'True (no name: wanted is snake_case, in quotes'),
        ('skip_words: [please]', 'skip_words: [please', 'YAML'),
    ],
)
def test_a_broken_file_is_refused_by_file_and_key(
    small: Path, old: str, new: str, said: str
) -> None:
    assert SMALL.count(old) == 1
    small.write_text(SMALL.replace(old, new))
    with pytest.raises(IntentsFileError) as refusal:
        IntentMatcher([small.parent])
    assert str(refusal.value).startswith(f'{small}: ')
    assert said in str(refusal.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(IntentsFileError, match=r'intents\.yaml: No such file'):
        IntentMatcher([tmp_path])


def test_the_slots_of_each_intent_are_known(small: Path) -> None:
    assert IntentMatcher([small.parent]).slots_of_intents() == {
        'swim': {'level', 'place'},
        'boat': {'level', 'place'},
    }


def test_every_slot_that_is_found_is_known(matcher: IntentMatcher) -> None:
    known = matcher.slots_of_intents()
    assert CONVERSATION not in known
    assert 'duration' in known['timer_set']
    found = 0
    for _, text, *_ in (row for rows in PHRASES.values() for row in rows if len(row) > 1):
        match = matcher.match(text)
        if match is not None:
            assert set(match.slots) <= known[match.name], text
            found += len(match.slots)
    assert found
