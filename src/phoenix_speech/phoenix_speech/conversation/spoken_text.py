"""Makes the text of a language model fit to be spoken, and recognizes rubbish."""

import re
import unicodedata

from phoenix_speech.safety.speech_guard import TOP_LEVEL_DOMAINS
from phoenix_speech.sentences import SpeechRules

# A model that writes the lines of others, its own markers or its thoughts has lost its role.
_ROLE_MARKER = re.compile(
    r'<\|.*?\|>|</?s>|</?think|\[/?INST\]|^\W*(?:user|human|assistant|system)\W*:', re.IGNORECASE
)
_LINK = re.compile(r'!?\[([^\]]*)\]\([^)]*\)')  # [text](address)
_MAIL = re.compile(r'[\w.+-]+@[\w-]+(?:\.[\w-]+)*')
_PAGE = re.compile(
    r'(?:\w+://|\bwww\.)\S*[\w/]'
    rf'|\b[\w-]+(?:\.[\w-]+)*\.(?:{TOP_LEVEL_DOMAINS})\b(?:/\S*[\w/])?',
    re.IGNORECASE,
)
_LINE_START = re.compile(r'^(?:#{1,6}|[-*+•>]|\d+[.)])\s+')
_MARKS = re.compile(r'<3|<[^>]*>|[*_`~#|<>\\{}\[\]]|(?<!\w)[:;]-?[()DP](?!\w)')
_INVISIBLE = frozenset(('Cc', 'Cn', 'Co', 'Cs'))
_HEARD = frozenset(('So', 'Sm', 'Sc'))  # signs that the voice has words for


def is_rubbish(sentence: str) -> bool:
    """Return whether a sentence shows that the model has gone wrong."""
    control = any(unicodedata.category(c) == 'Cc' and not c.isspace() for c in sentence)
    return control or _ROLE_MARKER.search(sentence) is not None


def spoken(sentence: str, name: str, rules: SpeechRules) -> str:
    """
    Return a sentence without markdown and the speaker's name in front.

    For an address it has other words, as no child should follow it. Signs and emoji stay: the
    voice reads them. Return an empty string if nothing is left.
    """
    text = _LINK.sub(r'\1', sentence)
    text = _PAGE.sub(rules.page, _MAIL.sub(rules.mail, text))
    text = _MARKS.sub('', _LINE_START.sub('', text.strip()))
    text = re.sub(rf'^\W*{re.escape(name)}\s*:', '', text)
    text = ''.join(c for c in text if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    text = re.sub(r'\s+(?=[.,!?;:])', '', ' '.join(text.split()))
    is_heard = any(c.isalnum() or unicodedata.category(c) in _HEARD for c in text)
    return text if is_heard else ''
