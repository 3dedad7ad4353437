"""Reads the sentences that the classifiers learn from: of the writers, and of the toy itself."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import yaml
from hassil import parse_sentence, sample_expression

from phoenix_core.settings.config_file import load_config
from phoenix_speech.conversation.book import BookFile
from phoenix_speech.safety.classifier import HARMLESS
from phoenix_speech.safety.rules import RuleBook
from phoenix_speech.sentences import SpeechRules, split_sentences
from phoenix_speech.understanding.intents_file import load_intents

ROOT = Path(__file__).parents[2]
TUNING = Path(__file__).parent / 'tuning'
LANGUAGES = ('en', 'de')
WRITERS = (
    *('first', 'second', 'third', 'fourth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'),
    *('eleventh', 'twelfth'),
)
MODEL_WRITERS = WRITERS[1:]
I_THINK = {'en': ('i think ', 'i would take '), 'de': ('ich glaube ', 'ich nehme ')}
ADULTS = {'en': ('mom', 'a grown-up you trust'), 'de': ('Mama', 'einem Erwachsenen')}


@dataclass(frozen=True)
class Example:
    """What is said, in one turn or several, and what it is about."""

    label: str
    turns: tuple[str, ...]

    @property
    def text(self) -> str:
        """All turns as one text, as the care check joins them."""
        return ' '.join(self.turns)


def read_writer(writer: str, language: str) -> list[Example]:
    """Return what a writer wrote for the care check."""
    if writer == 'first':
        harmless = {HARMLESS: _read(f'harmless_{language}')}
        return [
            Example(e['category'], tuple(e.get('turns') or [e['say']]))
            for e in _read(f'unsafe_{language}')
        ] + _examples(harmless)
    return _examples(_read(f'{writer}_{language}')) + _examples(
        _read(f'{writer}_harmless_{language}')
    )


def read_model(writer: str, language: str) -> list[Example]:
    """Return what a writer says that a model may write for the toy to say; some wrote none."""
    name = 'model' if writer == MODEL_WRITERS[0] else f'{writer}_model'
    path = f'{name}_{language}'
    return _examples(_read(path)) if (TUNING / f'{path}.yaml').exists() else []


def _read(name: str):  # type: ignore[no-untyped-def]
    return yaml.safe_load((TUNING / f'{name}.yaml').read_text(encoding='utf-8'))


def _examples(sentences: dict[str, list[str]]) -> list[Example]:
    return [
        Example(label, tuple(text.split(' // ')))
        for label, texts in sentences.items()
        for text in texts
    ]


def read_texts(language: str) -> list[Example]:
    """Return what the toy itself tells: harmless, and never judged in a report."""
    folder = ROOT / 'config' / language
    rules = SpeechRules.load(ROOT / 'config', language)
    files = [*sorted((folder / 'stories').glob('*.yaml')), folder / 'answers.yaml']
    files += sorted((folder / 'activities').glob('*.yaml'))
    return _sentences(files, rules)


def read_commands(language: str) -> list[Example]:
    """Return what may be asked of the toy, as far as no rule of the care check is broken."""
    folder = ROOT / 'config' / language
    rules = RuleBook.load(folder / 'safety' / 'care.yaml')
    intents = load_intents([folder / 'intents.yaml'])
    book = load_config(folder / 'book.yaml', BookFile)
    questions = (
        ask
        for entry in book.entries
        for ask in entry.ask
        if ask.split()[0] in book.question_words  # the others may be worries
    )
    expected = (
        begun + answer
        for path in sorted((folder / 'stories').glob('*.yaml'))
        for template in _answers(yaml.safe_load(path.read_text('utf-8')))
        for answer in sample_expression(parse_sentence(template).expression)
        for begun in ('', *I_THINK[language])
    )
    texts = (
        text
        for intent in intents.intents.values()
        for data in intent.data
        for sentence in data.sentences
        for text in islice(
            sample_expression(
                sentence.expression,
                intents.slot_lists,
                intents.expansion_rules,
                expand_ranges=False,
            ),
            0,
            600,
            200,
        )
    )
    return [
        Example(HARMLESS, (text,))
        for text in (*questions, *expected, *texts)
        if '{' not in text and not any(rules.broken(rules.normaliser.words(text)))
    ]


def read_said(language: str) -> list[Example]:
    """Return all that the toy says by itself, which the guard has to let pass."""
    rules = SpeechRules.load(ROOT / 'config', language)
    folder = ROOT / 'config' / language
    heard = ('intents.yaml', 'persona.yaml', 'care.yaml', 'guard.yaml', 'book.yaml')
    files = [file for file in sorted(folder.rglob('*.yaml')) if file.name not in heard]
    book = load_config(folder / 'book.yaml', BookFile)
    said = _sentences(files, rules, 1) + [
        Example(HARMLESS, (sentence,))
        for entry in book.entries
        for sentence in split_sentences(entry.say, rules)
    ]
    persona = yaml.safe_load((folder / 'persona.yaml').read_text('utf-8'))
    for text in (persona['leaves_house'], persona['broken_off']):
        said += [Example(HARMLESS, (sentence,)) for sentence in split_sentences(text, rules)]
    words = _sentences([folder / 'safety' / 'words.yaml'], rules, 1)
    # The care words come once more with each adult in them: they must never be refused.
    # A sentence is judged together with the one before it, too.
    said += [
        Example(HARMLESS, (f'{first.text} {second.text}',)) for first, second in pairwise(said)
    ]
    return said + [
        Example(HARMLESS, (re.sub(r'\{\w+\}', adult, example.text),))
        for adult in ADULTS[language]
        for example in words
    ]


def _sentences(files: Sequence[Path], rules: SpeechRules, fewest: int = 3) -> list[Example]:
    texts = (text for file in files for text in _leaves(yaml.safe_load(file.read_text('utf-8'))))
    return [
        Example(HARMLESS, (sentence,))
        for text in texts
        for sentence in split_sentences(text, rules)
        if len(sentence.split()) >= fewest and not set(sentence) & set('[](){}|<>' * (fewest > 1))
    ]


def _answers(node: object) -> Iterator[str]:
    """Yield what a story expects to hear."""
    if isinstance(node, dict):
        yield from _leaves(node.get('answers'))
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from _answers(child)


def _leaves(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from _leaves(child)
    elif isinstance(node, list):
        for child in node:
            yield from _leaves(child)
