"""Makes the text of a language model fit to be spoken, and recognizes rubbish."""

import re
import unicodedata

# A model that writes the lines of others, its own markers or its thoughts has lost its role.
_ROLE_MARKER = re.compile(
    r'<\|.*?\|>|</?s>|</?think|\[/?INST\]|^\W*(?:user|human|assistant|system)\W*:', re.IGNORECASE
)
_LINK = re.compile(r'!?\[([^\]]*)\]\([^)]*\)')  # [text](address)
_ADDRESS = re.compile(r'\w+://|\bwww\.|\w@\w|\w\.(?:com|org|net|io)\b', re.IGNORECASE)
_LINE_START = re.compile(r'^(?:#{1,6}|[-*+•>]|\d+[.)])\s+')
_MARKS = re.compile(r'<3|<[^>]*>|[*_`~#|<>\\{}\[\]]|(?<!\w)[:;]-?[()DP](?!\w)')
_EMOJI_PARTS = re.compile('[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]')
_SILENT_CATEGORIES = frozenset(('So', 'Cc', 'Cf', 'Cn', 'Co', 'Cs'))


def is_rubbish(sentence: str) -> bool:
    """Return whether a sentence shows that the model has gone wrong."""
    control = any(unicodedata.category(c) == 'Cc' and not c.isspace() for c in sentence)
    return control or _ROLE_MARKER.search(sentence) is not None


def spoken(sentence: str, name: str) -> str:
    """
    Return a sentence without markdown, emoji and the speaker's name in front.

    Return an empty string if nothing is left, or for an internet address, as no child should
    follow it.
    """
    text = _LINK.sub(r'\1', sentence)
    if _ADDRESS.search(text):
        return ''
    text = _MARKS.sub('', _LINE_START.sub('', text.strip()))
    text = re.sub(rf'^\W*{re.escape(name)}\s*:', '', text)
    text = ''.join(
        character
        for character in _EMOJI_PARTS.sub('', text)
        if character == '°'
        or character.isspace()
        or unicodedata.category(character) not in _SILENT_CATEGORIES
    )
    text = re.sub(r'\s+(?=[.,!?;:])', '', ' '.join(text.split()))
    return text if any(character.isalnum() for character in text) else ''
