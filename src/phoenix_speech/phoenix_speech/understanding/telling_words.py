"""The telling words of a text, and the part of them that a sentence of the templates has taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from phoenix_speech.understanding.free_order_rules import FreeOrderRules
from phoenix_speech.understanding.quantities.reader import Quantity

Slots: TypeAlias = tuple[tuple[str, str], ...]


class State(NamedTuple):
    """
    The words that a sentence has taken, a bit each, and its slots.

    :param first: the place of the first word; -1: of none yet.
    :param last: the place of the newest word.
    :param binds: the next word must follow that at once.
    """

    taken: int = 0
    first: int = -1
    last: int = -1
    binds: bool = False
    slots: Slots = ()


class Order(NamedTuple):
    """The words whose place matters; see FreeOrderRules."""

    ties: frozenset[str]
    heads: frozenset[str]

    @classmethod
    def of(cls, rules: FreeOrderRules, questions: frozenset[str]) -> 'Order':
        """Return the words of rules, with verbs that begin questions."""
        return cls(frozenset(rules.ties), questions.union(rules.heads))


@dataclass(frozen=True)
class Heard:
    """
    The telling words of a text.

    :param amounts: quantities and numbers, by the place of their word.
    """

    words: Sequence[str]
    amounts: Mapping[int, Quantity | int | None]
    order: Order

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """The places of each word."""
        places: dict[str, list[int]] = {}
        for index, word in enumerate(self.words):
            places.setdefault(word, []).append(index)
        return places

    def take(
        self, state: State, index: int, slots: Slots = (), *, is_attribute: bool = False
    ) -> State | None:
        """
        Return a state with one more word, if it may follow there.

        :param is_attribute: it belongs to the word behind it, as in 'the ten minute timer'.
        """
        if state.taken >> index & 1 or (state.binds and state.last != index - 1):
            return None
        is_tied = index > 0 and self._ties(index - 1)
        is_number = isinstance(self.amounts.get(index), int)
        if index in self.amounts and (is_tied or is_number) and state.last != index - 1:
            return None
        taken = State(
            state.taken | 1 << index,
            state.first if state.first >= 0 else index,
            index,
            self._ties(index) or (is_attribute and not is_tied),
            state.slots,
        )
        return with_slots(taken, slots)

    def _ties(self, index: int) -> bool:
        return self.words[index] in self.order.ties

    def is_whole(self, state: State) -> bool:
        """Return whether all words are taken, and the sentence is a question only if it was."""
        if state.taken != (1 << len(self.words)) - 1:
            return False
        one, other = self.words[0], self.words[state.first]
        return one == other or {one, other}.isdisjoint(self.order.heads)


def with_slots(state: State, slots: Iterable[tuple[str, str]]) -> State | None:
    """Return a state with slots; none where one would have two values."""
    values = dict(state.slots)
    for slot, value in slots:
        if values.setdefault(slot, value) != value:
            return None
    return state._replace(slots=tuple(values.items()))
