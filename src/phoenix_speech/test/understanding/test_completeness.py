"""Whether what was said so far is a whole sentence, or the middle of one."""

from functools import cache
from pathlib import Path

import pytest

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.understanding.completeness import Completeness, CompletenessJudge

CONFIG = Path(__file__).resolve().parents[4] / 'config'


@cache
def judge(language: str) -> CompletenessJudge:
    return CompletenessJudge([CONFIG / language])


def found(language, texts):
    return {text: judge(language).judge(text) for text in texts}


@pytest.mark.parametrize(
    ('language', 'texts'),
    [
        (
            'en',
            [
                'Hello!', 'What is your name?', 'Turn up the volume.', 'louder', 'Go to sleep.',
                "Let's play a quiz.", 'Turn up the volume, please.', 'Phoenix, louder!',
            ],
        ),
        ('de', ['Mach das Licht an.', 'Gute Nacht!', 'Wie heißt du?', 'Erzähl einen Witz.']),
    ],
)  # fmt: skip
def test_after_a_whole_sentence_nothing_is_waited_for(language, texts):
    assert set(found(language, texts).values()) == {Completeness.WHOLE}, found(language, texts)


@pytest.mark.parametrize(
    ('language', 'texts'),
    [
        (
            'en',
            [
                'Turn on the', 'Tell me a story about', 'Tell me a story about the',
                'Set a timer for ten', 'Set a timer for twenty five', 'Go forward ten',
                'Set a timer for ten minutes and', 'Turn on the light and', 'Call me',
                'My name is', 'I went to the shop because', 'What is seven times', 'turn up',
            ],
        ),
        ('de', ['Erzähl mir eine Geschichte von', 'Stelle einen Timer auf zehn', 'Ich mag ein']),
    ],
)  # fmt: skip
def test_in_the_middle_of_a_sentence_it_is_waited_long(language, texts):
    assert set(found(language, texts).values()) == {Completeness.OPEN}, found(language, texts)


@pytest.mark.parametrize(
    ('language', 'texts'),
    [
        (
            'en',
            [
                'Turn on the light.',  # in the kitchen
                'Tell me a story.',  # about a dragon
                'Set a timer for ten minutes.',  # and thirty seconds
                'What is seven times eight?',  # plus two
                'Stop.',  # the timer
                'What time is it, please?',  # in Tokyo
            ],
        ),
        ('de', ['Stelle einen Timer auf zehn Minuten.', 'Stopp!', 'Wie spät ist es?']),
    ],
)
def test_a_sentence_that_a_longer_one_begins_with_is_enough(language, texts):
    assert set(found(language, texts).values()) == {Completeness.ENOUGH}, found(language, texts)


@pytest.mark.parametrize(
    ('language', 'texts'),
    [
        ('en', ['Bless.', 'my brother', 'My brother, please.']),
        ('de', ['Lena', 'mein Bruder']),
    ],
)
def test_a_stray_word_is_a_fragment(language, texts):
    assert set(found(language, texts).values()) == {Completeness.FRAGMENT}, found(language, texts)


@pytest.mark.parametrize(
    ('language', 'texts'),
    [
        (
            'en',
            [
                'Tell me a story about a dragon.',  # and a mouse
                'Wake me up at seven.',  # tomorrow: that would be two alarms
                'Wake me up every day.',  # at seven
                'Set the volume to fifty.',  # percent
                'Ten minutes.',
                'Please!',  # it may end what was said before
                'The day was long and the road was dusty.',
                'Why do penguins not fly?',
                '',
                '...',
                '\N{SNOWMAN}',
            ],
        ),
        ('de', ['Weck mich um sieben.', 'Der Tag war lang.']),
    ],
)
def test_what_may_be_all_or_go_on_is_unclear(language, texts):
    assert set(found(language, texts).values()) == {Completeness.UNCLEAR}, found(language, texts)


@pytest.mark.parametrize(
    ('text', 'left'),
    [
        ('And tell me a joke', 'tell me a joke'),
        ('and then, tell me a joke.', 'tell me a joke'),
        ('Tell me a joke', 'tell me a joke'),
        ('Please!', ''),
        ('and', ''),
    ],
)
def test_what_joins_two_requests_is_taken_away(text, left):
    assert judge('en').without_joins(text) == left


def test_a_language_without_pauses_is_refused_by_name(tmp_path):
    for file in ('intents.yaml', 'quantities.yaml', 'tolerance.yaml'):
        (tmp_path / file).write_text((CONFIG / 'en' / file).read_text())
    with pytest.raises(ConfigFileError, match=r'pauses\.yaml'):
        CompletenessJudge([tmp_path])


def test_a_sentence_is_told_from_other_text():
    for text in ('Hello!', 'turn on the light', 'set a timer for ten minutes, please'):
        assert judge('en').is_sentence(text)
    for text in ('the day was long', 'turn on the', 'in the big room', ''):
        assert not judge('en').is_sentence(text)
