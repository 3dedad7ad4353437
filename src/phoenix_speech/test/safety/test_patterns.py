import re

import pytest

from phoenix_speech.safety.normalise import text_of
from phoenix_speech.safety.patterns import PatternError, pattern_source, vocabulary

GROUPS = {'harm': 'kill|hurt|do away with'}


def found(pattern: str, text: str) -> bool:
    source = '(?<= )(?:' + pattern_source(pattern, GROUPS) + ')'
    return re.search(source, text_of(text.split())) is not None


@pytest.mark.parametrize(
    ('pattern', 'text', 'expected'),
    [
        ('kill', 'i kill', True),
        ('kill', 'skill', False),
        ('kill|hurt me', 'you hurt me', True),
        ('kill*', 'the killer', True),
        ('*berry', 'a blueberry', True),
        ('(my head|me) hurts', 'my head hurts', True),
        ('on [my|the big] head', 'on head', True),
        ('on [my|the big] head', 'on the big head', True),
        ('on [my|the big] head', 'on the head', False),
        ('<harm> me', 'do away with me', True),
        ('bag .. head', 'bag over my head', True),
        ('bag .. head', 'bag one two three four head', False),
        ('bag ..5 head', 'bag one two three four head', True),
        ('die !hair', 'die', True),
        ('die !hair', 'die hair', False),
        ('die !(my hair|of fun)', 'die of fun', False),
        ('^ stop', 'stop it', True),
        ('^ stop', 'do stop', False),
        ('stop $', 'do stop', True),
        ('(a (b|c) d|e)', 'a c d', True),
    ],
)
def test_finds(pattern, text, expected):
    assert found(pattern, text) is expected


@pytest.mark.parametrize('pattern', ['', '(a', 'a)', '<nothing>', '..99', 'a?', 'a.b'])
def test_refuses_what_is_no_pattern(pattern):
    with pytest.raises(PatternError):
        pattern_source(pattern, GROUPS)


def test_knows_the_words_of_a_pattern():
    words = vocabulary('<harm> [me] !hair .. kill*', GROUPS)
    assert words == {'kill', 'hurt', 'do', 'away', 'with', 'me'}
