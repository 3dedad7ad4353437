"""Turns a text into what a person would say who reads it aloud."""

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from phoenix_speech.voice.reading.emoji_names import EmojiReader
from phoenix_speech.voice.reading.letters import in_latin
from phoenix_speech.voice.reading.quantities import QuantityReader
from phoenix_speech.voice.reading.rules import ReadingRules

# Digits that are small or above another are no digits of a number: signs of their own.
_SMALL = {'²': '²', '³': '³'}
_FRACTION = re.compile(r'(\d*)([¼½¾⅐-⅞])')
_NAME_DOT = re.compile(r'(?<=[a-z]{2})\.(?=[a-z]{2})')
_SLASH = re.compile(r'(?<=[^\W\d_]{2})/(?=[^\W\d_]{2})')
_DASH = re.compile(r'(?<=\w)–(?=\w)')  # noqa: RUF001
_TO_HEAR = re.compile(r'[^\w\s.,;:!?…\'’"“”„‘‚«»()\[\]–—*_~`|<>\\{}^-]')  # noqa: RUF001
_MARKS = re.compile(r'[*_~`|<>\\{}^\[\]]')


class Reading(NamedTuple):
    """What is said, and how many characters of the text have no reading."""

    text: str
    lost: int


class TextReader:
    """
    Reads texts of one language aloud, in words alone.

    :param config: the folder of the configuration.
    :raises ConfigFileError: there are no rules, or there is a mistake in them.
    """

    def __init__(self, config: Path, language: str) -> None:
        rules = ReadingRules.load(config, language)
        self._rules = rules
        self._emoji = EmojiReader(language, rules)
        self._quantities = QuantityReader(language, rules)
        self._abbreviations = _written(rules.abbreviations)
        self._signs = _written(rules.signs)

    def in_words(self, text: str) -> str:
        """Return a whole text with words for its emoji: these depend on what is around them."""
        return self._emoji.read(text)

    def read(self, sentence: str) -> Reading:
        """Return how a sentence is said."""
        rules = self._rules
        text = self._abbreviations.sub(
            lambda found: rules.abbreviations[found.group()], _plain(sentence)
        )
        text = self._quantities.read(text)
        text = _SLASH.sub(f' {rules.alternatives} ', text)
        text = _DASH.sub(f' {rules.to} ', text)
        text = _NAME_DOT.sub(f' {rules.dot} ', text)
        text = self._signs.sub(lambda found: f' {rules.signs[found.group()]} ', text)
        text, lost = in_latin(_MARKS.sub(' ', text), rules.letters)
        lost += len(set(_TO_HEAR.findall(text)) - set(rules.silent))
        text = ' '.join(_TO_HEAR.sub(' ', text).split())
        text = re.sub(r'\s+(?=[.,!?;:…](?:\s|$))|(?<=\.m\.)\.', '', text)
        return Reading(text, lost)


def _plain(text: str) -> str:
    """Return a text in one form: plain digits and letters, without what cannot be seen."""
    text = _FRACTION.sub(_common, text)
    parts = []
    for character in text:
        if character in _SMALL:
            parts.append(character)
        elif unicodedata.category(character) == 'Nd':
            parts.append(str(unicodedata.decimal(character)))
        elif unicodedata.category(character) not in ('Cf', 'Cc', 'Me') or character.isspace():
            parts.append(unicodedata.normalize('NFKC', character))
    text = unicodedata.normalize('NFC', ''.join(parts))
    return ''.join(c for c in text if unicodedata.category(c) != 'Mn' or ord(c) > 0x36F)


def _common(found: re.Match[str]) -> str:
    """Return '1½' as '1 1/2'."""
    over, _, under = unicodedata.normalize('NFKC', found.group(2)).partition('⁄')  # noqa: RUF001
    return f'{found.group(1)} {over}/{under}'.lstrip()


def _written(words: dict[str, str]) -> re.Pattern[str]:
    """Return a pattern of any of the words, the longest first, as whole words."""
    longest_first = sorted(words, key=len, reverse=True)
    starts = {word: r'(?<!\w)' if _in_words(word[0]) else '' for word in longest_first}
    ends = {word: r'(?!\w)' if _in_words(word[-1]) else '' for word in longest_first}
    whole = (starts[word] + re.escape(word) + ends[word] for word in longest_first)
    return re.compile('|'.join(whole) or '(?!)')


def _in_words(character: str) -> bool:
    return character.isalpha() or character.isdecimal()
