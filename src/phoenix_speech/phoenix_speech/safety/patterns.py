"""
Turns the patterns of the safety files into regular expressions over normalised words.

    kill|hurt        one of these words
    kill*  *berry    a word that begins, or ends, so
    (my head|me)     one of these sequences
    [to|at him]      one of these sequences, or nothing
    <harm>           the group of that name, which holds sequences
    ..  ..5          up to 3 words, or up to 5, that do not matter
    !hair  !(a|b c)  here none of these follows
    ^  $             the beginning, the end of the sentence
"""

import re
from collections.abc import Mapping

DEFAULT_GAP = 3
LONGEST_GAP = 12

_WORD = re.compile(r'\*?\w+\*?|\*')
_GAP = re.compile(r'\.\.(\d*)')
_OPENING, _CLOSING = '([', ')]'


class PatternError(ValueError):
    """A pattern is not written as patterns are."""


def pattern_source(pattern: str, groups: Mapping[str, str]) -> str:
    """
    Return the regular expression of a pattern, for the text of `normalise.text_of`.

    Each word takes the blank behind it, so what is searched has to begin behind a blank.

    :raises PatternError: says which part is wrong.
    """
    if not pattern.strip():
        raise PatternError('empty pattern')
    return _sequence(pattern, groups)


def vocabulary(pattern: str, groups: Mapping[str, str]) -> set[str]:
    """Return the whole words that a pattern looks for."""
    pattern = re.sub(r'!\([^)]*\)|![^\s)\]]+', ' ', pattern)
    for name, content in groups.items():
        pattern = pattern.replace(f'<{name}>', f' {content} ')
    return {word for word in re.split(r'[^\w*]+', pattern) if word and '*' not in word}


def _sequence(text: str, groups: Mapping[str, str]) -> str:
    return ''.join(_unit(unit, groups) for unit in _split(text, ' ') if unit)


def _unit(unit: str, groups: Mapping[str, str]) -> str:
    if unit.startswith('!'):
        return f'(?!{_unit(unit[1:], groups)})'
    if unit[:1] in ('(', '[') and unit.endswith(_CLOSING[_OPENING.index(unit[0])]):
        within = '|'.join(_sequence(part, groups) for part in _split(unit[1:-1], '|'))
        return f'(?:{within})' + ('?' if unit[0] == '[' else '')
    words = [_word(word, groups) for word in unit.split('|')]
    return words[0] if len(words) == 1 else f'(?:{"|".join(words)})'


def _word(word: str, groups: Mapping[str, str]) -> str:
    if word == '^':
        return '(?<=^ )'
    if word == '$':
        return '(?=$)'
    gap = _GAP.fullmatch(word)
    if gap:
        most = int(gap.group(1) or DEFAULT_GAP)
        if not 0 < most <= LONGEST_GAP:
            raise PatternError(f'a gap of {most} words; allowed are 1 to {LONGEST_GAP}')
        return rf'(?:\S+ ){{0,{most}}}?'
    if word.startswith('<') and word.endswith('>'):
        if word[1:-1] not in groups:
            raise PatternError(f'{word} is no group; there are {", ".join(groups)}')
        return _unit(f'({groups[word[1:-1]]})', groups)
    if not _WORD.fullmatch(word):
        raise PatternError(f'{word!r} is no word')
    return re.escape(word).replace(r'\*', r'\S*') + ' '


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator that stands in no brackets."""
    parts, depth = [''], 0
    for character in text:
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth < 0:
            break
        if character == separator and depth == 0:
            parts.append('')
        else:
            parts[-1] += character
    if depth:
        raise PatternError(f'brackets of {text!r} do not match')
    return parts
