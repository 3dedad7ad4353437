"""Reads emoji: what stands for a word is named, what only decorates is not."""

import re

from phoenix_speech.voice.reading.rules import ReadingRules

_TONES = re.compile('[\U0001f3fb-\U0001f3ff]')
_ENDS = '.!?…:;"\n'


class EmojiReader:
    """
    The emoji of one language, by the names of Unicode.

    A person who reads aloud says 'dog' for a dog in the place of a word, and nothing for the
    confetti after a sentence; of a text without any words they say what is seen.
    """

    def __init__(self, language: str, rules: ReadingRules) -> None:
        self._language, self._rules = language, rules

    def read(self, text: str) -> str:
        """Return a whole text, in which emoji are words or gone."""
        if text.isascii() or not any(ord(c) > 0x2000 for c in text):
            return text
        import emoji  # half a second and 7 MB, of use to few texts

        emoji.config.load_language(self._language)
        plain = _TONES.sub('', text)
        found = [
            (one['match_start'], one['match_end'], self._name(emoji.EMOJI_DATA[one['emoji']]))
            for one in emoji.emoji_list(plain)
        ]
        if not found:
            return text
        parts, at, names = [], 0, set[str]()
        has_words = any(c.isalnum() for c in emoji.replace_emoji(plain, ''))
        for start, end, name in found:
            parts.append(plain[at:start])
            so_far = ''.join(parts)
            shown = name not in names and (
                not has_words or self._is_word(name, so_far, plain[end:])
            )
            names.add(name)
            comma = ',' if not has_words and shown and len(names) > 1 else ''
            parts.append(f'{comma} {name} ' if shown else ' ')
            at = end
        said = ' '.join(''.join([*parts, plain[at:]]).split())
        return re.sub(r'\s+(?=[.,!?;:…])', '', said)

    def _name(self, names: dict[str, str]) -> str:
        english = names['en'].strip(':')
        name = names.get(self._language, names['en']).strip(':').replace('_', ' ')
        return self._rules.emoji.get(english, name)

    def _is_word(self, name: str, before: str, after: str) -> bool:
        """Return whether an emoji between these stands for a word."""
        words, goes_on = name.lower().split(), after.lstrip()[:1]
        if any(word in words for word in self._rules.decoration):
            return name in self._rules.emoji.values() and goes_on.islower()
        last = before.rstrip()[-1:]
        if last and last not in _ENDS:
            sentence = re.split(r'[.!?…\n]', before)[-1].lower()
            return not any(word[:4] in sentence for word in words if len(word) > 2)
        return goes_on.islower() or goes_on.isdigit()
