"""
Tells what the user wants from what they said: an intent with its slots, or none.

A sentence of the intents file is recognized as such; of another text, the nearest sentence counts
if it is near enough and no other intent's is about as near.
"""

from dataclasses import dataclass
from pathlib import Path

from hassil import RecognizeResult, recognize_best
from hassil.util import remove_skip_words

from phoenix_speech.intents_file import load_intents
from phoenix_speech.sentence_grammar import SentenceGrammar

CONVERSATION = 'conversation'  # the intent whose sentences are not for the toy to act on
SECONDS = {'hours': 3600, 'minutes': 60, 'seconds': 1}


@dataclass(frozen=True)
class IntentMatch:
    """
    What the user wants.

    Slots are in normal form: lower case, numbers in digits, `duration` in seconds. A confidence
    of 1 means: said word for word as the intents file has it.
    """

    name: str
    slots: dict[str, str]
    confidence: float


class IntentMatcher:
    """Matches what was heard or typed with the sentences of an intents file."""

    def __init__(self, intents_file: Path, min_confidence: float = 0.53) -> None:
        """
        Load the file; what matches with less than `min_confidence` is no match.

        Raises IntentsFileError if the file is broken.
        """
        self._min_confidence = min_confidence
        self._intents = load_intents(intents_file)
        self._grammar = SentenceGrammar(self._intents, without=(CONVERSATION,))

    def match(self, text: str) -> IntentMatch | None:
        """Give the intent of `text`, or None if it is not clearly one of the file's."""
        result = recognize_best(text.lower(), self._intents)
        if result is not None:
            return None if result.intent.name == CONVERSATION else self._match(result, 1.0)
        nearest = self._grammar.nearest(text, self._min_confidence)
        if nearest is None:
            return None
        # The nearest sentence is one of the file's, with slots to read, unless a number in it is
        # out of its list's range.
        result = recognize_best(nearest.sentence, self._intents)
        return None if result is None else self._match(result, nearest.score)

    def _match(self, result: RecognizeResult, confidence: float) -> IntentMatch:
        slots = {}
        duration = 0.0
        for entity in result.entities_list:
            if entity.name in SECONDS:
                duration += SECONDS[entity.name] * entity.value
                slots['duration'] = f'{duration:.0f}'
            elif entity.is_wildcard:  # takes all that follows, a 'please' too
                slots[entity.name] = remove_skip_words(
                    entity.value, self._intents.skip_words, ignore_whitespace=False, start=False
                )
            elif isinstance(entity.value, float):
                slots[entity.name] = f'{entity.value:.0f}'
            else:
                slots[entity.name] = str(entity.value)
        return IntentMatch(result.intent.name, slots, confidence)
