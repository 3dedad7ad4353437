from pathlib import Path

import pytest

from phoenix_speech.conversation.spoken_text import is_rubbish, spoken
from phoenix_speech.sentences import SpeechRules

RULES = SpeechRules.load(Path(__file__).parents[4] / 'config', 'en')


@pytest.mark.parametrize(
    ('written', 'said'),
    [
        ('**Hello!** I *really* like `you`.', 'Hello! I really like you.'),
        ('## A story', 'A story'),
        ('- 🦕 Dinosaurs are big 😀!', '🦕 Dinosaurs are big 😀!'),
        ('2. Bears sleep.', 'Bears sleep.'),
        ('**I ❤️ you** 👩‍🚀', 'I ❤️ you 👩‍🚀'),
        ('😀', '😀'),
        ('See https://example.org/bears, 🐻.', 'See a page on the internet, 🐻.'),
        ('Go to www.bears.example now!', 'Go to a page on the internet now!'),
        ('Look at bears.com.', 'Look at a page on the internet.'),
        ('Write to me@example.org.', 'Write to an e-mail address.'),
        ('1 + 1 = 2', '1 + 1 = 2'),
        ('I love you <3 :)', 'I love you'),
        ('It is 20°C, isn’t it?', 'It is 20°C, isn’t it?'),  # noqa: RUF001
        ('Read [this book](https://example.org/b) tonight.', 'Read this book tonight.'),
        ('Phoenix: Hello!', 'Hello!'),
        ('**Phoenix:** Hello!', 'Hello!'),
        ('Café, naïve, 3.5: all fine.', 'Café, naïve, 3.5: all fine.'),
    ],
)
def test_only_what_can_be_said_is_left(written: str, said: str) -> None:
    assert spoken(written, 'Phoenix', RULES) == said


@pytest.mark.parametrize(
    'written',
    [
        '... !?',
        '---',
        '',
    ],
)
def test_nothing_is_left_of_what_has_no_sound(written: str) -> None:
    assert spoken(written, 'Phoenix', RULES) == ''


@pytest.mark.parametrize(
    'written',
    [
        '<|im_start|>user',
        'Hello.</s>',
        '<think>The user wants',
        '[INST] Hello [/INST]',
        'User: and then?',
        '**Assistant:** Hello!',
        'Hel\x00lo.',
        '\x1b[31mred',
    ],
)
def test_rubbish_is_known(written: str) -> None:
    assert is_rubbish(written)


@pytest.mark.parametrize(
    'written', ['Hello!', 'One\ttwo.', 'A user asked.', 'The human: a mammal.', '1 < 2 | 3']
)
def test_speech_is_no_rubbish(written: str) -> None:
    assert not is_rubbish(written)
