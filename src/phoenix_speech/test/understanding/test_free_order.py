"""The words of a request may come in another order; what only has its words is no request."""

from functools import cache
from pathlib import Path

import pytest

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.understanding.intent_matcher import IntentMatcher
from phoenix_speech.understanding.requests import QuestionKind, Understood
from phoenix_speech.understanding.tolerance import load_tolerance

CONFIG = Path(__file__).parents[4] / 'config'
SMALL = """
language: en
intents:
  swim: {data: [{sentences: ["please [let us] swim (now|in {place})"]}]}
  rest: {data: [{sentences: ["have {number} breaks before {day}", "pond off"]}]}
  nap: {data: [{sentences: ["nap {duration} after {duration:of}", "{duration:of} nap over"]}]}
  walk: {data: [{sentences: ["walk boots red", "walk {color} boots"]}]}
lists:
  place: {values: [{in: the pool, out: pool}, {in: the sea, out: sea}]}
  number: {range: {from: 1, to: 9}}
  color: {values: [red]}
"""


@cache
def matcher_of(language: str) -> IntentMatcher:
    return IntentMatcher([CONFIG / language])


def understand(language: str, text: str) -> Understood:
    matcher = matcher_of(language)
    understood = matcher.understand(text)
    matcher.forget_question()
    return understood


def wanted(understood: Understood) -> str:
    """Return requests as text, as 'timer_set duration=300'."""
    return ' + '.join(
        ' '.join((one.name, *(f'{slot}={value}' for slot, value in sorted(one.slots.items()))))
        for one in understood.requests
    )


@pytest.mark.parametrize(
    ('language', 'text', 'meaning'),
    [
        ('de', 'das licht mach bitte mal an', 'light_on'),
        ('de', 'das licht da kannst du wieder anmachen', 'light_on'),
        ('de', 'das licht in der küche mach bitte an', 'light_on room=küche'),
        ('de', 'mach bitte den ton wieder aus', 'mute'),
        ('de', 'für zehn minuten bitte einen timer', 'timer_set duration=600'),
        ('de', 'einen timer stell mir bitte auf zehn minuten', 'timer_set duration=600'),
        ('de', 'um fünf minuten verlänger den timer bitte', 'timer_extend duration=300'),
        ('de', 'mach fünf minuten länger den timer', 'timer_extend duration=300'),
        ('de', 'um sieben weck mich morgen früh bitte', 'alarm_set day=+1 day_part=am hour=7'),
        ('de', 'auf fünfzig prozent stell die lautstärke', 'volume_set level=50'),
        ('de', 'eine geschichte erzähl mir bitte', 'story'),
        ('de', 'wie lange noch läuft der timer', 'timer_remaining'),
        ('de', 'ich backe kekse stell auf zehn minuten den timer', 'timer_set duration=600'),
        ('de', 'das licht mach aus und um sieben weck mich', 'light_off + alarm_set hour=7'),
        # It is asked for politely, or with another verb.
        ('de', 'das licht kannst du für mich ausmachen wenn es geht', 'light_off'),
        ('de', 'das licht musst du jetzt ausmachen', 'light_off'),
        ('de', 'hast du lust einen witz zu erzählen', 'joke'),
        ('de', 'ist es möglich das licht auszuschalten', 'light_off'),
        ('de', 'es wäre schön wenn du das licht anmachst', 'light_on'),
        ('de', 'kannst du mir sagen wie lange der timer noch läuft', 'timer_remaining'),
        ('de', 'tu den ton bitte aus', 'mute'),
        ('de', 'timer stellen bitte zehn minuten', 'timer_set duration=600'),
        (
            'de',
            'kannst du für mich einen timer auf zehn minuten stellen',
            'timer_set duration=600',
        ),
        ('en', 'you can turn off the light now', 'light_off'),
        ('en', 'at six you need to wake me up', 'alarm_set hour=6'),
        ('en', "could you maybe turn the light on if you don't mind", 'light_on'),
        ('en', 'is it possible to turn the light on', 'light_on'),
        ('en', 'give us a joke', 'joke'),
        ('en', 'for ten minutes set a timer', 'timer_set duration=600'),
        ('en', 'tomorrow at seven wake me up', 'alarm_set day=+1 hour=7'),
        ('en', 'to fifty percent set the volume', 'volume_set level=50'),
        ('en', 'make brighter the light please', 'light_brighter'),
    ],
)
def test_the_order_of_the_words_does_not_matter(language: str, text: str, meaning: str) -> None:
    understood = understand(language, text)
    assert wanted(understood) == meaning
    assert all(one.confidence < 1 for one in understood.requests)


@pytest.mark.parametrize(
    ('language', 'text'),
    [
        # It is a statement, or a question.
        ('de', 'das licht ist an'),
        ('de', 'ist das licht an'),
        ('de', 'hast du das licht angemacht'),
        ('de', 'soll das licht an'),
        ('de', 'ist das licht zu dunkel'),
        ('de', 'der timer läuft noch'),
        ('de', 'der timer ist auf zehn minuten gestellt'),
        ('en', 'is the light too bright'),
        ('en', 'the timer is set for ten minutes'),
        # Somebody else does it, or is to do it.
        ('de', 'das licht mache ich an'),
        ('de', 'die machen das licht an'),
        ('de', 'das licht macht papa aus'),
        ('de', 'du machst das licht an'),
        ('en', 'at seven wake mom up'),
        ('en', 'you for ten minutes set a timer'),
        ('de', 'immer um sieben weckst du mich'),
        ('de', 'papa hat lust das licht auszumachen'),
        ('de', 'musst du das licht ausmachen'),
        ('de', 'gut dass du das licht ausmachst'),
        ('de', 'sag mir das licht ist aus'),
        ('en', 'tell me when the timer is done'),
        ('de', 'danke dass du mich um sieben weckst'),
        ('en', 'we can turn the light off ourselves'),
        ('en', 'at six you wake me up every time'),
        # It is denied, a condition, thanked for, or left as it is.
        ('de', 'das licht mach nicht an'),
        ('de', 'das licht mach an wenn ich rufe'),
        ('de', 'danke dass du das licht ausmachst'),
        ('de', 'das licht lass bitte an'),
        ('de', 'ich brauche auf zehn minuten keinen timer'),
        ('en', "for ten minutes don't set a timer"),
        ('de', 'wäre es möglich das licht nicht auszumachen'),
        ('de', 'würdest du das licht anmachen wenn ich rufe'),
        ('de', 'weißt du wie man das licht anmacht'),
        ('en', 'you should never turn off the light'),
        # The verb is another.
        ('de', 'mach auf'),
        ('de', 'tu die schuhe weg'),
        ('en', 'put the phone down'),
        # More is said than the request, or less.
        ('de', 'den fernseher mach bitte lauter'),
        ('de', 'auf zehn minuten den wecker eier stell'),
        ('de', 'von sieben den wecker stell bitte auf'),
        ('en', 'the tv turn off please'),
    ],
)
def test_the_same_words_are_not_the_same_sentence(language: str, text: str) -> None:
    assert wanted(understand(language, text)) == ''


@pytest.mark.parametrize(
    ('text', 'meaning'),
    [
        ('in the pool swim please', 'swim place=pool'),
        ('in the swim please', ''),  # a slot is empty
        ('swim in please the pool now', ''),  # a word too many
        ('the pool swim in please', ''),  # 'in' belongs to another word
        ('before monday have two breaks', 'rest day=monday number=2'),
        ('breaks have before monday two', ''),  # the number belongs to another word
        ('monday have two breaks before', ''),
        ('over two minutes nap', 'nap of=120'),
        ('nap over two minutes', ''),  # 'two minutes' belongs to 'nap'
        ('after two minutes nap ten minutes', ''),  # which is which?
        ('off pond', 'rest'),
        ('boots red walk', ''),  # two meanings
    ],
)
def test_every_word_has_its_place_in_one_sentence(tmp_path: Path, text: str, meaning: str) -> None:
    (tmp_path / 'intents.yaml').write_text(SMALL)
    (tmp_path / 'quantities.yaml').write_text((CONFIG / 'en/quantities.yaml').read_text())
    (tmp_path / 'tolerance.yaml').write_text(
        'free_order: {besides: [the, please], ties: [in, at, before], heads: [is]}'
    )
    assert wanted(IntentMatcher([tmp_path], min_confidence=1.0).understand(text)) == meaning


def test_without_rules_the_order_matters(tmp_path: Path) -> None:
    (tmp_path / 'intents.yaml').write_text(SMALL)
    matcher = IntentMatcher([tmp_path], min_confidence=1.0)
    assert wanted(matcher.understand('pond off')) == 'rest'
    assert wanted(matcher.understand('off pond')) == ''


@pytest.mark.parametrize(
    ('language', 'text', 'said'),
    [
        ('de', 'huch was war das denn mach schnell das licht an', 'mach schnell das licht an'),
        ('de', 'opa hält mittagsschlaf auf dem sofa mach mal leiser', 'mach mal leiser'),
        ('de', 'elsa mag doch blau mach bitte das licht blau', 'mach bitte das licht blau'),
        (
            'de',
            'erzähl eine geschichte ich war heute so lange im garten und alle haben gelacht',
            'erzähl eine geschichte',
        ),
        (
            'de',
            'in der schule war es heute doof erzähl eine geschichte von drachen',
            'erzähl eine geschichte von drachen',
        ),
        ('en', 'oh no i dropped my teddy under the bed turn on the light', 'turn on the light'),
        ('en', 'my friend emma came over tell us a joke', 'tell us a joke'),
    ],
)
def test_a_request_among_other_words_is_asked_about(language: str, text: str, said: str) -> None:
    question = understand(language, text).question
    assert question is not None
    assert question.kind is QuestionKind.SAID
    assert [one.text for one in question.choices] == [said]


@pytest.mark.parametrize(
    ('language', 'text'),
    [
        ('de', 'opa schnarcht auf dem sofa und sagt mach das licht an'),
        ('de', 'falls du im keller bist mach das licht an'),
        ('de', 'ich habe dir doch gesagt nicht mach das licht an'),
        ('de', 'lustig das lied mit fünf minuten mach das licht an'),
        ('de', 'oma mach bitte das licht aus'),
        ('de', 'übermorgen haben wir einen ausflug und zwar weit weg weck mich um sieben'),
        ('de', 'der kuchen braucht noch zehn minuten stell bitte einen timer'),
        ('de', 'spiel mit mir ein rätsel ach komm lass gut sein'),
        ('en', 'my teacher always says turn on the light'),
        ('en', 'emma came over do not tell us a joke'),
    ],
)
def test_what_turns_the_sense_of_a_request_is_not_asked_about(language: str, text: str) -> None:
    assert understand(language, text) == Understood()


def test_while_an_answer_is_expected_nothing_inside_it_is_asked_about() -> None:
    matcher = IntentMatcher([CONFIG / 'en'])
    matcher.expect({'lion': ['[a] lion']})
    assert matcher.understand('my friend emma came over tell us a joke') == Understood()


def test_rules_of_order_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / 'tolerance.yaml').write_text('free_order: {besides: the}')
    with pytest.raises(ConfigFileError, match=r'free_order\.besides'):
        load_tolerance(tmp_path / 'tolerance.yaml')
