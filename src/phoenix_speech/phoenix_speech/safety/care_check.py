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

# How likely something unsafe has to be, chosen on bench/safety/validation.
LIKELY = 0.5  # without a rule
LIKELY_WITH_HINT = 0.4  # with a word of the hints, or something noticed in the turns before
LIKELY_JOINED = 0.5  # with the turn before, when neither was noticed alone
LIKELY_WITH_RULE = 0.2  # with a rule that is broken
LIKELY_WITH_CARE_RULE = 0.1  # with one that is answered: better once too often
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
    plain: tuple[str, ...]
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
        plain = self._rules.normaliser.plain(text)
        category, words_id = self._noticed(words, plain)
        again = any(category and turn.words_id == words_id for turn in self._turns)
        self._turns.append(_Turn(text_of(words), tuple(plain), category, words_id))
        if category is None:
            return CareVerdict(None, Level.PASS, '')
        return CareVerdict(category, LEVELS[category], words_id, again)

    def _noticed(self, words: list[str], plain: list[str]) -> tuple[Category | None, str]:
        """Return the category of a sentence and the id of its words; None if it has none."""
        previous = self._turns[-1] if self._turns else None
        joined = previous is not None and previous.category is None
        texts = [plain, [*previous.plain, *plain]] if previous and joined else [plain]
        guesses = [_guess(likely) for likely in self._classifier.probabilities_of_each(texts)]
        unsafe, guess = guesses[0]
        before = [turn.text for turn in self._turns]
        broken = list(self._rules.broken(words, before))
        if broken:
            first = min(broken, key=lambda rule: URGENCY[Category(rule.category)])
            category = Category(first.category)
            refuses = LEVELS[category] is Level.REFUSE
            least = LIKELY_WITH_RULE if refuses else LIKELY_WITH_CARE_RULE
            if unsafe >= least or any(rule.before for rule in broken):
                return category, first.words or first.category
        noticed = [turn for turn in self._turns if turn.category is not None]
        if noticed and self._rules.follows_up(words):
            return noticed[-1].category, noticed[-1].words_id
        if len(plain) < FEWEST_WORDS:
            return None, ''
        sooner = bool(noticed) or self._rules.hints(words)
        if unsafe >= (LIKELY_WITH_HINT if sooner else LIKELY):
            return guess, guess.value
        unsafe, guess = guesses[-1]
        if joined and unsafe >= LIKELY_JOINED:
            return guess, guess.value
        return None, ''


def _guess(likely: dict[str, float]) -> tuple[float, Category]:
    """Return how likely something is unsafe, and the likeliest category of the likeliest level."""
    levels = dict.fromkeys(LEVELS.values(), 0.0)
    categories = {Category(name): share for name, share in likely.items() if name != HARMLESS}
    for category, share in categories.items():
        levels[LEVELS[category]] += share
    level = max(levels, key=levels.__getitem__)
    of_level = [category for category in categories if LEVELS[category] is level]
    return 1 - likely[HARMLESS], max(of_level, key=categories.__getitem__)
