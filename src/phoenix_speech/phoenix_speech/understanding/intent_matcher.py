"""
Finds what the user wants in what they said: requests with their slots, a question, or nothing.

A sentence of the intents file is recognized as it is, and so are up to three of them in a row. For
another text the nearest sentence counts if it means the same; if that is not clear, it is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby
from pathlib import Path
from typing import TypeAlias

from hassil.util import remove_skip_words

from phoenix_speech.understanding.exact_sentences import ExactSentences
from phoenix_speech.understanding.intents_file import load_intents, slot_names, with_intents
from phoenix_speech.understanding.quantities.reader import Kind, MarkedText, QuantityReader
from phoenix_speech.understanding.requests import (
    ANSWER,
    Choice,
    IntentMatch,
    Question,
    QuestionKind,
    Understood,
    chosen,
)
from phoenix_speech.understanding.sentence_grammar import SentenceGrammar
from phoenix_speech.understanding.tolerance import load_tolerance, respelt, same_sounding

CONVERSATION = 'conversation'  # the intent whose sentences the toy does not act on
MIN_ANSWER_CONFIDENCE = 0.4  # only a few have to be told apart
CLEAR = 0.7  # a nearest sentence below that is asked about
MOST_REQUESTS = 3
MOST_VARIANTS = 8

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
        self._quantities = QuantityReader(folders[0] / 'quantities.yaml', language)
        self._exact = ExactSentences(self._intents, self._quantities, self._tolerance)
        self._grammar = SentenceGrammar(self._intents, self._tolerance, without=(CONVERSATION,))
        vocabulary, units = self._grammar.vocabulary, self._quantities.units
        numbers = chain.from_iterable(vocabulary.numbers)
        self._known_words = frozenset((*vocabulary.known, *numbers, *units))
        self._joins = [tuple(join.split()) for join in self._tolerance.joins]
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

    def slots_of_intents(self) -> dict[str, set[str]]:
        """Return the intents that a match can have, each with its slots."""
        names = slot_names(self._intents)
        return {name: slots for name, slots in names.items() if name != CONVERSATION}

    def match(self, text: str) -> IntentMatch | None:
        """Return the request of a text that is one clear request, or None."""
        understood = self.understand(text)
        return understood.requests[0] if len(understood.requests) == 1 else None

    def understand(self, text: str) -> Understood:
        """
        Return what is wanted; nothing if that is not clearly one of the file's.

        The answer to a question is the request that was meant.
        """
        understood = self._understand(text)
        if self._question is not None and (meant := chosen(self._question, understood)):
            understood = self._checked(meant, text)
        if understood != Understood():
            self._question = understood.question
        return understood

    def _understand(self, text: str) -> Understood:
        if self._answers is not None and (found := self._answers.recognize(text)):
            return Understood((_as_answer(found),))
        whole = self._exact.recognize(text)
        if whole is None or _is_loose(whole):
            requests = self._several(text)
            if requests:
                return Understood(requests)
        if whole is not None and whole.name != CONVERSATION:
            return self._checked(whole, text)
        if self._answers is not None and (answer := self._near_answer(text)):
            return Understood((answer,))
        if whole is not None:
            return Understood()
        if self._answers is None and (question := self._about_quantity(text)):
            return Understood(question=question)
        for variant in self._variants(text):
            found = self._exact.recognize(variant)
            if found is not None and found.name != CONVERSATION:
                return self._checked(_doubtful(found, 0.9), variant)
        return self._near(text)

    def _near_answer(self, text: str) -> IntentMatch | None:
        assert self._answers is not None
        assert self._answers_grammar is not None
        marked = self._quantities.mark(text)
        near = self._answers_grammar.nearest(marked.text, MIN_ANSWER_CONFIDENCE, min_words=1)
        if len(near) != 1:
            return None
        found = self._answers.recognize_marked(MarkedText(near[0].sentence, marked.quantities))
        return _as_answer(_doubtful(found, near[0].score)) if found else None

    def _near(self, text: str) -> Understood:
        """Return the request of the nearest sentence, or a question which was meant."""
        marked = self._quantities.mark(text)
        choices: list[Choice] = []
        clear = CLEAR
        nearest = self._grammar.nearest(marked.text, self._min_confidence)
        if not nearest:  # only to be asked about
            clear = 2.0
            nearest = self._grammar.nearest(marked.text, self._min_confidence, guess=True)
        for near in nearest[:2]:
            # The nearest sentence is one of the file's, so its slots can be read, unless a number
            # in it is out of its list's range.
            sentence = MarkedText(near.sentence, marked.quantities)
            if found := self._exact.recognize_marked(sentence):
                request = _doubtful(found, near.score)
                choices.append(Choice(marked.unmarked(near.sentence), request))
        if not choices:
            return Understood()
        if len(choices) == 1 and choices[0].request.confidence >= clear:
            return self._checked(choices[0].request, choices[0].text)
        kind = QuestionKind.SAID if len(choices) == 1 else QuestionKind.EITHER
        return Understood(question=Question(kind, tuple(choices)))

    def _several(self, text: str) -> tuple[IntentMatch, ...]:
        """Return the requests of a text that is two or three sentences of the file in a row."""
        words = text.replace(',', ' , ').lower().split()
        return next(self._split(words, MOST_REQUESTS), ())

    def _split(self, words: list[str], most: int) -> Iterator[tuple[IntentMatch, ...]]:
        """Yield the requests of a text of at least two of them."""
        for index in range(1, len(words)):
            length = self._join_at(words, index)
            if not length or not (rest := words[index + length :]):
                continue
            if set(words[:index]) <= set(self._tolerance.lead_words):
                continue
            first = self._exact.recognize(' '.join(words[:index]))
            if first is None or first.name == CONVERSATION or self._question_about(first, ''):
                continue
            last = self._exact.recognize(' '.join(rest))
            if most > 2 and (last is None or _is_loose(last)):
                for others in self._split(rest, most - 1):
                    yield (first, *others)
            if (
                last is not None
                and last.name != CONVERSATION
                and not self._question_about(last, '')
            ):
                yield (first, last)

    def _join_at(self, words: list[str], index: int) -> int:
        """Return how many words join two requests there."""
        if words[index] == ',':
            return 1 + self._join_at([*words, ''], index + 1)
        return next(
            (len(one) for one in self._joins if tuple(words[index : index + len(one)]) == one), 0
        )

    def _variants(self, text: str) -> Iterator[str]:
        """Yield what may have been said, where words are repeated, misspelt or sound the same."""
        words = [word for one in text.lower().split() if (word := one.strip('.,!?;:'))]
        led = words
        while led and led[0] in self._tolerance.lead_words:
            led = led[1:]
            yield ' '.join(led)
        once = [word for word, _ in groupby(words)]
        if once != words:
            yield ' '.join(once)
        right = respelt(words, self._known_words, self._quantities.units)
        if right != words:
            yield ' '.join(right)
        for variant in list(same_sounding(right, self._tolerance))[:MOST_VARIANTS]:
            yield ' '.join(variant)

    def _checked(self, request: IntentMatch, text: str) -> Understood:
        if question := self._question_about(request, text):
            return Understood(question=question)
        slots = request.slots
        if 'of' in slots and int(slots['of']) <= 0:
            return Understood()
        if 'duration' in slots and int(slots['duration']) <= 0:  # the toy asks for another one
            slots = {name: value for name, value in slots.items() if name != 'duration'}
        return Understood((IntentMatch(request.name, slots, request.confidence),))

    def _question_about(self, request: IntentMatch, text: str) -> Question | None:
        """Return what to ask about a timer for 1:30, or for seven o'clock."""
        if request.name != 'timer_set' or 'hour' not in request.slots:
            return None
        slots = {name: v for name, v in request.slots.items() if name == 'timer_name'}
        clock = self._quantities.mark(text).quantities.get(Kind.CLOCK.marks[0])
        return self._about_clock(request, slots, clock is not None and clock.clock)

    def _about_clock(
        self, request: IntentMatch, slots: dict[str, str], is_length: bool
    ) -> Question:
        times = {n: request.slots[n] for n in Kind.CLOCK.slots if n in request.slots}
        if not is_length:
            alarm = IntentMatch('alarm_set', times, request.confidence)
            return Question(QuestionKind.ALARM, (Choice(_clock_text(times), alarm),))
        large, small = int(times['hour']), int(times.get('minute', 0))
        seconds = (60 * large + small, 3600 * large + 60 * small)
        return Question(
            QuestionKind.LENGTH,
            tuple(
                Choice(str(s), IntentMatch('timer_set', {**slots, 'duration': str(s)}, 1.0))
                for s in seconds
            ),
        )

    def _about_quantity(self, text: str) -> Question | None:
        """Return what to ask about a length of time, or a time, out of nothing."""
        marked = self._quantities.mark(text)
        words = remove_skip_words(marked.text, self._intents.skip_words, ignore_whitespace=False)
        quantity = marked.quantities.get(words.strip())
        if quantity is None:
            return None
        if quantity.kind is Kind.DURATION and int(quantity.slots['duration']) > 0:
            timer = IntentMatch('timer_set', quantity.slots, 1.0)
            return Question(QuestionKind.TIMER, (Choice(quantity.slots['duration'], timer),))
        if quantity.kind is Kind.CLOCK:
            alarm = IntentMatch('alarm_set', quantity.slots, 1.0)
            return Question(QuestionKind.ALARM, (Choice(_clock_text(quantity.slots), alarm),))
        return None


def _as_answer(match: IntentMatch) -> IntentMatch:
    return IntentMatch(ANSWER, {**match.slots, ANSWER: match.name}, match.confidence)


def _doubtful(match: IntentMatch, confidence: float) -> IntentMatch:
    return IntentMatch(match.name, match.slots, confidence)


def _is_loose(match: IntentMatch) -> bool:
    """Return whether a slot may have taken what is a request of its own."""
    return 'topic' in match.slots or match.name == CONVERSATION


def _clock_text(slots: Mapping[str, str]) -> str:
    return f'{slots["hour"]}:{int(slots.get("minute", 0)):02d}'
