"""Judges what the toy is about to say, sentence by sentence, whoever wrote it."""

import os
import re
import threading
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Protocol

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_core.supervision.starvation import SHORTEST_S, Starvation
from phoenix_speech.safety.classifier import HARMLESS, Classifier, ClassifierError
from phoenix_speech.safety.normalise import plain_words
from phoenix_speech.safety.numbers_said import is_number_to_call, numbers_said
from phoenix_speech.safety.rules import RuleBook

# Constants, so that they can be said when not even a file can be read.
CANNED = 'canned'
CANNED_SENTENCES = MappingProxyType(
    {
        'en': 'Let us talk about something else.',
        'de': 'Lass uns von etwas anderem reden.',
    }
)

JUDGE_LIMIT_S = 0.5  # a judgement takes some 5 ms
MOST_LIMITS = 4  # that one may take while the threads of this process get no processor
MAX_CHARACTERS = 400
LIKELY_BAD = 0.4  # below, a sentence without a broken rule may be said: bench/safety/validation
LIKELY_BAD_WARNING = 0.2  # below, one that warns of what a rule finds may be said, too
MAX_HUNG = 3  # judgements that never ended; with so many there is no point in more

TOP_LEVEL_DOMAINS = 'com|org|net|io|de|tv|me|xyz|info|at|ch|uk|gg|ru'
_ADDRESS = re.compile(
    rf'\w+://|\bwww\b|\w@\w|\w\.(?:{TOP_LEVEL_DOMAINS})\b'
    r'|\b(?:dot|punkt)\s(?:com|org|net|de|tv|info|io|gg)\b',
    re.IGNORECASE,
)
_MARKERS = re.compile(
    r'<\|.*?\|>|</?s>|</?think|\[/?INST\]|^\W*(?:user|human|assistant|system)\W*:', re.IGNORECASE
)


class SpokenCategory(Enum):
    """Why a sentence is not for the toy to say."""

    DANGEROUS_ADVICE = 'dangerous_advice'
    SECRECY = 'secrecy'
    PERSONAL_DATA = 'personal_data'
    CLAIMS_HUMAN = 'claims_human'
    PROMISES_LOVE = 'promises_love'
    URGES_TO_STAY = 'urges_to_stay'
    MANIPULATION = 'manipulation'
    SELF_HARM = 'self_harm'
    SEXUAL = 'sexual'
    HATE = 'hate'
    DRUGS = 'drugs'
    SCARY = 'scary'
    MEDICAL = 'medical'
    GROOMING = 'grooming'
    INJECTION = 'injection'
    PROMISES_HELP = 'promises_help'
    LINK = 'link'
    NUMBER = 'number'
    LENGTH = 'length'
    SECOND_JUDGE = 'second_judge'
    FAILURE = 'failure'


# What a toy may warn of: 'never put a bag over your head'.
WARNS_OF = frozenset(
    (
        SpokenCategory.DANGEROUS_ADVICE,
        SpokenCategory.URGES_TO_STAY,
        SpokenCategory.MEDICAL,
        SpokenCategory.DRUGS,
        SpokenCategory.GROOMING,
    )
)


@dataclass(frozen=True)
class GuardVerdict:
    """Whether a sentence may be said; if not, the id of what is said instead, and why."""

    allowed: bool
    words: str = ''
    category: SpokenCategory | None = None
    reason: str = ''  # a code for logs and faults, without a word of the sentence


class SecondJudge(Protocol):
    """A judge that can refuse what the first allows, never the other way round."""

    def refuses(self, sentence: str) -> bool:
        """Return whether a sentence must not be said."""


class SpeechGuard:
    """Allows a sentence, or has the canned one said instead."""

    def __init__(
        self,
        rules: RuleBook,
        classifier: Classifier,
        allowed_numbers: Collection[str] = (),
        second_judge: SecondJudge | None = None,
    ) -> None:
        """
        Keep the rules of a language, and the classifier of what is said.

        :param allowed_numbers: the only telephone numbers that may be said.
        """
        for rule in rules.rules:
            SpokenCategory(rule.category)
        for name in classifier.classes:
            if name != HARMLESS:
                SpokenCategory(name)
        self._rules, self._classifier = rules, classifier
        self._numbers = frozenset(allowed_numbers)
        self._second_judge = second_judge
        self._hung: list[threading.Thread] = []

    @classmethod
    def load(
        cls,
        folder: Path,
        allowed_numbers: Collection[str] = (),
        second_judge: SecondJudge | None = None,
        classifier: Classifier | None = None,
    ) -> 'SpeechGuard':
        """
        Read guard.yaml and guard.npz of `config/<language>/safety`.

        :param classifier: used instead of guard.npz, by bench/safety/train.py.
        :raises ConfigFileError: one is missing or broken. Who voices sentences then says the
            canned one only: `refuse_all` is the guard for that.
        """
        try:
            rules = RuleBook.load(folder / 'guard.yaml')
            judge = classifier or Classifier.load(folder / 'guard.npz')
            return cls(rules, judge, allowed_numbers, second_judge)
        except ConfigFileError:
            raise
        except (ClassifierError, ValueError) as error:
            raise ConfigFileError(f'{folder}: {error}') from error

    def judge(self, sentence: str, limit_s: float) -> GuardVerdict:
        """
        Return the verdict on a sentence within a time.

        Never raises, and never takes longer, or at most MOST_LIMITS times as long on a machine
        that is too busy to judge: what is not judged by then is not said.
        """
        try:
            self._hung = [thread for thread in self._hung if thread.is_alive()]
            if len(self._hung) >= MAX_HUNG:
                return _refused(SpokenCategory.FAILURE, 'hung')
            return self._judge_in_time(sentence, limit_s)
        except Exception as error:
            return _refused(SpokenCategory.FAILURE, type(error).__name__)

    def _judge_in_time(self, sentence: str, limit_s: float) -> GuardVerdict:
        verdicts: list[GuardVerdict] = []

        def work() -> None:
            try:
                verdicts.append(self._judge(sentence))
            except Exception as error:
                verdicts.append(_refused(SpokenCategory.FAILURE, type(error).__name__))

        # A thread for each sentence costs 0.1 ms, and leaves what hangs behind.
        thread = threading.Thread(target=work, name='speech guard', daemon=True)
        thread.start()
        thread.join(limit_s)
        if thread.is_alive():
            _join_starved(thread, (MOST_LIMITS - 1) * limit_s)
        if thread.is_alive():
            self._hung.append(thread)
            return _refused(SpokenCategory.FAILURE, 'late')
        return verdicts[0] if verdicts else _refused(SpokenCategory.FAILURE, 'silent')

    def _judge(self, sentence: str) -> GuardVerdict:
        if len(sentence) > MAX_CHARACTERS:
            return _refused(SpokenCategory.LENGTH, 'long')
        if any(unicodedata.category(c) == 'Cc' and not c.isspace() for c in sentence):
            return _refused(SpokenCategory.INJECTION, 'control')
        if _MARKERS.search(sentence):
            return _refused(SpokenCategory.INJECTION, 'marker')
        if _ADDRESS.search(sentence):
            return _refused(SpokenCategory.LINK, 'address')
        words = self._rules.normaliser.words(sentence)
        calling = self._rules.speaks_of_calling(words)
        for number in numbers_said(sentence, self._rules.digits):
            if is_number_to_call(number, calling, self._numbers):
                return _refused(SpokenCategory.NUMBER, 'unknown')
        likely = self._classifier.probabilities(plain_words(sentence))
        bad = 1 - likely.pop(HARMLESS)
        warning = bad < LIKELY_BAD_WARNING and self._rules.warns(words)
        for rule in self._rules.broken(words):
            category = SpokenCategory(rule.category)
            if not (warning and category in WARNS_OF):
                return _refused(category, str(rule.number))
        if bad >= LIKELY_BAD:
            guess = max(likely, key=likely.__getitem__)
            return _refused(SpokenCategory(guess), 'classifier')
        if self._second_judge is not None and self._second_judge.refuses(sentence):
            return _refused(SpokenCategory.SECOND_JUDGE, 'refused')
        return GuardVerdict(allowed=True)


def _join_starved(thread: threading.Thread, limit_s: float) -> None:
    """Wait for a thread while any of this process waits for a processor, the lock's maybe."""
    starvation, until_s = Starvation(), monotonic() + limit_s
    starvation.holds(os.getpid())
    while thread.is_alive() and (left_s := until_s - monotonic()) > 0:
        thread.join(min(SHORTEST_S, left_s))
        if not starvation.holds(os.getpid()):
            return


def refuse_all() -> GuardVerdict:
    """Return the verdict on every sentence where there is no guard."""
    return _refused(SpokenCategory.FAILURE, 'no_guard')


def canned_sentence(language: str) -> str:
    """Return what is said instead of a refused sentence; needs no file."""
    return CANNED_SENTENCES.get(language, CANNED_SENTENCES['en'])


def _refused(category: SpokenCategory, detail: str) -> GuardVerdict:
    return GuardVerdict(False, CANNED, category, f'{category.value}.{detail}')
