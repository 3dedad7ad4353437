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
    :param asking: begin a sentence whose verb stands last.
    :param besides: may follow the verb, and tell nothing.
    """

    verbs: dict[str, list[str]] = {}
    prefixes: list[str] = []
    you: str = ''
    asking: list[str] = []
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
        rest = words[len(said) :]
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

    @cached_property
    def _asked(self) -> list[list[str]]:
        return sorted((phrase.split() for phrase in self.asking), key=len, reverse=True)

    @cached_property
    def _imperatives(self) -> dict[str, tuple[str, ...]]:
        """Each form of a verb with its imperative, and the prefix behind that."""
        forms: dict[str, tuple[str, ...]] = {}
        for imperative, others in self.verbs.items():
            for form in others:
                forms[form] = (imperative,)
                forms.update((prefix + form, (imperative, prefix)) for prefix in self.prefixes)
        return forms
