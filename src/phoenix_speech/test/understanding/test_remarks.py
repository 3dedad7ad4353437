"""What people say besides a request changes nothing; what only looks like a remark does."""

from functools import cache
from pathlib import Path

import pytest

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.understanding.intent_matcher import IntentMatcher
from phoenix_speech.understanding.tolerance import load_tolerance

CONFIG = Path(__file__).parents[4] / 'config'


@cache
def matcher_of(language: str) -> IntentMatcher:
    return IntentMatcher([CONFIG / language])


def wanted(language: str, text: str) -> str:
    """Return the names of the requests of a text."""
    matcher = matcher_of(language)
    understood = matcher.understand(text)
    matcher.forget_question()
    return ' '.join(one.name for one in understood.requests)


@pytest.mark.parametrize(
    ('language', 'text', 'name'),
    [
        ('en', "turn on the light because i can't see anything", 'light_on'),
        ('en', "set a timer for ten minutes so the eggs don't burn", 'timer_set'),
        ('en', "i can't sleep tell me a story", 'story'),
        ('en', "it's getting late turn off the light", 'light_off'),
        ('en', 'the baby is asleep be quieter', 'volume_down'),
        ('en', 'wake me at seven tomorrow i have to catch the bus', 'alarm_set'),
        ('en', 'listen tell me a joke', 'joke'),
        ('en', 'turn the light blue if you can', 'light_color'),
        ('de', 'mach das licht an weil ich nichts sehe', 'light_on'),
        ('de', 'stell einen timer auf zehn minuten damit die nudeln nicht anbrennen', 'timer_set'),
        ('de', 'ich kann nicht schlafen erzähl mir eine geschichte', 'story'),
        ('de', 'mein bruder ist müde mach das licht aus', 'light_off'),
        ('de', 'die nudeln sind noch hart gib dem timer noch drei minuten', 'timer_extend'),
        ('de', 'kannst du den ton ausmachen die mama muss arbeiten', 'mute'),
        ('de', 'weck mich um halb sieben ja', 'alarm_set'),
        ('de', 'mensch erzähl mir mal einen witz', 'joke'),
        (
            'de',
            'wir sind fertig mach das licht aus und weck mich um halb acht',
            'light_off alarm_set',
        ),
    ],
)
def test_a_remark_changes_nothing(language: str, text: str, name: str) -> None:
    assert wanted(language, text) == name


@pytest.mark.parametrize(
    ('language', 'text'),
    [
        # It is a condition, or for later.
        ('en', 'turn on the light when it is dark'),
        ('en', 'if it gets dark turn on the light'),
        ('de', 'mach das licht an wenn ich rufe'),
        ('de', 'mach das licht aus sobald ich schlafe'),
        # Somebody else says it.
        ('en', 'mom says turn off the light'),
        ('en', 'he was like turn off the light'),
        ('de', 'mach das licht aus sagt papa'),
        ('de', 'ich habe gesagt mach das licht aus'),
        ('de', 'der opa brummt dann immer mach endlich das licht aus'),
        ('de', 'er hat ganz leise geflüstert erzähl mir einen witz'),
        # It is taken back.
        ('en', "turn on the light i don't want to"),
        ('en', "turn on the light it's not what i want"),
        ('de', 'mach das licht an ich will nicht'),
        ('de', 'mach das licht an das war ein spaß'),
        ('de', 'mach das licht an ich mache das selbst'),
        # It restricts what is asked for.
        ('en', 'turn off the light that is on the shelf'),
        ('de', 'mach das licht an das neben dem bett steht'),
        ('de', 'lösch den timer den papa gestellt hat'),
        ('de', 'stell einen timer der nur blinkt'),
        ('de', 'lösch den wecker der um sieben klingelt'),
        # What looks like a request belongs to the clause before it.
        ('en', 'i have to turn off the light'),
        ('en', 'mom has to turn on the light'),
        ('en', 'daddy can now set a timer'),
        ('en', 'i know how to set a timer'),
        ('en', 'the light is green'),
        ('en', 'my dog can dance'),
        ('de', 'die ampel war gerade rot'),
        ('de', 'ich kann gut singen'),
        ('de', 'papa wird gleich das licht anmachen'),
        ('en', "it's late i'll turn off the light"),
        ('en', 'i think we better turn off the light'),
        ('en', 'mummy has already set a timer for ten minutes'),
        ('en', 'i love how you tell me a story'),
        ('de', 'es ist dunkel ich mach das licht an'),
        ('de', 'ich habe hunger ich stell einen timer auf zehn minuten'),
        # The reason ends where a negation begins.
        ('en', "i can't sleep don't turn on the light"),
        ('en', "because i'm scared please don't turn off the light"),
        ('en', 'i can not sleep never play a song'),
        # It is said to somebody else.
        ('en', "i'm tired daddy tell me a story"),
        ('en', "it's dark in here mummy turn on the light"),
        ('de', 'mir ist langweilig papa erzähl mir eine geschichte'),
        ('de', 'es ist dunkel mama mach das licht an'),
        # It is done already, somebody else's to do, or not meant.
        ('en', "turn on the light it's already on"),
        ('en', "turn off the light i've changed my mind"),
        ('en', 'turn off the light daddy can do it'),
        ('en', "turn off the light i'm testing you"),
        ('de', 'mach das licht an hat sich erledigt'),
        ('de', 'mach das licht aus papa kann das machen'),
        ('de', 'mach das licht aus ich teste nur'),
        # It is from a book, or how somebody talks.
        ('en', 'my sister is screaming turn off the light'),
        ('en', "turn off the light that's from a song"),
        ('de', 'mama war so mach das licht aus'),
        ('de', 'mach das licht aus das ist aus einem film'),
        # It tells how, and not why.
        ('en', "turn on the light so it's blue"),
        ('de', 'mach das licht an damit es rot ist'),
        # It asks for light where it stands alone, and only there.
        ('en', "it's dark in here i like it"),
        ('en', "it's dark in here did you turn off the light"),
        ('de', 'es ist dunkel hier ich mag das'),
        # There is a time or a number in it, which must not be lost.
        ('en', 'set a timer the noodles are done in ten minutes'),
        ('de', 'mach das licht aus ich muss um sieben aufstehen'),
        # Two things are asked for, of which one is unknown.
        ('en', 'order a pizza turn on the light'),
        ('de', 'ich hätte gern eine pizza mach das licht an'),
    ],
)
def test_what_is_no_remark_is_not_left_out(language: str, text: str) -> None:
    assert wanted(language, text) == ''


@pytest.mark.parametrize(
    ('text', 'name'),
    [
        ('kannst du den zweiten wecker ausmachen', 'alarm_cancel'),
        ('machst du bitte das licht an', 'light_on'),
        ('ich will dass du das licht ausmachst', 'light_off'),
        ('du kannst den timer abbrechen', 'timer_cancel'),
        ('du sollst leiser machen', 'volume_down'),
        ('würdest du die lautstärke runterdrehen', 'volume_down'),
        ('magst du die geschichte weitererzählen', 'story_continue'),
    ],
)
def test_a_request_need_not_be_an_imperative(text: str, name: str) -> None:
    assert wanted('de', text) == name


@pytest.mark.parametrize(
    'text',
    [
        'du sollst das licht nicht ausmachen',
        'du musst mich morgen nicht wecken',
        'soll ich das licht ausmachen',
        'hast du das licht ausgemacht',
        'mama will das licht ausmachen',
        'wer hat gesagt dass du das licht ausmachst',
        'machst du nie das licht an',
        'darfst du das licht ausmachen',
        'du kannst das licht ausmachen oder',
    ],
)
def test_other_sentences_are_no_requests(text: str) -> None:
    assert wanted('de', text) == ''


@pytest.mark.parametrize('key', ['reasons', 'clauses', 'starts', 'tags', 'never'])
def test_a_broken_expression_is_refused_by_name(tmp_path: Path, key: str) -> None:
    file = tmp_path / 'tolerance.yaml'
    file.write_text(f'remarks:\n  {key}: ["(unclosed"]\n')
    with pytest.raises(ConfigFileError, match=rf'remarks\.{key}.*\(unclosed'):
        load_tolerance(file)
