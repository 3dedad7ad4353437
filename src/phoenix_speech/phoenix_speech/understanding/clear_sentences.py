"""
Recognizes what is clear: a sentence of the templates, or several, though a word is misspelt.

A variant of what was said counts only if it is word for word a sentence. A sentence with words
that any others would fit as well, as a name, gives way to one that needs fewer of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby, islice

from phoenix_speech.understanding.exact_sentences import ExactSentences
from phoenix_speech.understanding.free_order import FreeOrder
from phoenix_speech.understanding.quantities.reader import Kind, QuantityReader
from phoenix_speech.understanding.remarks import Remarks
from phoenix_speech.understanding.requests import MOMENT, IntentMatch
from phoenix_speech.understanding.shared_words import taken_apart
from phoenix_speech.understanding.tolerance import Tolerance, respelt, same_sounding

CONVERSATION = 'conversation'  # the intent whose sentences the toy does not act on
NO_REQUESTS = (CONVERSATION, MOMENT)
SETTING = ('timer_set', 'alarm_set', 'reminder_set')
OF_WHAT_IS_SET = ('timer_cancel', 'alarm_cancel', 'reminder_cancel')  # and not of what is said
OF_TIMES = (*SETTING, *OF_WHAT_IS_SET)
ANSWERS = ('yes', 'no', 'next', 'repeat')  # to what the toy said, of which a remark is a part
STOP = 'stop'  # what is asked about it is one word too many
REMARKED = (CONVERSATION, 'yes', 'feeling', 'i_love_you', 'thanks', 'greeting', 'how_are_you')
BARE = (1, 2)  # parts of a quantity that stands alone, or with one word beside it
MISHEARD = 0.9  # the confidence in a variant of what was said
MOST_REQUESTS = 3
MOST_VARIANTS = 8

Recognize = Callable[[str], IntentMatch | None]


class ClearSentences:
    """The sentences of a language, with the variants in which they may be said or heard."""

    def __init__(
        self,
        exact: ExactSentences,
        free_order: FreeOrder,
        tolerance: Tolerance,
        known: frozenset[str],
        quantities: QuantityReader,
    ) -> None:
        """
        Prepare the joins of requests.

        :param known: words, as for `respelt`.
        """
        self._exact, self._free_order, self._tolerance = exact, free_order, tolerance
        self._known, self._units = known, quantities.units
        self._lead = frozenset(tolerance.lead_words)
        self._negations = frozenset(tolerance.negations)
        self._quantities = quantities
        self._joins = [join.split() for join in tolerance.joins]
        self._remarks = Remarks(
            tolerance.remarks, tolerance.negations, self._tells_a_quantity, self._tells_an_amount
        )

    def one(self, text: str) -> IntentMatch | None:
        """
        Return the sentence that was said, maybe with a misspelt word.

        Where any words fit, a word of the same sound may be the better one: 'in an our'.
        """
        said = self._exact.recognize(text)
        if said is not None and not self._exact.free_words(said):
            return said
        words = words_of(text)
        right = respelt(words, self._known, self._units)
        meant = self._act(' '.join(right)) if right != words else None
        if said is None:
            return meant or self._as_imperative(right)
        if said.name == CONVERSATION and (asked := self._as_imperative(right)):
            return asked
        sounding = islice(same_sounding(right, self._tolerance), MOST_VARIANTS)
        others = (self._act(' '.join(variant)) for variant in sounding)
        for other in (meant, *others):
            if other and len(self._free(other)) < len(self._free(said)):
                return other
        return said

    def _as_imperative(self, words: list[str]) -> IntentMatch | None:
        if not self._negations.isdisjoint(words):
            return None  # 'you must not wake me' is more than 'do not wake me'
        others = (self._act(' '.join(other)) for other in self._tolerance.imperatives.of(words))
        return next((one for one in others if one and not is_loose(one)), None)

    def in_any_order(self, text: str) -> IntentMatch | None:
        """Return the sentence whose words were said in another order."""
        words = ' '.join(respelt(words_of(text), self._known, self._units))
        meant = self._free_order.recognize(self._quantities.mark(words))
        return meant if meant and meant.name not in NO_REQUESTS else None

    def misheard(self, text: str) -> IntentMatch | None:
        """
        Return the sentence that may have been said, where words are besides or sound alike.

        What any words fit is kept as it was said.
        """
        words = words_of(text)
        said = ' '.join(words)
        for variant in self._variants(words):
            meant = self._act(variant)
            if meant and all(value in said for value in self._exact.free_values(meant)):
                return meant
        return None

    def instead(self, text: str) -> IntentMatch | None:
        """Return the sentence that takes back the one before: 'a joke, no, a story'."""
        words = words_of(text.replace(',', ' '))
        for phrase in self._quantities.corrections:
            for at in range(1, len(words) - len(phrase)):
                if words[at : at + len(phrase)] != phrase:
                    continue
                old, new = (self.one(' '.join(w)) for w in (words[:at], words[at + len(phrase) :]))
                if old and new and is_whole(old) and is_whole(new):
                    return new if new.name not in OF_WHAT_IS_SET else None
        return None

    def several(self, text: str) -> tuple[IntentMatch, ...]:
        """Return two or three sentences that were said in a row; none if that is not clear."""
        words = words_of(text.replace(',', ' , '))
        if not any(self._join_at(words, index) for index in range(1, len(words))):
            return ()
        if found := next(self._of_several_times(words), ()):
            return found
        if found := next(self._split(words, MOST_REQUESTS, self.one), ()):
            return found
        if self.misheard(text) is None:
            for recognize in (self._or_misheard, self._or_in_any_order):
                if found := next(self._split(words, MOST_REQUESTS, recognize), ()):
                    return found
        for units in self._with_units(words):
            found = next(self._split(units, MOST_REQUESTS, self.one), ())
            if found and all(one.name == 'timer_set' for one in found):
                return found
        return ()

    def without_remarks(self, text: str) -> tuple[IntentMatch, ...]:
        """Return the requests of a text with a remark before or after them; none if unclear."""
        for words, remarks in self._remarks.splits(words_of(text.replace(',', ' '))):
            rest = ' '.join(words)
            meant = self._or_in_any_order(rest)
            clear = meant and not is_loose(meant) and is_whole(meant)
            found = (meant,) if meant and clear else self.several(rest)
            if any(one.name in ANSWERS for one in found):
                continue
            if found and not any(self._asks_more(' '.join(one), found) for one in remarks):
                return tuple(replace(o, confidence=min(o.confidence, MISHEARD)) for o in found)
        return ()

    def inner(self, text: str) -> tuple[str, IntentMatch] | None:
        """Return a request that is a part of a text, with its words; none if that is unclear."""
        words = words_of(text.replace(',', ' '))
        for begin, end, is_open in self._remarks.inner(words):
            said = ' '.join(words[begin:end])
            meant = self.in_any_order(said) or (self._act(said) if end == len(words) else None)
            if meant and is_whole(meant) and meant.name not in (*ANSWERS, *REMARKED, STOP):
                beside = ' '.join(words[:begin] + words[end:])
                when = meant.name in OF_TIMES and self._tells_a_quantity(beside)
                return (said, meant) if is_open and not when else None
        return None

    def _or_misheard(self, text: str) -> IntentMatch | None:
        return self.one(text) or self.misheard(text)

    def _or_in_any_order(self, text: str) -> IntentMatch | None:
        return self.one(text) or self.in_any_order(text)

    def _asks_more(self, remark: str, found: tuple[IntentMatch, ...]) -> bool:
        """Return whether a remark asks for something else than what is asked anyway."""
        own = self._exact.recognize(remark)
        return own is not None and own.name not in (*REMARKED, *(one.name for one in found))

    def _tells_a_quantity(self, text: str) -> bool:
        marked = self._quantities.mark(text)
        numbers = marked.numbers.difference(self._tolerance.little_words)  # 'ein'
        return bool(marked.quantities or numbers) or self._quantities.tells_a_time(text)

    def _tells_an_amount(self, text: str) -> bool:
        quantities = self._quantities.mark(text).quantities.values()
        told = any(one.kind in (Kind.DURATION, Kind.CLOCK) for one in quantities)
        return told or self._quantities.tells_a_time(text)

    def _of_several_times(self, words: list[str]) -> Iterator[tuple[IntentMatch, ...]]:
        """Yield the requests that are said of several times: 'wake me at seven and at eight'."""
        for parts in taken_apart(words, self._join_at, self._quantities.shape, MOST_REQUESTS):
            found = [one for part in parts if (one := self.one(' '.join(part)))]
            kinds = {one.name for one in found}
            if len(found) < len(parts) or len(kinds) > 1 or kinds.isdisjoint(OF_TIMES):
                continue
            if all(is_whole(one) and is_finished(one) for one in found):
                found = _with_last_half(found)
                if len({*map(str, found)}) == len(found):
                    yield tuple(found)

    def _with_units(self, words: list[str]) -> Iterator[list[str]]:
        """Yield the words with a unit behind each number: 'for five and one for ten minutes'."""
        units = [word for word in words if word in self._units]
        if len({*units}) != 1:
            return
        given: list[str] = []
        for index, word in enumerate(words):
            ends = index + 1 == len(words) or self._join_at(words, index + 1)
            given += [word, units[0]] if ends and self._quantities.numbers(word) else [word]
        if given != words:
            yield given

    def _act(self, text: str) -> IntentMatch | None:
        meant = self._exact.recognize(text)
        if meant is None or meant.name in NO_REQUESTS:
            return None
        return replace(meant, confidence=MISHEARD)

    def _free(self, match: IntentMatch) -> list[str]:
        return self._exact.free_words(match)

    def _variants(self, words: list[str]) -> Iterator[str]:
        led = words
        while led and led[0] in self._lead:
            led = led[1:]
            yield ' '.join(led)
        once = [word for word, _ in groupby(words)]
        if once != words:
            yield ' '.join(once)
        right = respelt(words, self._known, self._units)
        for variant in islice(same_sounding(right, self._tolerance), MOST_VARIANTS):
            yield ' '.join(variant)

    def _split(
        self, words: list[str], most: int, recognize: Recognize
    ) -> Iterator[tuple[IntentMatch, ...]]:
        """Yield the sentences of a text of at least two of them."""
        for index in range(1, len(words)):
            rest = words[index + self._join_at(words, index) :]
            if len(rest) == len(words) - index or not rest or self._lead.issuperset(words[:index]):
                continue
            first = recognize(' '.join(words[:index]))
            if first is None or not (is_whole(first) and is_finished(first)):
                continue
            if len(self._quantities.shape(' '.join(words[:index])).split()) in BARE:
                continue  # 'five more minutes and then to bed' tells when
            last = recognize(' '.join(rest))
            if most > 2 and (last is None or is_loose(last)):
                for others in self._split(rest, most - 1, recognize):
                    yield (first, *others)
            if last is not None and is_whole(last):
                yield (first, last)

    def _join_at(self, words: list[str], index: int) -> int:
        """Return how many words join two requests there."""
        if words[index : index + 1] == [',']:
            return 1 + self._join_at(words, index + 1)
        return next((len(one) for one in self._joins if words[index : index + len(one)] == one), 0)


def _with_last_half(found: list[IntentMatch]) -> list[IntentMatch]:
    """Return requests with the half of the day that only the last one names."""
    half = found[-1].slots.get('day_part')
    if half is None or any('day_part' in one.slots for one in found[:-1]):
        return found
    return [replace(one, slots={**one.slots, 'day_part': half}) for one in found]


def words_of(text: str) -> list[str]:
    """Return the words of a text, without the marks after them."""
    return [word for one in text.lower().split() if (word := one.rstrip('.!?;:') or one)]


def is_loose(match: IntentMatch) -> bool:
    """Return whether a slot may have taken what is a request of its own."""
    return 'topic' in match.slots or match.name == CONVERSATION


def is_whole(match: IntentMatch) -> bool:
    """Return whether a request needs no question."""
    slots = match.slots.keys()
    unclear = match.name == 'timer_set' and not slots.isdisjoint(('hour', 'minutes'))
    return match.name not in NO_REQUESTS and not unclear


def is_finished(match: IntentMatch) -> bool:
    """Return whether what is set lacks nothing: 'mach timer und licht aus' sets no timer."""
    return match.name not in SETTING or not match.slots.keys().isdisjoint(('duration', 'hour'))
