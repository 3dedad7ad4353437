"""Leaves out what is said beside the words of a request, whatever their order."""

from collections.abc import Collection, Iterable, Sequence

from phoenix_speech.understanding.alignment import split_words
from phoenix_speech.understanding.tolerance import Tolerance


class WordsBeside:
    """
    The words of a language that are said beside a request.

    :param skipped: phrases that tell nothing.
    :param heads: begin a question.
    """

    def __init__(
        self, skipped: Iterable[str], tolerance: Tolerance, heads: Collection[str]
    ) -> None:
        rules = tolerance.free_order
        self._skipped, self._weak = _phrases(skipped), _phrases(rules.weak)
        self._tells, self._heads = _phrases(rules.tells), heads
        leads = set(tolerance.lead_words).difference(rules.no_leads)
        self._leads = frozenset(leads.union(rules.besides))

    def left_out(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return words without what tells nothing, and without what tells little, too."""
        said = _without(self._skipped, words)
        strong = self._without_leads(_without(self._weak, said))
        begin = next((len(one) for one in self._tells if tuple(strong[: len(one)]) == one), 0)
        is_question = begin < len(strong) and strong[begin] in self._heads
        return self._without_leads(said), strong[begin:] if is_question else strong

    def _without_leads(self, words: list[str]) -> list[str]:
        while words and words[0] in self._leads:
            words = words[1:]
        return words


def _phrases(phrases: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the words of each phrase, the longest first."""
    return sorted(map(split_words, phrases), key=len, reverse=True)


def _without(phrases: Sequence[tuple[str, ...]], words: Sequence[str]) -> list[str]:
    """Return words without the phrases among them."""
    kept: list[str] = []
    rest = tuple(words)
    while rest:
        count = next((len(one) for one in phrases if rest[: len(one)] == one), 0)
        kept += [] if count else rest[:1]
        rest = rest[max(1, count) :]
    return kept
