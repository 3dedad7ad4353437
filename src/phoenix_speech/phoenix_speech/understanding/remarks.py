"""
Finds what people say besides a request: why they ask, how they are, a word of agreement.

A remark is a clause with a subject and its verb, or a reason, without a number, a time or a
condition. What is quoted, what takes a request back and what restricts it are no remarks, so that
the whole sentence is refused or asked about.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from pydantic import field_validator

from phoenix_core.settings.config_file import FileModel

SHORTEST, LONGEST = 3, 12  # words of a remark that is a clause
MIN_REST = 2  # words of a request that has a remark
ADDRESS = range(1, SHORTEST)  # words before a request that may be the name of somebody else
MOST_SPLITS = 8  # of a sentence that are looked at


class RemarkRules(FileModel):
    """
    What a remark looks like in a language, as regular expressions of its words.

    :param reasons: begin a reason, as 'because'; what follows may be denied.
    :param clauses: begin a clause that may be a remark, as 'i am'.
    :param starts: begin a request after a remark; what begins otherwise belongs to the clause.
    :param unfinished: a clause with these goes on where a request seems to begin: 'i have to'.
    :param openings: are a remark alone at the beginning of a sentence, as 'listen'.
    :param tags: are a remark alone at the end of a sentence, as 'okay'.
    :param restricts: is what a request is restricted to, where it follows one: 'that is red'.
    :param never: words that no remark has: of conditions, of what others say, of taking back.
    :param unclear: others that none has; but it can be asked about a request beside them.
    """

    reasons: list[str] = []
    clauses: list[str] = []
    starts: list[str] = []
    unfinished: list[str] = []
    openings: list[str] = []
    tags: list[str] = []
    restricts: list[str] = []
    never: list[str] = []
    unclear: list[str] = []

    @field_validator(
        'reasons',
        'clauses',
        'starts',
        'unfinished',
        'openings',
        'tags',
        'restricts',
        'never',
        'unclear',
    )
    @classmethod
    def _compiles(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f'{pattern!r} is no regular expression: {error}') from None
        return patterns

    def __bool__(self) -> bool:
        return bool(self.reasons or self.clauses or self.openings or self.tags)

    @cached_property
    def reason(self) -> re.Pattern[str]:
        """What begins a reason."""
        return _any_of(self.reasons, r'\b')

    @cached_property
    def clause(self) -> re.Pattern[str]:
        """What begins a clause."""
        return _any_of(self.clauses, r'\b')

    @cached_property
    def start(self) -> re.Pattern[str]:
        """What begins a request after a remark."""
        return _any_of(self.starts, r'\b')

    @cached_property
    def going_on(self) -> re.Pattern[str]:
        """What a clause has that is not finished."""
        return _any_of(self.unfinished, r'\b')

    @cached_property
    def opening(self) -> re.Pattern[str]:
        """What is a remark alone at the beginning."""
        return _any_of(self.openings, '$')

    @cached_property
    def tag(self) -> re.Pattern[str]:
        """What is a remark alone at the end."""
        return _any_of(self.tags, '$')

    @cached_property
    def restriction(self) -> re.Pattern[str]:
        """What a request before it is restricted to."""
        return _any_of(self.restricts, '')

    @cached_property
    def no_remark(self) -> re.Pattern[str]:
        """What no remark has."""
        return _any_of([*self.never, *self.unclear], r'\b')

    @cached_property
    def turning(self) -> re.Pattern[str]:
        """What turns the sense of a request beside it."""
        return _any_of(self.never, r'\b')


class Remarks:
    """
    The remarks of a language.

    :param tells_a_quantity: returns whether there is a number or a time in a text.
    :param tells_an_amount: returns the same of a length of time or a time of the day.
    """

    def __init__(
        self,
        rules: RemarkRules,
        negations: Sequence[str],
        tells_a_quantity: Callable[[str], bool],
        tells_an_amount: Callable[[str], bool],
    ) -> None:
        self._rules, self._negations = rules, frozenset(negations)
        self._tells_a_quantity, self._tells_an_amount = tells_a_quantity, tells_an_amount

    def splits(self, words: list[str]) -> Iterator[tuple[list[str], list[list[str]]]]:
        """Yield the words without a remark at an end or at both, and the remarks."""
        if not self._rules:
            return
        begins, ends = [0, *self._begins(words)], [len(words), *self._ends(words)]
        splits = [(begin, end) for begin in begins for end in ends if end - begin >= MIN_REST]
        splits.sort(key=lambda split: split[0] - split[1])  # the longest rest first
        for begin, end in splits[1 : MOST_SPLITS + 1]:
            rest, remarks = words[begin:end], [one for one in (words[:begin], words[end:]) if one]
            # 'It is dark' asks for light alone; what is said besides tells what is meant.
            if not (self._is_clause(rest) and any(map(self._is_clause, remarks))):
                yield rest, remarks

    def inner(self, words: list[str]) -> Iterator[tuple[int, int, bool]]:
        """
        Yield where a request may begin and end among words that do not turn its sense.

        Whether it is one, is told third: 'mom, turn off the light' is for somebody else.
        """
        ends = [len(words), *self._inner_ends(words)]
        for begin in range(len(words) - MIN_REST + 1):
            before = ' '.join(words[:begin])
            if self._rules.turning.search(before) or self._tells_an_amount(before):
                return
            if self._rules.start.match(' '.join(words[begin:])):
                is_open = not self._rules.going_on.search(before) and begin not in ADDRESS
                is_open = is_open and self._negations.isdisjoint(words[max(0, begin - 1) : begin])
                spans = ((begin, end) for end in ends if end - begin >= MIN_REST)
                yield from ((*span, is_open) for span in spans if span != (0, len(words)))

    def _inner_ends(self, words: list[str]) -> Iterator[int]:
        """Yield where a clause may begin that does not turn the sense of what is before it."""
        for index in range(len(words) - SHORTEST, MIN_REST - 1, -1):
            rest = ' '.join(words[index:])
            if self._rules.turning.search(rest) or self._tells_an_amount(rest):
                return
            begins = self._rules.clause.match(rest) or self._rules.reason.match(rest)
            if begins and not self._rules.restriction.match(rest):
                yield index

    def _begins(self, words: list[str]) -> Iterator[int]:
        """Yield where a remark at the beginning may end."""
        for index in range(1, min(len(words), LONGEST + 1)):
            before, rest = ' '.join(words[:index]), ' '.join(words[index:])
            if self._rules.opening.match(before) or (
                self._rules.start.match(rest)
                and not self._rules.going_on.search(before)
                and self._is_clause(words[:index])
            ):
                yield index

    def _ends(self, words: list[str]) -> Iterator[int]:
        """Yield where a remark at the end may begin."""
        for index in range(len(words) - 1, max(0, len(words) - LONGEST - 1), -1):
            rest = words[index:]
            restricts = self._rules.restriction.match(' '.join(rest))
            if self._rules.tag.match(' '.join(rest)) or (not restricts and self._is_clause(rest)):
                yield index

    def _is_clause(self, words: list[str]) -> bool:
        """Return whether words are a clause that nothing is to be done about."""
        text = ' '.join(words)
        gives_reason = self._rules.reason.match(text) is not None
        if len(words) < SHORTEST or not (gives_reason or self._rules.clause.match(text)):
            return False
        if self._rules.no_remark.search(text) or self._tells_a_quantity(text):
            return False
        return gives_reason or self._negations.isdisjoint(words)


def _any_of(patterns: Sequence[str], end: str) -> re.Pattern[str]:
    return re.compile(rf'\b(?:{"|".join(patterns)}){end}' if patterns else r'(?!)')
