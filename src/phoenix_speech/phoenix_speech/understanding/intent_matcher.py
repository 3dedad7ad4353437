"""
Finds what the user wants in what they said: an intent with its slots, or none.

A sentence of the intents file is recognized as it is; for another text the nearest sentence
counts, if it is near enough and no other intent's is about as near.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from hassil import Intents, RecognizeResult, recognize_best
from hassil.util import remove_skip_words

from phoenix_speech.understanding.intents_file import load_intents, slot_names, with_intents
from phoenix_speech.understanding.sentence_grammar import SentenceGrammar

CONVERSATION = 'conversation'  # the intent whose sentences the toy does not act on
ANSWER = 'answer'  # the intent of an expected answer, and its slot that says which
MIN_ANSWER_CONFIDENCE = 0.4  # only a few have to be told apart
SECONDS = {'hours': 3600, 'minutes': 60, 'seconds': 1}

ExpectedAnswers: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class IntentMatch:
    """
    What the user wants.

    Slots are in normal form: lower case, numbers in digits, `duration` in seconds. A confidence
    of 1 means: word for word a sentence of the intents file.
    """

    name: str
    slots: dict[str, str]
    confidence: float


class IntentMatcher:
    """Matches what was heard or typed against the intents files of a language."""

    def __init__(self, folders: Sequence[Path], min_confidence: float = 0.53) -> None:
        """
        Load the intents.yaml of each folder; a match below `min_confidence` is none.

        :raises IntentsFileError: a file is broken, or the first folder has none.
        """
        self._min_confidence = min_confidence
        files = [folder / 'intents.yaml' for folder in folders]
        self._intents = load_intents([files[0], *(file for file in files[1:] if file.exists())])
        self._grammar = SentenceGrammar(self._intents, without=(CONVERSATION,))
        self._expected: ExpectedAnswers = {}
        self._answers: Intents | None = None  # the expected ones as intents
        self._answers_grammar: SentenceGrammar | None = None

    def expect(self, answers: ExpectedAnswers) -> None:
        """
        Also recognize these answers, before everything else.

        :param answers: name to sentence templates, which may use the lists and rules of the file.
        :raises IntentsFileError: a template is invalid, or uses an unknown list or rule.
        """
        if answers == self._expected:
            return
        self._expected, self._answers = answers, None
        answers = {name: sentences for name, sentences in answers.items() if sentences}
        if answers:
            self._answers = with_intents(self._intents, answers)
            numbers = self._grammar.vocabulary.numbers
            self._answers_grammar = SentenceGrammar(self._answers, numbers=numbers)

    def slots_of_intents(self) -> dict[str, set[str]]:
        """Return the intents that a match can have, each with its slots."""
        return {
            name: {'duration' if slot in SECONDS else slot for slot in slots}
            for name, slots in slot_names(self._intents).items()
            if name != CONVERSATION
        }

    def match(self, text: str) -> IntentMatch | None:
        """Return the intent of `text`, or None if it is not clearly one of the file's."""
        if self._answers is not None and (found := recognize_best(text.lower(), self._answers)):
            return self._answer(found, 1.0)
        result = recognize_best(text.lower(), self._intents)
        if result is not None and result.intent.name != CONVERSATION:
            return self._match(result, 1.0)
        if self._answers is not None and self._answers_grammar is not None:
            nearest = self._answers_grammar.nearest(text, MIN_ANSWER_CONFIDENCE, min_words=1)
            found = nearest and recognize_best(nearest.sentence, self._answers)
            if nearest and found:
                return self._answer(found, nearest.score)
        if result is not None:
            return None
        nearest = self._grammar.nearest(text, self._min_confidence)
        if nearest is None:
            return None
        # The nearest sentence is one of the file's, so its slots can be read, unless a number in
        # it is out of its list's range.
        result = recognize_best(nearest.sentence, self._intents)
        return None if result is None else self._match(result, nearest.score)

    def _answer(self, result: RecognizeResult, confidence: float) -> IntentMatch:
        match = self._match(result, confidence)
        return IntentMatch(ANSWER, {**match.slots, ANSWER: match.name}, confidence)

    def _match(self, result: RecognizeResult, confidence: float) -> IntentMatch:
        slots = {}
        duration = 0.0
        for entity in result.entities_list:
            if entity.name in SECONDS:
                duration += SECONDS[entity.name] * entity.value
                slots['duration'] = f'{duration:.0f}'
            elif entity.is_wildcard:  # covers all that follows, even a 'please'
                slots[entity.name] = remove_skip_words(
                    entity.value, self._intents.skip_words, ignore_whitespace=False, start=False
                )
            elif isinstance(entity.value, float):
                slots[entity.name] = f'{entity.value:.0f}'
            else:
                slots[entity.name] = str(entity.value)
        return IntentMatch(result.intent.name, slots, confidence)
