"""Judges what a person says, before anything else understands it."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_speech.safety.categories import GRAVE, LEVELS, URGENCY, Category, Level
from phoenix_speech.safety.classifier import HARMLESS, Classifier, ClassifierError
from phoenix_speech.safety.normalise import text_of
from phoenix_speech.safety.rules import RuleBook

CONTEXT_TURNS = 4
PAUSE_S = 900.0  # nobody has said anything for so long: another conversation
UNSURE = 'unsure'  # the id of the words for what could not be judged

# Of the classifier, measured by bench/safety/train.py --report.
SURE = 0.95  # it alone is believed
SURE_WITH_HINT = 0.75  # it and a word of the hints, or something noticed in the turns before
FEWEST_WORDS = 2  # of fewer it knows too little


@dataclass(frozen=True)
class CareVerdict:
    """What a sentence is about, and what is to be done with it."""

    category: Category | None
    level: Level
    words: str  # the id of the words to say, in words.yaml; empty where it passes
    again: bool = False  # the same was answered a few turns ago: say it in other words
    failure: str = ''  # the type of the error, when the sentence could not be judged

    @property
    def grave(self) -> bool:
        """Whether no dance and no joke is to follow."""
        return bool(self.failure) or self.category in GRAVE


@dataclass(frozen=True)
class _Turn:
    text: str
    words: tuple[str, ...]
    category: Category | None
    words_id: str


class CareCheck:
    """Judges each sentence with those before it, and remembers what it noticed."""

    def __init__(self, rules: RuleBook, classifier: Classifier) -> None:
        self._rules, self._classifier = rules, classifier
        self._turns: deque[_Turn] = deque(maxlen=CONTEXT_TURNS)
        self._last_s = float('-inf')  # of the last turn
        for rule in rules.rules:
            Category(rule.category)

    @classmethod
    def load(cls, folder: Path) -> 'CareCheck':
        """
        Read care.yaml and classifier.npz of `config/<language>/safety`.

        :raises ConfigFileError: one of them is missing or broken; a toy does not start so.
        """
        try:
            return cls(
                RuleBook.load(folder / 'care.yaml'), Classifier.load(folder / 'classifier.npz')
            )
        except ConfigFileError:
            raise
        except (ClassifierError, ValueError) as error:
            raise ConfigFileError(f'{folder}: {error}') from error

    def judge(self, text: str, now_s: float) -> CareVerdict:
        """
        Return the verdict on a sentence, and remember it.

        Never raises: what cannot be judged is answered with the careful words, and the verdict
        names the failure.

        :param now_s: of a clock that does not go back.
        """
        try:
            return self._judge(text, now_s)
        except Exception as error:
            return CareVerdict(None, Level.REFUSE, UNSURE, failure=type(error).__name__)

    def _judge(self, text: str, now_s: float) -> CareVerdict:
        if now_s - self._last_s >= PAUSE_S:  # a clock that was set back proves no pause
            self._turns.clear()
        self._last_s = now_s
        words = self._rules.normaliser.words(text)
        category, words_id = self._noticed(words)
        again = any(category and turn.words_id == words_id for turn in self._turns)
        self._turns.append(_Turn(text_of(words), tuple(words), category, words_id))
        if category is None:
            return CareVerdict(None, Level.PASS, '')
        return CareVerdict(category, LEVELS[category], words_id, again)

    def _noticed(self, words: list[str]) -> tuple[Category | None, str]:
        """Return the category of a sentence and the id of its words; None if it has none."""
        before = [turn.text for turn in self._turns]
        broken = list(self._rules.broken(words, before))
        if broken:
            first = min(broken, key=lambda rule: URGENCY[Category(rule.category)])
            return Category(first.category), first.words or first.category
        hinted = [turn for turn in self._turns if turn.category is not None]
        if hinted and self._rules.follows_up(words):
            return hinted[-1].category, hinted[-1].words_id
        sooner = bool(hinted) or self._rules.hints(words)
        guess = self._guess(words, SURE_WITH_HINT if sooner else SURE)
        return guess, guess.value if guess else ''

    def _guess(self, words: list[str], least: float) -> Category | None:
        if len(words) < FEWEST_WORDS:
            return None
        likely = self._classifier.probabilities(words)
        harmless = likely.pop(HARMLESS)
        if 1 - harmless < least:
            return None
        return Category(max(likely, key=likely.__getitem__))
