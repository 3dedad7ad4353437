"""Writes what is in other alphabets with the letters that a voice of the language can read."""

import re
import unicodedata

_WORD = re.compile(r'\w+')
# Cyrillic and Greek letters by their looks: in a word with Latin ones they stand for these.
_LOOKS = str.maketrans(
    'аеорсухіјѕԁһӏкмтвнАЕОРСУХІЈЅКМТВНοανρτυικΟΑΝΡΤΥΙΚΕΒΗΜΧΖ',
    'aeopcyxijsdhlkmtbhAEOPCYXIJSKMTBHoavptuikOANPTYIKEBHMXZ',
)


def in_latin(text: str, own: str) -> tuple[str, int]:
    """
    Return a text in Latin letters, and how many characters have no reading.

    :param own: letters of the language besides a to z; those with an accent are kept, too.
    """
    if text.isascii():
        return text, 0
    lost = 0

    def word(found: re.Match[str]) -> str:
        nonlocal lost
        letters = found.group()
        if re.search('[A-Za-z]', letters):
            letters = letters.translate(_LOOKS)
        written, missing = _transliterated(letters, own)
        lost += missing
        return written

    return _WORD.sub(word, text), lost


def _transliterated(word: str, own: str) -> tuple[str, int]:
    if all(c.isascii() or c in own or _has_accent(c) for c in word):
        return word, 0
    from anyascii import anyascii

    parts = [c if c in own or _has_accent(c) else anyascii(c) for c in word]
    written = ''.join(parts)
    # Signs for whole syllables come with a capital letter each.
    other = not any(c.isascii() and c.isalpha() for c in word)
    return (written.capitalize() if other else written), parts.count('')


def _has_accent(character: str) -> bool:
    return unicodedata.normalize('NFD', character)[0].isascii()
