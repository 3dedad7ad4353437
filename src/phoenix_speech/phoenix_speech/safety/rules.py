"""Reads the rules of a language, and finds those that a sentence breaks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoenix_core.settings.config_file import ConfigFileError, FileModel, load_config
from phoenix_core.settings.load_once import load_once
from phoenix_speech.safety.normalise import Normaliser, text_of
from phoenix_speech.safety.patterns import PatternError, pattern_source, vocabulary

BLANK = ' · '  # stands for what an exception took out


class RuleModel(FileModel):
    """
    One rule of a file.

    A sentence breaks it if one of `say` is found in it after all of `without` is taken out, none
    of `unless` is found, and one of `before`, where there are any, in the turns before.
    """

    category: str
    words: str = ''  # the id of the words to say, where not those of the category
    say: list[str]
    without: list[str] = []
    unless: list[str] = []
    before: list[str] = []


class RulesFile(FileModel):
    """A file of rules: care.yaml, guard.yaml."""

    misheard: dict[str, str] = {}  # care: what a recognizer writes for something harmless
    replace: dict[str, str] = {}
    skip: list[str] = []
    correct: list[str] = []  # words that a misspelt one is read as
    keep: list[str] = []
    groups: dict[str, str] = {}
    follow_ups: list[str] = []  # care: goes on with the turn before
    hints: list[str] = []  # care: words that something unsafe is often said with
    calling: list[str] = []  # guard: speaks of calling somebody
    warnings: list[str] = []  # guard: warns of something
    digits: list[str] = []  # guard: the words of zero to nine
    rules: list[RuleModel]


@dataclass(frozen=True)
class Rule:
    """A compiled rule."""

    category: str
    words: str
    number: int  # its place in the file, from 1
    say: re.Pattern[str]
    without: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    before: re.Pattern[str] | None


class RuleBook:
    """The rules of a file, with the normalisation that they were written for."""

    def __init__(self, file: RulesFile) -> None:
        self.digits = {word: str(digit) for digit, word in enumerate(file.digits)}
        known = set(file.keep)
        for rule in file.rules:
            for pattern in (*rule.say, *rule.without, *rule.unless, *rule.before):
                known |= vocabulary(pattern, file.groups)
        self.normaliser = Normaliser(file.replace, file.skip, file.correct, known, file.misheard)
        self.rules = [_rule(number, rule, file) for number, rule in enumerate(file.rules, 1)]
        self._follow_up = _joined(file.follow_ups, file)
        self._calling = _joined(file.calling, file)
        self._hints = _joined(file.hints, file)
        self._warnings = _joined(file.warnings, file)

    @classmethod
    @load_once
    def load(cls, path: Path) -> 'RuleBook':
        """
        Read a file of rules.

        :raises ConfigFileError: says what is wrong with it.
        """
        file = load_config(path, RulesFile)
        try:
            return cls(file)
        except ValueError as error:
            raise ConfigFileError(f'{path}: {error}') from error

    def broken(self, words: Sequence[str], before: Sequence[str] = ()) -> Iterator[Rule]:
        """
        Find the rules that a sentence breaks, in the order of the file.

        :param words: of the sentence, normalised.
        :param before: texts of the turns before it, as of `text_of`.
        """
        text = text_of(words)
        for rule in self.rules:
            if rule.before and not any(rule.before.search(turn) for turn in before):
                continue
            if not rule.say.search(text):
                continue
            if rule.unless and rule.unless.search(text):
                continue
            if rule.without and not rule.say.search(rule.without.sub(BLANK[1:], text)):
                continue
            yield rule

    def follows_up(self, words: Sequence[str]) -> bool:
        """Return whether a sentence only makes sense as going on with the one before."""
        return bool(self._follow_up and self._follow_up.search(text_of(words)))

    def hints(self, words: Sequence[str]) -> bool:
        """Return whether a sentence has a word that something unsafe is often said with."""
        return bool(self._hints and self._hints.search(text_of(words)))

    def speaks_of_calling(self, words: Sequence[str]) -> bool:
        """Return whether a sentence is about calling somebody by telephone."""
        return bool(self._calling and self._calling.search(text_of(words)))

    def warns(self, words: Sequence[str]) -> bool:
        """Return whether a sentence warns of something."""
        return bool(self._warnings and self._warnings.search(text_of(words)))


def _rule(number: int, rule: RuleModel, file: RulesFile) -> Rule:
    try:
        say, without, unless, before = (
            _joined(patterns, file)
            for patterns in (rule.say, rule.without, rule.unless, rule.before)
        )
    except PatternError as error:
        raise PatternError(f'rule {number} ({rule.category}): {error}') from error
    if say is None:
        raise PatternError(f'rule {number} ({rule.category}): nothing to say')
    return Rule(rule.category, rule.words, number, say, without, unless, before)


def _joined(patterns: Sequence[str], file: RulesFile) -> re.Pattern[str] | None:
    if not patterns:
        return None
    sources = (pattern_source(pattern, file.groups) for pattern in patterns)
    return re.compile('(?<= )(?:' + '|'.join(sources) + ')')
