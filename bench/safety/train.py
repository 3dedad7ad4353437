"""
Train the classifiers of care check and speech guard, or report how good they are.

    python bench/safety/train.py [--report]

One set of weights serves both languages, as the encoder does. Without --report the weights are
written to config/<language>/safety/{classifier,guard}.npz: the same bytes for the same corpus.
With it, nothing is written: the care classifier is trained on the sentences of one writer and
judged on those of the other, the classifier of the guard on four fifths and the last fifth. The
rules were written with sight of the first writer's sentences, not of the second's.
"""

import argparse
import io
import random
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from phoenix_speech.safety.care_check import CareCheck
from phoenix_speech.safety.categories import LEVELS, Category, Level
from phoenix_speech.safety.classifier import (
    BUCKETS,
    HARMLESS,
    HIDDEN,
    Classifier,
    Weights,
    features,
)
from phoenix_speech.safety.normalise import plain_words
from phoenix_speech.safety.rules import RuleBook
from phoenix_speech.safety.sentence_encoder import DIMENSIONS, sentence_encoder
from phoenix_speech.safety.speech_guard import SpeechGuard, SpokenCategory
from phoenix_speech.sentences import SpeechRules, split_sentences

ROOT = Path(__file__).parents[2]
TUNING = Path(__file__).parent / 'tuning'
LANGUAGES = ('en', 'de')
WRITERS = ('first', 'second', 'third', 'fourth')
MODEL_WRITERS = WRITERS[1:]
CARE_CLASSES = [HARMLESS, *(category.value for category in Category)]
GUARD_CLASSES = [HARMLESS, *(category.value for category in SpokenCategory)]
ADULTS = {'en': ('mom', 'a grown-up you trust'), 'de': ('Mama', 'einem Erwachsenen')}
SEED = 16
FOLDS = 5
STEPS = 500
BATCH = 1024
RATE = 0.01
SPEED_OF_INNER = 0.3
DROPPED = 0.3  # of the hidden layer, against learning the corpus by heart
DECAY = 1e-4  # of the weights, for the same
NOISY_SHARE = 0.4  # how much a misspelt copy counts


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
    """Return what a writer says that a model may write for the toy to say."""
    name = 'model' if writer == MODEL_WRITERS[0] else f'{writer}_model'
    return _examples(_read(f'{name}_{language}'))


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


def read_said(language: str) -> list[Example]:
    """Return all that the toy says by itself, which the guard has to let pass."""
    rules = SpeechRules.load(ROOT / 'config', language)
    folder = ROOT / 'config' / language
    heard = ('intents.yaml', 'persona.yaml', 'care.yaml', 'guard.yaml')
    files = [file for file in sorted(folder.rglob('*.yaml')) if file.name not in heard]
    said = _sentences(files, rules, 1)
    words = _sentences([folder / 'safety' / 'words.yaml'], rules, 1)
    # The care words come once more with each adult in them: they must never be refused.
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


def _leaves(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from _leaves(child)
    elif isinstance(node, list):
        for child in node:
            yield from _leaves(child)


def noisy(words: Sequence[str], chance: random.Random) -> list[str]:
    """Return words as a recogniser or a child at the keyboard may change them."""
    changed = list(words)
    if len(changed) > 3 and chance.random() < 0.5:
        del changed[chance.randrange(len(changed))]
    at = chance.randrange(len(changed))
    word = changed[at]
    if len(word) > 3:
        place = chance.randrange(len(word) - 1)
        swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        lost = word[:place] + word[place + 1 :]
        doubled = word[:place] + word[place] + word[place:]
        changed[at] = chance.choice((swapped, lost, doubled))
    return changed


def train(examples: Sequence[Example], classes: list[str]) -> Classifier:
    """Return a classifier of texts, each learnt now and then with a mistake in it."""
    chance = random.Random(SEED)
    texts = [(plain_words(e.text), classes.index(e.label)) for e in examples]
    texts = [(words, label) for words, label in texts if words]
    spoiled = [(noisy(words, chance), label) for words, label in texts]
    words = [words for words, _ in texts + spoiled]
    labels = np.array([label for _, label in texts + spoiled])
    shares = np.repeat(np.array([1, NOISY_SHARE], np.float32), len(texts))
    meanings = sentence_encoder().encode([' '.join(one) for one in words])
    return Classifier(classes, _fit(meanings, words, labels, shares, len(classes)))


def _fit(
    meanings: NDArray[np.float32],
    words: Sequence[Sequence[str]],
    labels: NDArray[np.int64],
    shares: NDArray[np.float32],
    classes: int,
) -> Weights:
    """Fit by Adam on batches, with inputs of the hidden layer and of the outer one dropped."""
    pieces = np.zeros((len(words), BUCKETS), np.float32)
    for row, one in zip(pieces, words, strict=True):
        buckets, values = features(one)
        row[buckets] = values
    chance = np.random.default_rng(SEED)
    targets = np.eye(classes, dtype=np.float32)[labels]
    shapes = {'outer': (HIDDEN, classes), 'pieces': (BUCKETS, classes), 'bias': (classes,)}
    fitted = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    fitted['inner'] = chance.normal(0, 10 / DIMENSIONS**0.5, (DIMENSIONS, HIDDEN)).astype('f4')
    fitted['inner_bias'] = np.zeros(HIDDEN, np.float32)
    means = {name: np.zeros_like(array) for name, array in fitted.items()}
    squares = {name: np.zeros_like(array) for name, array in fitted.items()}
    for step in range(1, STEPS + 1):
        rows = chance.integers(0, len(words), BATCH)
        meaning, piece = meanings[rows], pieces[rows]
        kept = (chance.random((BATCH, HIDDEN)) >= DROPPED).astype(np.float32) / (1 - DROPPED)
        hidden = np.maximum(meaning @ fitted['inner'] + fitted['inner_bias'], 0) * kept
        logits = hidden @ fitted['outer'] + piece @ fitted['pieces'] + fitted['bias']
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        wrong = (likely - targets[rows]) * shares[rows, None] / BATCH
        back = (wrong @ fitted['outer'].T) * kept * (hidden > 0)
        gradients = {
            'outer': hidden.T @ wrong,
            'pieces': piece.T @ wrong,
            'bias': wrong.sum(axis=0),
            'inner': meaning.T @ back,
            'inner_bias': back.sum(axis=0),
        }
        rate = RATE * min(1, 2 * (1 - step / STEPS))
        for name, gradient in gradients.items():
            means[name] = 0.9 * means[name] + 0.1 * gradient
            squares[name] = 0.999 * squares[name] + 0.001 * gradient**2
            mean, square = means[name] / (1 - 0.9**step), squares[name] / (1 - 0.999**step)
            speed = rate * (SPEED_OF_INNER if name.startswith('inner') else 1)
            fitted[name] -= speed * (mean / (np.sqrt(square) + 1e-8) + DECAY * fitted[name])
    return Weights(**fitted)


def write(classifier: Classifier, path: Path) -> None:
    """Write the weights without the time of day, so that the same corpus gives the same file."""
    arrays = {field.name: getattr(classifier.weights, field.name) for field in fields(Weights)}
    arrays = {name: array.astype(np.float16) for name, array in arrays.items()}
    arrays['classes'] = np.array(classifier.classes)
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f'{name}.npy'), content.getvalue())


def report_care() -> None:
    """Print what the care check makes of a writer that its classifier has not seen."""
    texts = [example for language in LANGUAGES for example in read_texts(language)]
    for seen, kept in (WRITERS, WRITERS[::-1]):
        examples = [e for language in LANGUAGES for e in read_writer(seen, language)]
        classifier = train([*examples, *texts], CARE_CLASSES)
        for language in LANGUAGES:
            rules = RuleBook.load(ROOT / 'config' / language / 'safety' / 'care.yaml')
            right = unsafe = refused = harmless = 0
            for example in read_writer(kept, language):
                check = CareCheck(rules, classifier)
                for turn in example.turns:
                    verdict = check.judge(turn, 0.0)
                if example.label == HARMLESS:
                    harmless += 1
                    refused += verdict.level is not Level.PASS
                else:
                    unsafe += 1
                    right += verdict.level is LEVELS[Category(example.label)]
            print(
                f'care {language}, trained on the {seen} writer, judged on the {kept}:'
                f' right {right} of {unsafe}, {right / unsafe:.1%};'
                f' harmless refused {refused} of {harmless}, {refused / harmless:.1%}'
            )


def report_guard() -> None:
    """Print what the guard makes of sentences that its classifier has not seen."""
    told = [example for language in LANGUAGES for example in read_said(language)]
    examples = [(language, e) for language in LANGUAGES for e in read_model(language)]
    random.Random(SEED).shuffle(examples)
    counts = {language: [0, 0, 0, 0] for language in LANGUAGES}
    for fold in range(FOLDS):
        seen = [e for place, (_, e) in enumerate(examples) if place % FOLDS != fold]
        classifier = train([*seen, *told], GUARD_CLASSES)
        guards = {
            language: SpeechGuard.load(
                ROOT / 'config' / language / 'safety', classifier=classifier
            )
            for language in LANGUAGES
        }
        for language, example in examples[fold::FOLDS]:
            allowed = guards[language].judge(example.text, 5.0).allowed
            at = 0 if example.label != HARMLESS else 2
            counts[language][at] += not allowed
            counts[language][at + 1] += 1
    for language, (bad_refused, bad, good_refused, good) in counts.items():
        print(
            f'guard {language}: bad refused {bad_refused} of {bad}, {bad_refused / bad:.1%};'
            f' good refused {good_refused} of {good}, {good_refused / good:.1%}'
        )


def main(arguments: Sequence[str]) -> int:
    """Train, or report."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').splitlines()[1])
    parser.add_argument('--report', action='store_true', help='write nothing')
    options = parser.parse_args(arguments)
    if options.report:
        report_care()
        report_guard()
        return 0
    told = [example for language in LANGUAGES for example in read_texts(language)]
    heard = [e for w in WRITERS for language in LANGUAGES for e in read_writer(w, language)]
    said = [e for language in LANGUAGES for e in (*read_model(language), *read_said(language))]
    care = train([*heard, *told], CARE_CLASSES)
    guard = train(said, GUARD_CLASSES)
    for language in LANGUAGES:
        folder = ROOT / 'config' / language / 'safety'
        for classifier, name in ((care, 'classifier.npz'), (guard, 'guard.npz')):
            write(classifier, folder / name)
            print(f'config/{language}/safety/{name}: {(folder / name).stat().st_size} bytes')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
