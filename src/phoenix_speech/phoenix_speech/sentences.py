"""
Cuts text into sentences, also while it streams in, and into pieces to be spoken.

Own code with the rules of each language in config/<language>/speech.yaml. Of the 60 German texts
of test/german_sentences.txt sentencex cut 46 right, pysbd 42, blingfire 41, syntok 38; none of
them takes a stream. stream2sentence does, but waits for a dozen characters of the next sentence.
"""

import re
from functools import cached_property
from pathlib import Path

from pydantic import Field

from phoenix_core.settings.config_file import FileModel, load_config

_CLOSING = '"\'’”“‘»«)'  # noqa: RUF001  # quotes close differently from language to language
_ENDING = re.compile(rf'([.!?…]+)([{_CLOSING}\]*_`]*)(\s+)|\n\s*')
_LAST_WORD = re.compile(r'[^\W\d_](?:[\w.]*[^\W_])?$')
_LIST_NUMBER = re.compile(r'\d+$')
_LAST_NUMBER = re.compile(r'(?:(\w+)\W+)?(?<![\d.,:])\d{1,3}$')  # and the word before it
_DATE = re.compile(r'(?<!\d)\d{1,2}\.\d{1,2}$')  # '24.12' before its last full stop
_NEXT_WORD = re.compile(r'([^\W\d_]+)(\W)?')
_SHORTEST_CLAUSE = 12  # characters
_LONG_FIRST_SENTENCE = 60
_LONGEST_PIECE = 120  # a neural voice keeps the memory that its longest piece took


class OrdinalRules(FileModel):
    """How to recognize that a full stop makes a number an ordinal, as in German '24. Dezember'."""

    after: list[str]  # words before an ordinal, such as articles
    before: list[str]  # nouns that follow an ordinal, such as months
    openers: list[str]  # words that begin a new sentence, though one of `after` is there


class SpeechRules(FileModel):
    """How texts of a language are cut, and words of it; the lists in lower case."""

    page: str = Field(min_length=1)  # said for an address on the internet
    mail: str = Field(min_length=1)  # said for that of a mailbox
    warm_up: str = Field(min_length=1)  # synthesized at the start, so that the voice is loaded
    never_last: list[str]  # abbreviations that end no sentence
    maybe_last: list[str]  # abbreviations that end a sentence unless a small letter follows
    letter_words: list[str] = []  # capital letters that are words and no initials
    clause_words: list[str] = Field(min_length=1)  # before which a long sentence may be cut
    ordinals: OrdinalRules | None = None

    @staticmethod
    def load(config: Path, language: str) -> 'SpeechRules':
        """
        Read the rules of a language.

        :raises ConfigFileError: there are none, or there is a mistake in them.
        """
        return load_config(config / language / 'speech.yaml', SpeechRules)

    @cached_property
    def clause_end(self) -> re.Pattern[str]:
        """Matches between two clauses."""
        words = '|'.join(map(re.escape, self.clause_words))
        return re.compile(rf'[,;:–—][{_CLOSING}]?\s+|\s+(?=(?:{words})\s)')  # noqa: RUF001

    def ends_sentence(self, text: str, start: int, ending: re.Match[str]) -> bool | None:
        """
        Decide whether a sentence that begins at start ends here.

        :returns: None: that depends on text still to come.
        """
        marks, closing, gap = ending.groups()
        if marks is None or '\n' in gap:
            return True
        following = text[ending.end() :]
        if marks == '.' and not closing:
            before = text[start : ending.start()]
            if _LIST_NUMBER.fullmatch(before):  # '1. Bears'
                return False
            number = _LAST_NUMBER.search(before)
            if number is not None and self.ordinals is not None:
                return _ends_after_number(number.group(1) or '', following, self.ordinals)
            if self.ordinals is not None and _DATE.search(before):
                return not following[0].islower() if following else None
            found = _LAST_WORD.search(before)
            word = found.group() if found else ''
            initial = len(word) == 1 and word.isupper() and word not in self.letter_words
            if initial or word.lower() in self.never_last:
                return False
            if word.lower() not in self.maybe_last:
                return True
        elif not closing and '..' not in marks and '…' not in marks:
            return True
        # 'at 5 p.m. today', '"Stop!" said the fox', 'well... maybe'
        return not following[0].islower() if following else None


def _ends_after_number(previous: str, following: str, rules: OrdinalRules) -> bool | None:
    """Decide whether a number with a full stop ends a sentence, or is an ordinal in it."""
    if not following:
        return None
    word = _NEXT_WORD.match(following)
    if word is None:
        return True
    if following[0].islower():  # 'der 3. kleine Hase'
        return False
    if word.group(2) is None:  # it may go on
        return None
    if word.group(1).lower() in rules.before:  # '24. Dezember'
        return False
    # 'im 3. Zimmer', but 'am 3. Dann'
    return previous.lower() not in rules.after or word.group(1).lower() in rules.openers


class SentenceStream:
    """Collects streamed text and returns each sentence as soon as it is complete."""

    def __init__(self, rules: SpeechRules) -> None:
        self._rules = rules
        self._text = ''

    @property
    def pending(self) -> int:
        """The number of characters of the unfinished sentence."""
        return len(self._text)

    def feed(self, delta: str) -> list[str]:
        """Add a piece of text; return the sentences that are now complete."""
        self._text = (self._text + delta).lstrip()
        sentences = []
        start = 0
        for ending in _ENDING.finditer(self._text):
            ends = self._rules.ends_sentence(self._text, start, ending)
            if ends is None:
                break
            if ends:
                sentences.append(self._text[start : ending.end()].strip())
                start = ending.end()
        self._text = self._text[start:]
        return sentences

    def finish(self) -> list[str]:
        """End the text; return the sentences that are left."""
        # What depends on the next sentence is decided by a line end.
        sentences = [*self.feed('\n'), self._text.strip()]
        self._text = ''
        return [sentence for sentence in sentences if sentence]


def split_sentences(text: str, rules: SpeechRules) -> list[str]:
    """Cut a whole text into sentences."""
    stream = SentenceStream(rules)
    return [*stream.feed(text), *stream.finish()]


def speakable_pieces(text: str, rules: SpeechRules) -> list[str]:
    """
    Cut a text into what a voice synthesizes at once: sentences of limited length.

    A long first sentence is cut after its first clause, so that the first sound comes early.
    Pieces without a letter or digit are left out: they have no sound.
    """
    pieces: list[str] = []
    for sentence in split_sentences(text, rules):
        rest = sentence
        if not pieces and len(rest) > _LONG_FIRST_SENTENCE:
            cuts = [cut for cut in _clause_ends(rest, rules) if cut <= _LONGEST_PIECE]
            if cuts:
                pieces.append(rest[: cuts[0]].rstrip())
                rest = rest[cuts[0] :]
        while len(rest) > _LONGEST_PIECE:
            cuts = [cut for cut in _clause_ends(rest, rules) if cut <= _LONGEST_PIECE]
            space = rest.rfind(' ', 1, _LONGEST_PIECE)
            cut = cuts[-1] if cuts else space if space > 0 else _LONGEST_PIECE
            pieces.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        pieces.append(rest)
    return [piece for piece in pieces if any(character.isalnum() for character in piece)]


def _clause_ends(text: str, rules: SpeechRules) -> list[int]:
    """Return where clauses end, except where only a word or two would be cut off."""
    latest = len(text) - _SHORTEST_CLAUSE
    ends = [match.end() for match in rules.clause_end.finditer(text)]
    return [end for end in ends if _SHORTEST_CLAUSE <= end <= latest]
