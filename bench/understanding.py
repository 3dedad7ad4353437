"""
Measures what the intent matcher makes of sentences: right, asked, refused, and wrong.

bench/understanding has sentences with what they mean. Those of the blind files were written
before the rules were read, and were only counted since; the tuning files were looked at. Those of
the free files ramble, as people do, with reasons, asides and second thoughts; they were never
looked at, and the aim is only that few are wrong. Besides: every sentence of config/ with each of
its telling words changed in turn (nothing may be done then), the sentences of the corpus with one
typing mistake, one word of the same sound, or one word left out, and what the book answers to
children's questions. Exit 1 while the aims are not met.
"""

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from phoenix_speech.understanding.clear_sentences import NO_REQUESTS
from phoenix_speech.understanding.intent_matcher import IntentMatcher
from phoenix_speech.understanding.intents_file import load_intents
from phoenix_speech.understanding.requests import IntentMatch, Understood
from phoenix_speech.understanding.tolerance import load_tolerance, same_sounding

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / 'src/phoenix_speech/test/understanding'))
from template_sentences import template_sentences  # noqa: E402

CORPUS = ROOT / 'bench' / 'understanding'
WRONG_AT_MOST, RIGHT_AT_LEAST, NOISY_RIGHT_AT_LEAST, COST_AT_MOST_MS = 0.005, 0.95, 0.8, 15.0
VERDICTS = ('right', 'asked', 'refused', 'wrong')
NOTHING, ASK = 'none', 'ask'
FREE = 'free'  # the part without an aim for what is right
UNITS = {'h': 3600, 'm': 60, 's': 1}
DAYS = {'today': '+0', 'tomorrow': '+1', 'after_tomorrow': '+2', 'yesterday': '-1'}
OTHER_WORDS = {
    'en': ['banana', 'window', 'grandmother', 'paint', 'bicycle', 'yesterday', 'seventeen'],
    'de': ['banane', 'fenster', 'großmutter', 'malen', 'fahrrad', 'gestern', 'siebzehn'],
}
Meaning = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Sentence:
    """A sentence, and what it may mean; NOTHING and ASK are a meaning without requests."""

    text: str
    meanings: tuple[str, ...]


def read_corpus(path: Path) -> list[Sentence]:
    """Read a corpus: meanings after '>', alternatives after '|', then the sentences."""
    sentences: list[Sentence] = []
    meanings: list[str] = []
    for line in path.read_text(encoding='utf-8').splitlines():
        if line.startswith('>'):
            meanings = [one.strip() for one in line[1:].split('|')]
        elif line.strip() and not line.startswith('#'):
            text, *others = line.split('|')
            sentences.append(Sentence(text.strip(), (*meanings, *others)))
    return sentences


def meaning_of(text: str) -> Meaning:
    """Return the requests that a line of the corpus names."""
    requests = []
    for part in text.split(' + '):
        name, *pairs = re.split(r' (?=\w+=)', part.strip())
        slots = dict(pair.split('=', 1) for pair in pairs)
        if name == 'timer_change':
            name = 'timer_shorten' if slots['by'].startswith('-') else 'timer_extend'
        requests.append((name, dict(_normal(name, slots))))
    return requests


def _normal(name: str, slots: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the slots of a corpus in the form that `found` gives them."""
    for slot, value in slots.items():
        match slot:
            case 'duration' | 'by' | 'of' | 'in':
                parts = re.findall(r'(\d+)([hms])', value)
                seconds = str(sum(int(n) * UNITS[unit] for n, unit in parts))
                yield ('of' if slot == 'of' else 'duration'), seconds
            case 'at':
                yield 'at', value
            case 'day':
                yield 'day', DAYS.get(value, value)
            case 'place':
                yield ('room' if name.startswith('light') else 'where'), value.replace('_', ' ')
            case 'reminder':
                yield 'what', value
            case 'child_name':
                yield 'name', value
            case _:
                yield slot, value


def found(request: IntentMatch) -> tuple[str, dict[str, str]]:
    """Return a request in the form of the corpus."""
    slots = dict(request.slots)
    slots.pop('place', None)
    slots.pop('sum', None)
    if 'where' in slots:
        slots['where'] = slots['where'].lower()
    if 'topic' in slots:
        slots['topic'] = re.sub(r'^(a|the|einem|einer|den|der) ', '', slots['topic'])
    if 'hour' in slots:
        hour, minute = int(slots.pop('hour')), int(slots.pop('minute', 0))
        part = slots.pop('day_part', '')
        if part or hour > 12 or hour == 0:
            hour = hour % 12 + (12 if part == 'pm' else 0) if 0 < hour <= 12 else hour % 24
            slots['at'] = f'{hour:02d}:{minute:02d}'
        else:
            slots['at'] = f'{hour}:{minute:02d}~'
    slots.pop('day_part', None)
    return request.name, slots


def _without_today(requests: Meaning) -> Meaning:
    """Return requests without the day of 'at eight tonight', which a corpus may leave out."""
    return [
        (name, {n: value for n, value in slots.items() if (n, value) != ('day', '+0')})
        if 'at' in slots
        else (name, slots)
        for name, slots in requests
    ]


def verdict(sentence: Sentence, understood: Understood) -> str:
    """Return what the matcher made of a sentence."""
    if understood.question is not None:
        return 'right' if ASK in sentence.meanings else 'asked'
    got = [found(one) for one in understood.requests if not is_unknown(one)]
    if not got:
        return 'right' if NOTHING in sentence.meanings else 'refused'
    meant = (meaning_of(one) for one in sentence.meanings if one not in (NOTHING, ASK))
    if any(_without_today(got) == _without_today(one) for one in meant):
        return 'right'
    unfinished = got in ([('timer_set', {})], [('alarm_set', {})])
    return 'right' if ASK in sentence.meanings and unfinished else 'wrong'


def is_unknown(request: IntentMatch) -> bool:
    """Return whether the toy will say that it does not know."""
    return request.name == 'time' and 'where' in request.slots and 'place' not in request.slots


class Bench:
    """The matcher of a language."""

    def __init__(self, language: str, show: Iterable[str]) -> None:
        self._language, self._show = language, frozenset(show)
        self._folder = ROOT / 'config' / language
        self._matcher = IntentMatcher([self._folder])
        self._tolerance = load_tolerance(self._folder / 'tolerance.yaml')
        self._chance = random.Random(1)
        self.costs_ms: list[float] = []

    def understand(self, text: str) -> Understood:
        """Understand a sentence for itself, and note how long that takes."""
        begin = time.thread_time()  # of this thread: the machine may be busy
        understood = self._matcher.understand(text)
        self.costs_ms.append(1000 * (time.thread_time() - begin))
        self._matcher.forget_question()
        return understood

    def corpus(self, part: str) -> bool:
        """Judge the sentences of a part of the corpus."""
        sentences = read_corpus(CORPUS / f'{self._language}.{part}.txt')
        inside = [one for one in sentences if NOTHING not in one.meanings]
        outside = [one for one in sentences if NOTHING in one.meanings]
        counts = self.count(f'{part}, in scope', inside)
        counts_outside = self.count(f'{part}, out of scope', outside)
        wrong = counts['wrong'] + counts_outside['wrong']
        is_right = part == FREE or counts['right'] >= RIGHT_AT_LEAST * len(inside)
        return is_right and wrong <= WRONG_AT_MOST * len(sentences)

    def noisy(self, part: str) -> bool:
        """Judge the sentences of a part with a mistake each."""
        inside = [
            one
            for one in read_corpus(CORPUS / f'{self._language}.{part}.txt')
            if not {NOTHING, ASK} & {*one.meanings} and len(one.text.split()) > 2
        ]
        typed = [Sentence(self._misspelt(one), one.meanings) for one in inside]
        sounding = [
            Sentence(' '.join(self._chance.choice(others)), one.meanings)
            for one in inside
            if (others := list(same_sounding(one.text.split(), self._tolerance)))
        ]
        right = True
        for name, some in (('typing mistake', typed), ('same sound', sounding)):
            counts = self.count(f'{part}, {name}', some)
            right = right and counts['right'] >= NOISY_RIGHT_AT_LEAST * len(some)
            right = right and counts['wrong'] <= WRONG_AT_MOST * len(some)
        return right

    def mutations(self, most: int) -> bool:
        """
        Judge sentences of each template with each telling word changed: nothing may be done.

        :param most: how many are drawn of all of them; 0: all.
        """
        counts: Counter[str] = Counter()
        little = self._little
        places = [
            (words, index)
            for name, text in template_sentences(self._language, 3)
            if name not in NO_REQUESTS
            for words in [text.split()]
            for index, word in enumerate(words)
            if word not in little
        ]
        if most and len(places) > most:
            places = self._chance.sample(places, most)
        for words, index in places:
            other = self._chance.choice(OTHER_WORDS[self._language])
            mutated = ' '.join((*words[:index], other, *words[index + 1 :]))
            understood = self.understand(mutated)
            loose = any(one.confidence < 1 for one in understood.requests)
            kept = any(other in ' '.join(one.slots.values()) for one in understood.requests)
            kind = 'wrong' if loose and not kept else 'other sentence'
            if not understood.requests:
                kind = 'asked' if understood.question else 'refused'
            counts[kind] += 1
            self._print_if_wanted(kind, mutated, understood)
        total = sum(counts.values())
        figures = ', '.join(f'{name} {n} ({n / total:.2%})' for name, n in counts.items())
        print(f'  {"mutations":34} {total:5}: {figures}')
        return counts['wrong'] <= WRONG_AT_MOST * total

    def count(self, name: str, sentences: list[Sentence]) -> Counter[str]:
        """Judge sentences, and print the figures."""
        counts: Counter[str] = Counter()
        for sentence in sentences:
            understood = self.understand(sentence.text)
            kind = verdict(sentence, understood)
            counts[kind] += 1
            if name.startswith('tuning'):
                self._print_if_wanted(kind, f'{sentence.text} > {sentence.meanings}', understood)
        total = max(1, len(sentences))
        figures = ', '.join(f'{one} {counts[one]} ({counts[one] / total:.1%})' for one in VERDICTS)
        print(f'  {name:34} {len(sentences):5}: {figures}', flush=True)
        return counts

    def _print_if_wanted(self, kind: str, text: str, understood: Understood) -> None:
        if kind in self._show:
            got = [(one.name, one.slots) for one in understood.requests]
            asked = (
                [one.text for one in understood.question.choices] if understood.question else ''
            )
            print(f'    {kind}: {text} {got or ""} {asked}')

    @property
    def _little(self) -> frozenset[str]:
        intents = load_intents([self._folder / 'intents.yaml'])
        skipped = {word for phrase in intents.skip_words for word in phrase.split()}
        return frozenset((*self._tolerance.little_words, *self._tolerance.lead_words, *skipped))

    def _misspelt(self, sentence: Sentence) -> str:
        """Swap two letters in a word that is no name, and no purpose of a reminder."""
        words, free = sentence.text.split(), ' '.join(sentence.meanings)
        long = [n for n, word in enumerate(words) if len(word) > 3 and word.isalpha()]
        long = [n for n in long if not re.search(rf'[= ]{words[n]}\b', free)]
        if not long:
            return sentence.text
        number = self._chance.choice(long)
        word = words[number]
        at = self._chance.randrange(1, len(word) - 1)
        words[number] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return ' '.join(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--language', choices=sorted(OTHER_WORDS), action='append')
    parser.add_argument('--part', choices=['tuning', 'blind', 'free'], action='append')
    parser.add_argument('--show', choices=VERDICTS, action='append', default=[])
    parser.add_argument('--mutations', type=int, default=2000, help='at most; 0: all')
    parser.add_argument('--no-mutations', action='store_true')
    options = parser.parse_args()
    import children  # beside this file, which a test loads by its path

    right = True
    for language in options.language or sorted(OTHER_WORDS):
        print(language)
        bench = Bench(language, options.show)
        for part in options.part or ('tuning', 'blind', 'free'):
            right = bench.corpus(part) and right
            if part != FREE:
                right = bench.noisy(part) and right
        if not options.no_mutations:
            right = bench.mutations(options.mutations) and right
        right = children.judge(language) and right
        costs = sorted(bench.costs_ms)
        p95 = costs[int(0.95 * len(costs))]
        print(f'  median {median(costs):.1f} ms of CPU a sentence, p95 {p95:.1f} ms')
        right = right and median(costs) <= COST_AT_MOST_MS
    raise SystemExit(not right)


if __name__ == '__main__':
    main()
