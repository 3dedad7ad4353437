"""The form of what a person may have the toy keep or say: a few words, never a text."""

import re

NAME_WORDS = 3
FACT_WORDS = 4
PURPOSE_WORDS = 10  # of a reminder
MOST_FAVORITES = 10
_CHARACTERS_PER_WORD = 8  # on average, the blank included

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")  # noqa: RUF001


def short_text(text: str, most_words: int) -> str:
    """Return the words of a text, without marks; an empty string if there are too many."""
    words = _WORD.findall(text[: 2 * _CHARACTERS_PER_WORD * most_words])
    short = ' '.join(words)
    fits = len(words) <= most_words and len(short) <= _CHARACTERS_PER_WORD * most_words
    return short if fits else ''


def name_of(text: str) -> str:
    """Return a person's name in a text, in its usual form; an empty string if it is none."""
    name = short_text(text, NAME_WORDS)
    return '' if any(character.isdigit() for character in name) else name.title()
