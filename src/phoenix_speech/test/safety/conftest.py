from pathlib import Path

import pytest

from phoenix_speech.safety.care_check import CareCheck
from phoenix_speech.safety.care_words import SafetyNumbers
from phoenix_speech.safety.classifier import Classifier
from phoenix_speech.safety.rules import RuleBook
from phoenix_speech.safety.speech_guard import SpeechGuard

ROOT = Path(__file__).parents[4]
CONFIG = ROOT / 'config'
COUNTRIES = {'en': 'US', 'de': 'DE'}


class Toys:
    """What is costly to load, once for all tests; a conversation is made anew for each."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[RuleBook, Classifier]] = {}
        self._guards: dict[str, SpeechGuard] = {}

    def care_check(self, language: str = 'en') -> CareCheck:
        if language not in self._parts:
            folder = CONFIG / language / 'safety'
            self._parts[language] = (
                RuleBook.load(folder / 'care.yaml'),
                Classifier.load(folder / 'classifier.npz'),
            )
        return CareCheck(*self._parts[language])

    def guard(self, language: str = 'en') -> SpeechGuard:
        if language not in self._guards:
            numbers = self.numbers(language).all()
            self._guards[language] = SpeechGuard.load(CONFIG / language / 'safety', numbers)
        return self._guards[language]

    @staticmethod
    def numbers(language: str) -> SafetyNumbers:
        return SafetyNumbers.load(CONFIG / 'safety_numbers.yaml', COUNTRIES[language])


@pytest.fixture(scope='session')
def toys() -> Toys:
    return Toys()
