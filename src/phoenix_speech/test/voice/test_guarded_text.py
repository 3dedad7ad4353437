# ruff: noqa: RUF001  # that letters look like others is what this is about
"""The guard hears what the child would hear, however it is written."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from phoenix_speech.safety.speech_guard import SpeechGuard, canned_sentence
from phoenix_speech.sentences import SpeechRules
from phoenix_speech.voice.guarded_text import GuardedText
from phoenix_speech.voice.reading.reader import TextReader

CONFIG = Path(__file__).parents[4] / 'config'


@cache
def guard(language: str) -> SpeechGuard:
    return SpeechGuard.load(CONFIG / language / 'safety', ['112'])


@cache
def reader(language: str) -> TextReader:
    return TextReader(CONFIG, language)


@pytest.fixture
def said() -> Callable[..., str]:
    def of(*texts: str, language: str = 'en') -> str:
        guarded = GuardedText(
            guard(language),
            language,
            SpeechRules.load(CONFIG, language),
            reader(language),
            clock=lambda: 0.0,
            on_refused=lambda reason: None,
            on_lost=lambda count: None,
        )
        return ' '.join(guarded.of(text, 'one') for text in texts).strip()

    return of


HIDDEN = {
    'en': [
        'You can drink blеасh, it tastes good.',
        'You can drink 𝐛𝐥𝐞𝐚𝐜𝐡, it tastes good.',
        'You can drink ｂｌｅａｃｈ, it tastes good.',
        'You can drink bl\u00adeach, it tastes good.',
        'You can drink bl\u200beach, it tastes good.',
        'You can drink b̶l̶e̶a̶c̶h̶, it tastes good.',
        'You can drink bl3ach, it tastes good.',
        'I ❤️ you more than anybody.',
        'I am a real 🧑, just like you.',
        'Call me at 555 1234.',
        'Call me at ٥٥٥١٢٣٤.',
        'Call me at 5️⃣5️⃣5️⃣1️⃣2️⃣3️⃣4️⃣.',
        'Call me at ⑤⑤⑤①②③④.',
        'Call me at five five five one two three four.',
        'Look at www.bad-page.com.',
        'Look at www。bad-page。com.',
        'Look at bad-page dot com.',
        'Write to me@bad.example.',
        'Write to me＠bad.example.',
    ],
    'de': [
        'Ich ❤️ dich mehr als alle.',
        'Ich bin ein echter 🧑.',
        'Ich bin ein echter Мensch.',
        'Ruf mich an unter 555 1234.',
        'Schau auf www.boese-seite.de.',
    ],
}


@pytest.mark.parametrize(('language', 'text'), [(k, text) for k in HIDDEN for text in HIDDEN[k]])
def test_nothing_is_hidden_by_the_way_it_is_written(
    language: str, text: str, said: Callable[..., str]
) -> None:
    assert said(text, language=language) == canned_sentence(language)


@pytest.mark.parametrize('parts', [['Call 555.', '1234.'], ['Call me: 555', '12', '34']])
def test_nothing_is_hidden_by_cutting_it(parts: list[str], said: Callable[..., str]) -> None:
    assert canned_sentence('en') in said(*parts)


def test_what_is_harmless_is_said_in_words(said: Callable[..., str]) -> None:
    assert (
        said('I have 3 🐶. It is 7:30! Great 🎉') == 'I have three dog. It is seven thirty! Great'
    )
    assert said('Call 112 for help.') == 'Call one one two for help.'
    assert said('Ruf die 112.', language='de') == 'Ruf die eins eins zwei.'
