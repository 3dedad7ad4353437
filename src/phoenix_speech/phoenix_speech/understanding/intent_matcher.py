"""
Finds what the user wants in what they said: requests with their slots, a question, or nothing.

A sentence of the intents file is recognized as it is, and so are up to three of them in a row. For
another text the nearest sentence counts if it means the same; if that is not clear, it is asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from hassil.util import remove_skip_words

from phoenix_speech.understanding.alignment import split_words
from phoenix_speech.understanding.clear_sentences import NO_REQUESTS, ClearSentences, is_loose
from phoenix_speech.understanding.doubts import about_quantity, about_request
from phoenix_speech.understanding.exact_sentences import ExactSentences
from phoenix_speech.understanding.free_order import FreeOrder
from phoenix_speech.understanding.intents_file import load_intents, slot_names, with_intents
from phoenix_speech.understanding.quantities.reader import Kind, MarkedText, load_quantities
from phoenix_speech.understanding.requests import (
    ANSWER,
    Choice,
    IntentMatch,
    Question,
    QuestionKind,
    Understood,
    chosen,
    tells_a_moment,
)
from phoenix_speech.understanding.sentence_grammar import SentenceGrammar
from phoenix_speech.understanding.tolerance import load_tolerance

MIN_ANSWER_CONFIDENCE = 0.4  # only a few have to be told apart
CLEAR = 0.7  # a nearest sentence below that is asked about
GUESS = 0.6  # a sentence with a word that another template knows is asked about from there on

_HYPHEN = re.compile(r'(?<=\w)-(?=[^\W\d])')  # 'all-timers', as recognizers write it

ExpectedAnswers: TypeAlias = Mapping[str, Sequence[str]]


class IntentMatcher:
    """Matches what was heard or typed against the intents files of a language."""

    def __init__(self, folders: Sequence[Path], min_confidence: float = 0.53) -> None:
        """
        Load the intents.yaml of each folder; a match below `min_confidence` is none.

        :raises ConfigFileError: a file is broken, or the first folder has no intents.
        """
        self._min_confidence = min_confidence
        files = [folder / 'intents.yaml' for folder in folders]
        self._intents = load_intents([files[0], *(file for file in files[1:] if file.exists())])
        language = self._intents.language
        self._tolerance = load_tolerance(folders[0] / 'tolerance.yaml')
        self._quantities = load_quantities(folders[0] / 'quantities.yaml', language)
        self._exact = ExactSentences(self._intents, self._quantities, self._tolerance)
        self._grammar = SentenceGrammar(self._intents, self._tolerance, without=NO_REQUESTS)
        vocabulary, units = self._grammar.vocabulary, self._quantities.units
        numbers = chain.from_iterable(vocabulary.numbers)
        known = frozenset((*vocabulary.known, *numbers, *units, *self._quantities.words))
        free_order = FreeOrder(self._intents, self._tolerance)
        self._clear = ClearSentences(
            self._exact, free_order, self._tolerance, known, self._quantities
        )
        self._compounds = compounds_ending_in(self._tolerance.compounds)
        self._question: Question | None = None  # that was asked, and is not answered yet
        self._expected: ExpectedAnswers = {}
        self._answers: ExactSentences | None = None  # the expected ones
        self._answers_grammar: SentenceGrammar | None = None

    def expect(self, answers: ExpectedAnswers) -> None:
        """
        Also recognize these answers, before everything else.

        :param answers: name to sentence templates, which may use the lists and rules of the file.
        :raises IntentsFileError: a template is invalid, or uses an unknown list or rule.
        """
        if answers == self._expected:
            return
        self._expected, self._answers, self._answers_grammar = answers, None, None
        answers = {name: sentences for name, sentences in answers.items() if sentences}
        if answers:
            intents = with_intents(self._intents, answers)
            self._answers = ExactSentences(intents, self._quantities, self._tolerance)
            numbers = self._grammar.vocabulary.numbers
            self._answers_grammar = SentenceGrammar(
                intents, self._tolerance, numbers=numbers, strict=False
            )

    def forget_question(self) -> None:
        """Understand the next sentence by itself, whatever was asked before."""
        self._question = None

    def slots_of_intents(self) -> dict[str, set[str]]:
        """Return the intents that a match can have, each with its slots."""
        names = slot_names(self._intents)
        return {name: slots for name, slots in names.items() if name not in NO_REQUESTS}

    def match(self, text: str) -> IntentMatch | None:
        """Return the request of a text that is one clear request, or None."""
        understood = self.understand(text)
        return understood.requests[0] if len(understood.requests) == 1 else None

    def understand(self, text: str) -> Understood:
        """
        Return what is wanted; nothing if that is not clearly one of the file's.

        The answer to a question is the request that was meant.
        """
        text = self._tolerance.written_out(_HYPHEN.sub(' ', text))
        text = self._compounds.sub(' ', text)
        understood = self._understand(text)
        if self._question is not None and (meant := chosen(self._question, understood)):
            understood = self._checked(meant, text)
        if understood != Understood():
            self._question = understood.question
        return understood

    def _understand(self, text: str) -> Understood:
        if self._answers is not None and (found := self._answers.recognize(text)):
            return Understood((_as_answer(found),))
        whole = self._clear.one(text)
        if whole is None or is_loose(whole):
            if instead := self._clear.instead(text):
                return self._checked(instead, text)
            if several := self._clear.several(text):
                return Understood(several)
            if beside := self._clear.without_remarks(text):
                return self._checked(beside[0], text) if len(beside) == 1 else Understood(beside)
        if whole is not None and whole.name not in NO_REQUESTS:
            return self._checked(whole, text)
        if self._answers is not None and (answer := self._near_answer(text)):
            return Understood((answer,))
        if whole is not None:
            is_asked = self._answers is None and tells_a_moment(whole)
            return self._checked(whole, text) if is_asked else Understood()
        if self._answers is None and (question := self._about_quantity(text)):
            return Understood(question=question)
        if meant := self._clear.misheard(text):
            return self._checked(meant, text)
        if meant := self._clear.in_any_order(text):
            return self._checked(meant, text)
        near = self._near(text)
        if not near.requests and self._answers is None and (inner := self._clear.inner(text)):
            return Understood(question=Question(QuestionKind.SAID, (Choice(*inner),)))
        return near

    def _near_answer(self, text: str) -> IntentMatch | None:
        assert self._answers is not None
        assert self._answers_grammar is not None
        marked = self._quantities.mark(text)
        near = self._answers_grammar.nearest(marked.text, MIN_ANSWER_CONFIDENCE, min_words=1)
        if len(near) != 1:
            return None
        found = self._answers.recognize_marked(MarkedText(near[0].sentence, marked.quantities))
        return _as_answer(replace(found, confidence=near[0].score)) if found else None

    def _near(self, text: str) -> Understood:
        """Return the request of the nearest sentence, or a question which was meant."""
        if self._quantities.is_cut_off(text):
            return Understood()
        marked = self._quantities.mark(text)
        choices: list[Choice] = []
        nearest = self._grammar.nearest(marked.text, self._min_confidence)
        is_guess = not nearest
        if is_guess:  # only to be asked about
            nearest = self._grammar.nearest(marked.text, GUESS, min_words=3, guess=True)
        for near in nearest[:2]:
            # The nearest sentence is one of the file's, so its slots can be read, unless a number
            # in it is out of its list's range.
            sentence = MarkedText(near.sentence, marked.quantities)
            found = self._exact.recognize_marked(sentence)
            if found is not None and found.name not in NO_REQUESTS:
                request = replace(found, confidence=near.score)
                choices.append(Choice(marked.unmarked(near.sentence), request))
        if not choices:
            return Understood()
        clear = choices[0].request.confidence >= CLEAR or self._tells_the_same(
            marked.text, nearest[0].sentence
        )
        if len(choices) == 1 and clear and not is_guess:
            return self._checked(choices[0].request, choices[0].text)
        kind = QuestionKind.SAID if len(choices) == 1 else QuestionKind.EITHER
        return Understood(question=Question(kind, tuple(choices)))

    def _tells_the_same(self, text: str, sentence: str) -> bool:
        """Return whether texts differ in words that tell little alone."""
        little = frozenset(self._tolerance.little_words)
        one, other = ([w for w in split_words(t) if w not in little] for t in (text, sentence))
        return one == other

    def _checked(self, request: IntentMatch, text: str) -> Understood:
        if question := about_request(request, self._quantities.mark(text)):
            return Understood(question=question)
        slots = request.slots
        if 'of' in slots and int(slots['of']) <= 0:
            return Understood()
        if 'duration' in slots and int(slots['duration']) <= 0:  # the toy asks for another one
            slots = {name: value for name, value in slots.items() if name != 'duration'}
        return Understood((replace(request, slots=slots),))

    def _about_quantity(self, text: str) -> Question | None:
        """Return what to ask about a quantity that is all that was said."""
        marked = self._quantities.mark(text)
        words = remove_skip_words(marked.text, self._intents.skip_words, ignore_whitespace=False)
        quantity = marked.quantities.get(words.strip())
        asked = quantity is not None and quantity.kind in (Kind.DURATION, Kind.CLOCK)
        return about_quantity(quantity) if quantity is not None and asked else None


def compounds_ending_in(words: Sequence[str]) -> re.Pattern[str]:
    """Return what finds the seam of 'nudeltimer'."""
    return re.compile('|'.join(rf'(?<=\w{{3}})(?={word}\b)' for word in words) or r'(?!)', re.I)


def _as_answer(match: IntentMatch) -> IntentMatch:
    return IntentMatch(ANSWER, {**match.slots, ANSWER: match.name}, match.confidence)
