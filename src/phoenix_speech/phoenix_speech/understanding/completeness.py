"""Judges whether a person who pauses has said a whole sentence, or is in the middle of one."""

from collections.abc import Callable, Sequence
from enum import Enum
from functools import reduce
from pathlib import Path
from typing import NamedTuple, TypeAlias

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    TextChunk,
)
from hassil.intents import RangeSlotList, SlotList, TextSlotList, WildcardSlotList
from hassil.util import remove_skip_words

from phoenix_core.settings.config_file import FileModel, load_config
from phoenix_speech.understanding.intents_file import load_intents
from phoenix_speech.understanding.quantities.reader import Kind, load_quantities
from phoenix_speech.understanding.quantities.terms import Term, read_terms
from phoenix_speech.understanding.tolerance import load_tolerance

FRAGMENT_WORDS = 2


class Completeness(Enum):
    """How much of a sentence was said."""

    WHOLE = 'whole'  # a sentence of the intents, and no longer one that asks for more begins so
    ENOUGH = 'enough'  # a sentence of the intents; a longer one begins so, too
    OPEN = 'open'  # something must follow
    FRAGMENT = 'fragment'  # a word or two that no sentence begins with
    UNCLEAR = 'unclear'  # anything else: it may be all, or go on


class PauseRules(FileModel):
    """
    What a pause tells in one language: pauses.yaml.

    :param never_last: words after which a sentence goes on, as 'and' and 'the'.
    """

    never_last: list[str] = []


class _Reading(NamedTuple):
    """The terms of a text; `longer` is set when a template would go on behind them."""

    terms: Sequence[Term]
    longer: list[bool]  # one, False at first


# Where in the terms a part of a template may end, of where it may begin.
Places: TypeAlias = frozenset[int]
Step: TypeAlias = Callable[[_Reading, Places], Places]


class _Sentence(NamedTuple):
    """A sentence template, compiled."""

    intent: str
    step: Step
    has_slots: bool


class _Match(NamedTuple):
    """The intents that a text is a whole sentence of, and the sentences that go on behind it."""

    whole: set[str]
    longer: list[_Sentence]

    @property
    def may_mean_more(self) -> bool:
        """Return whether what may follow is more than other words for the same."""
        return any(one.has_slots or one.intent not in self.whole for one in self.longer)


class CompletenessJudge:
    """The sentence templates of a language, compared with what was said so far word by word."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """
        Load the intents.yaml of each folder, and what the first one tells of the language.

        :raises ConfigFileError: a file is broken, or the first folder has no intents.
        """
        files = [folder / 'intents.yaml' for folder in folders]
        self._intents = load_intents([files[0], *(file for file in files[1:] if file.exists())])
        self._quantities = load_quantities(folders[0] / 'quantities.yaml', self._intents.language)
        self._tolerance = load_tolerance(folders[0] / 'tolerance.yaml')
        self._joins = [tuple(join.split()) for join in self._tolerance.joins]
        rules = load_config(folders[0] / 'pauses.yaml', PauseRules)
        self._never_last = frozenset(rules.never_last)
        self._rules: dict[str, Step] = {}
        self._sentences = [
            _Sentence(
                name,
                self._compile(sentence.expression),
                self._has_slots(sentence.expression),
            )
            for name, intent in self._intents.intents.items()
            for data in intent.data
            for sentence in data.sentences
        ]

    def judge(self, text: str) -> Completeness:
        """Return how complete a text is."""
        terms = self._terms(self._tolerance.written_out(text))
        if not terms:
            return Completeness.UNCLEAR
        said = ' '.join(term.text for term in terms)
        marked = self._marked(said)
        match = self._match([terms, marked])
        if terms[-1].value is not None and (not match.whole or self._lacks_unit(said)):
            return Completeness.OPEN
        if match.whole:
            if self._ends_in(marked, Kind.DURATION, Kind.SUM, Kind.CITY):
                return Completeness.ENOUGH
            if terms[-1].value is not None or self._ends_in(marked, Kind.CLOCK, Kind.DAY):
                return Completeness.UNCLEAR  # with 'tomorrow' behind it would be two alarms
            return Completeness.ENOUGH if match.may_mean_more else Completeness.WHOLE
        if len(marked) == 1 and self._ends_in(marked, *Kind):
            return Completeness.UNCLEAR  # 'ten minutes': it may be an answer
        if match.longer or terms[-1].text in self._never_last:
            return Completeness.OPEN
        return Completeness.FRAGMENT if len(terms) <= FRAGMENT_WORDS else Completeness.UNCLEAR

    def makes_sense(self, text: str) -> bool:
        """Return whether a text is a sentence of the intents, or the beginning of one."""
        return self.judge(text) is Completeness.OPEN or self.is_sentence(text)

    def is_sentence(self, text: str) -> bool:
        """Return whether a text is word for word a sentence of the intents."""
        terms = self._terms(text)
        said = ' '.join(term.text for term in terms)
        return bool(self._match([terms, self._marked(said)]).whole)

    def without_joins(self, text: str) -> str:
        """Return the words of a text without a leading 'and'; '' if 'please' or less is left."""
        words = [term.text for term in self._terms(text)]
        for join in self._joins:
            if tuple(words[: len(join)]) == join:
                return ' '.join(words[len(join) :])
        return ' '.join(words)

    def _marked(self, said: str) -> list[Term]:
        return self._terms(self._quantities.mark(said).text)

    def _terms(self, text: str) -> list[Term]:
        language, units = self._intents.language, self._quantities.units
        words = ' '.join(term.text for term in read_terms(text, language, units))
        said = remove_skip_words(words, self._intents.skip_words, ignore_whitespace=False)
        return read_terms(said, language, units)

    def _lacks_unit(self, said: str) -> bool:
        """Return whether a sentence goes on with a unit behind its last number."""
        for unit in sorted(self._quantities.units)[:1]:  # any: all are the same to a template
            return any(self._match([self._marked(f'{said} {unit}')]))
        return False

    @staticmethod
    def _ends_in(marked: Sequence[Term], *kinds: Kind) -> bool:
        """Return whether the last words are a quantity of these kinds: more may belong to it."""
        return any(marked[-1].text in kind.marks for kind in kinds)

    def _match(self, readings: Sequence[Sequence[Term]]) -> _Match:
        match = _Match(set(), [])
        for terms in readings:
            for sentence in self._sentences:
                reading = _Reading(terms, [False])
                if len(terms) in sentence.step(reading, frozenset((0,))):
                    match.whole.add(sentence.intent)
                if reading.longer[0]:
                    match.longer.append(sentence)
        return match

    def _compile(self, part: Expression | SlotList) -> Step:
        if isinstance(part, TextChunk):
            return self._words(part.text)
        if isinstance(part, RangeSlotList):
            return _number(part)
        if isinstance(part, WildcardSlotList):
            return _any_words
        if isinstance(part, RuleReference):
            name = part.rule_name
            if name not in self._rules:
                rule = self._intents.expansion_rules[name]
                self._rules[name] = self._compile(rule.expression)
            return self._rules[name]
        if isinstance(part, ListReference):
            return self._compile(self._intents.slot_lists[part.list_name])
        if isinstance(part, TextSlotList):
            return _either([self._compile(value.text_in) for value in part.values])
        assert isinstance(part, Group)
        steps = [self._compile(item) for item in part.items]
        # A permutation, too, is only followed in its written order.
        return _either(steps) if isinstance(part, Alternative) else _in_turn(steps)

    def _has_slots(self, part: Expression) -> bool:
        return isinstance(part, Group) and any(part.list_names(self._intents.expansion_rules))

    def _words(self, text: str) -> Step:
        language, units = self._intents.language, self._quantities.units
        return _in_turn([_word(term.text) for term in read_terms(text, language, units)])


def _any_words(reading: _Reading, places: Places) -> Places:
    """Begin a slot that takes any words; where it ends nobody can tell, so nothing is whole."""
    return _advance(reading, places, lambda _: False)


def _advance(reading: _Reading, places: Places, fits: Callable[[Term], bool]) -> Places:
    """Return the places behind a term that fits."""
    end = len(reading.terms)
    if end in places:
        reading.longer[0] = True
    return frozenset(at + 1 for at in places if at < end and fits(reading.terms[at]))


def _word(text: str) -> Step:
    return lambda reading, places: _advance(reading, places, lambda term: term.text == text)


def _number(numbers: RangeSlotList) -> Step:
    def fits(term: Term) -> bool:
        return term.count is not None and numbers.start <= term.count <= numbers.stop

    return lambda reading, places: _advance(reading, places, fits)


def _either(steps: Sequence[Step]) -> Step:
    return lambda reading, places: frozenset().union(*(step(reading, places) for step in steps))


def _in_turn(steps: Sequence[Step]) -> Step:
    def step(reading: _Reading, places: Places) -> Places:
        return reduce(lambda at, one: one(reading, at) if at else at, steps, places)

    return step
