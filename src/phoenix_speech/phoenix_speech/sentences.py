"""
Cuts English text into sentences, also while it still streams in, and into pieces to be spoken.

Own code: pysbd and syntok are unmaintained and want whole texts; stream2sentence streams, but
waits for a dozen characters of the next sentence and trips over markdown, lists and lower case.
"""

import re

_ENDING = re.compile(r"""([.!?…]+)(['"’”»)\]*_`]*)(\s+)|\n\s*""")  # noqa: RUF001
_LAST_WORD = re.compile(r'[^\W\d_](?:[\w.]*[^\W_])?$')
_LIST_NUMBER = re.compile(r'\d+$')
_NEVER_LAST = frozenset(
    ['mr', 'mrs', 'ms', 'dr', 'prof', 'st', 'mt', 'vs', 'e.g', 'i.e', 'approx']
)
_MAYBE_LAST = frozenset(['etc', 'a.m', 'p.m', 'u.s', 'u.k', 'jr', 'sr'])

_CLAUSE_END = re.compile(
    r'[,;:–—]["’”)]?\s+|\s+(?=(?:and|but|because|so|when|while|who|which|until)\s)'  # noqa: RUF001
)
_SHORTEST_CLAUSE = 12  # characters
_LONG_FIRST_SENTENCE = 60
_LONGEST_PIECE = 120  # a neural voice keeps the memory that its longest piece took


class SentenceStream:
    """Collects streamed text and gives each sentence as soon as it is seen to be complete."""

    def __init__(self) -> None:
        self._text = ''

    @property
    def pending(self) -> int:
        """Characters waiting for the end of their sentence."""
        return len(self._text)

    def feed(self, delta: str) -> list[str]:
        """Take the next piece of text and return the sentences that are now complete."""
        self._text = (self._text + delta).lstrip()
        sentences = []
        start = 0
        for ending in _ENDING.finditer(self._text):
            ends = _ends_sentence(self._text, start, ending)
            if ends is None:
                break
            if ends:
                sentences.append(self._text[start : ending.end()].strip())
                start = ending.end()
        self._text = self._text[start:]
        return sentences

    def finish(self) -> list[str]:
        """Return what is left: the text is over."""
        # What could not be told without the next sentence is told by a line end.
        sentences = [*self.feed('\n'), self._text.strip()]
        self._text = ''
        return [sentence for sentence in sentences if sentence]


def _ends_sentence(text: str, start: int, ending: re.Match[str]) -> bool | None:
    """Say whether a sentence ends here; None: that depends on text still to come."""
    marks, closing, gap = ending.groups()
    if marks is None or '\n' in gap:
        return True
    if marks == '.' and not closing:
        before = text[start : ending.start()]
        if _LIST_NUMBER.fullmatch(before):  # '1. Bears'
            return False
        found = _LAST_WORD.search(before)
        word = found.group() if found else ''
        initial = len(word) == 1 and word.isupper() and word != 'I'
        if initial or word.lower() in _NEVER_LAST:
            return False
        if word.lower() not in _MAYBE_LAST:
            return True
    elif not closing and '..' not in marks and '…' not in marks:
        return True
    # 'at 5 p.m. today', '"Stop!" said the fox', 'well... maybe'
    following = text[ending.end() : ending.end() + 1]
    return not following.islower() if following else None


def split_sentences(text: str) -> list[str]:
    """Cut a whole text into sentences."""
    stream = SentenceStream()
    return [*stream.feed(text), *stream.finish()]


def speakable_pieces(text: str) -> list[str]:
    """
    Cut a text into what a voice makes at one go: sentences, but nothing endless.

    A long first sentence is cut after its first clause, so that the first sound comes early.
    Pieces without a letter or digit are left out: there is nothing to say.
    """
    pieces: list[str] = []
    for sentence in split_sentences(text):
        rest = sentence
        if not pieces and len(rest) > _LONG_FIRST_SENTENCE:
            cuts = [cut for cut in _clause_ends(rest) if cut <= _LONGEST_PIECE]
            if cuts:
                pieces.append(rest[: cuts[0]].rstrip())
                rest = rest[cuts[0] :]
        while len(rest) > _LONGEST_PIECE:
            cuts = [cut for cut in _clause_ends(rest) if cut <= _LONGEST_PIECE]
            space = rest.rfind(' ', 1, _LONGEST_PIECE)
            cut = cuts[-1] if cuts else space if space > 0 else _LONGEST_PIECE
            pieces.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        pieces.append(rest)
    return [piece for piece in pieces if any(character.isalnum() for character in piece)]


def _clause_ends(text: str) -> list[int]:
    """Return where clauses end, apart from those that would leave only a word or two."""
    latest = len(text) - _SHORTEST_CLAUSE
    ends = [match.end() for match in _CLAUSE_END.finditer(text)]
    return [end for end in ends if _SHORTEST_CLAUSE <= end <= latest]
