"""Turns the other forms of a request into the imperative that the templates have, per language."""

from collections.abc import Iterator
from functools import cached_property

from phoenix_core.settings.config_file import FileModel

MOST_BESIDES = 2  # words after the verb that tell nothing


class ImperativeRules(FileModel):
    """
    How a language asks without an imperative: 'kannst du das licht anmachen', 'machst du ... an'.

    :param verbs: imperatives with their infinitive and their form after `you`.
    :param prefixes: are parted from a verb and stand last in its imperative, as 'an'.
    :param you: 'you', which follows its verb in a question.
    :param asking: stand in a sentence whose verb is last; without `verbs`, before the imperative.
    :param within: the same, but in the middle of a sentence alone: 'may you ...' is a question.
    :param to: stands before an infinitive or within it, as in 'anzumachen'.
    :param besides: may follow the verb, and tell nothing.
    """

    verbs: dict[str, list[str]] = {}
    prefixes: list[str] = []
    you: str = ''
    to: str = ''
    asking: list[str] = []
    within: list[str] = []
    besides: list[str] = []

    def of(self, words: list[str]) -> Iterator[list[str]]:
        """Yield a sentence as imperatives say it, if it is one of the other forms."""
        words = list(words)
        for _ in range(MOST_BESIDES):
            if words and words[-1] in self.besides:
                words.pop()
        if len(words) > 2 and words[1] == self.you and words[0] in self._imperatives:
            yield [self._imperatives[words[0]][0], *words[2:]]
        said = next((w for w in self._asked if words[: len(w)] == w), [])
        rest = [word for word in words[len(said) :] if word != self.to] if said else words
        if said and not self.verbs:
            yield rest
        if len(rest) > 1 and rest[-1] in self._imperatives:
            yield [self._imperatives[rest[-1]][0], *rest[:-1], *self._imperatives[rest[-1]][1:]]

    def parted(self, word: str) -> tuple[str, ...]:
        """Return the imperative of an infinitive, with its prefix; another word as it is."""
        return self._infinitives.get(word, (word,))

    @cached_property
    def _infinitives(self) -> dict[str, tuple[str, ...]]:
        forms = {others[0]: imperative for imperative, others in self.verbs.items() if others}
        parted: dict[str, tuple[str, ...]] = {
            form: (imperative,) for form, imperative in forms.items()
        }
        for prefix in self.prefixes:
            parted |= {prefix + form: (one, prefix) for form, one in forms.items()}
        return parted

    def unframed(self, words: list[str]) -> Iterator[list[str]]:
        """Yield a sentence without what asks in the middle: 'das licht kannst du anmachen'."""
        if self.verbs and not (words and words[-1] in self._infinitives):
            return
        for begin in range(1, len(words)):
            found = (len(w) for w in self._framing if words[begin : begin + len(w)] == w)
            if end := next(found, 0):
                yield [*words[:begin], *words[begin + end :]]
                return

    @cached_property
    def questions(self) -> frozenset[str]:
        """The forms of verbs that begin a question."""
        return frozenset(form for others in self.verbs.values() for form in others[1:])

    @cached_property
    def _asked(self) -> list[list[str]]:
        return _longest_first(self.asking)

    @cached_property
    def _framing(self) -> list[list[str]]:
        return _longest_first([*self.asking, *self.within])

    @cached_property
    def _imperatives(self) -> dict[str, tuple[str, ...]]:
        """Each form of a verb with its imperative, and the prefix behind that."""
        forms: dict[str, tuple[str, ...]] = {}
        for imperative, others in self.verbs.items():
            for form in others:
                forms[form] = (imperative,)
                for prefix in self.prefixes:
                    forms[prefix + form] = forms[prefix + self.to + form] = (imperative, prefix)
        return forms


def _longest_first(phrases: list[str]) -> list[list[str]]:
    return sorted((phrase.split() for phrase in phrases), key=len, reverse=True)
