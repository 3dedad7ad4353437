"""
Train the classifiers of care check and speech guard, or report how good they are.

    python bench/safety/train.py [--report]

One set of weights serves both languages, as the encoder does. Without --report the weights are
written to config/<language>/safety/{classifier,guard}.npz: the same bytes for the same corpus
on the same machine.
With it, nothing is written: each writer in turn is judged by classifiers that have learnt from the
others. The rules of care.yaml were written with sight of the first writer's sentences only.
"""

import argparse
import io
import random
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
from corpus import (
    LANGUAGES,
    MODEL_WRITERS,
    ROOT,
    WRITERS,
    Example,
    read_commands,
    read_model,
    read_said,
    read_texts,
    read_writer,
)
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

CARE_CLASSES = [HARMLESS, *(category.value for category in Category)]
GUARD_CLASSES = [HARMLESS, *(category.value for category in SpokenCategory)]
SEED = 16
STEPS = 1000
NETS = 3  # begun differently; their mean knows better than each
BATCH = 1024
RATE = 0.01
SPEED_OF_INNER = 0.3
DROPPED = 0.3  # of the hidden layer, against learning the corpus by heart
DECAY = 1e-4  # of the weights, for the same
NOISY_SHARE = 0.4  # how much a misspelt copy counts
HARMLESS_SHARE = 2.0  # and a harmless sentence: most of what is said is one
OWN_TIMES = 3  # what is the toy's own must pass


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
    shares[labels == classes.index(HARMLESS)] *= HARMLESS_SHARE
    meanings = sentence_encoder().encode([' '.join(one) for one in words])
    pieces = [features(one) for one in words]
    nets = [
        _fit(meanings, pieces, labels, shares, len(classes), SEED + number)
        for number in range(NETS)
    ]
    return Classifier(classes, _mean(nets))


def _mean(nets: Sequence[Weights]) -> Weights:
    """Return one net that adds up, in its last step, what each says."""
    return Weights(
        inner=np.concatenate([net.inner for net in nets], axis=1),
        inner_bias=np.concatenate([net.inner_bias for net in nets]),
        outer=np.concatenate([net.outer for net in nets]) / len(nets),
        pieces=np.mean([net.pieces for net in nets], axis=0),
        bias=np.mean([net.bias for net in nets], axis=0),
    )


def _fit(
    meanings: NDArray[np.float32],
    pieces: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]],
    labels: NDArray[np.int64],
    shares: NDArray[np.float32],
    classes: int,
    seed: int,
) -> Weights:
    """Fit by Adam on batches, with inputs of the hidden layer and of the outer one dropped."""
    hidden_size = HIDDEN // NETS
    chance = np.random.default_rng(seed)
    targets = np.eye(classes, dtype=np.float32)[labels]
    shapes = {'outer': (hidden_size, classes), 'pieces': (BUCKETS, classes), 'bias': (classes,)}
    fitted = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    fitted['inner'] = chance.normal(0, 10 / DIMENSIONS**0.5, (DIMENSIONS, hidden_size)).astype(
        'f4'
    )
    fitted['inner_bias'] = np.zeros(hidden_size, np.float32)
    means = {name: np.zeros_like(array) for name, array in fitted.items()}
    squares = {name: np.zeros_like(array) for name, array in fitted.items()}
    for step in range(1, STEPS + 1):
        rows = chance.integers(0, len(labels), BATCH)
        meaning, piece = meanings[rows], np.zeros((BATCH, BUCKETS), np.float32)
        for line, row in zip(piece, rows, strict=True):
            buckets, values = pieces[row]
            line[buckets] = values
        kept = (chance.random((BATCH, hidden_size)) >= DROPPED).astype(np.float32) / (1 - DROPPED)
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
    """Print what the care check makes of each writer when its classifier knows the others."""
    texts = [e for la in LANGUAGES for e in (*read_texts(la), *read_commands(la))]
    for kept in WRITERS:
        seen = [e for w in WRITERS if w != kept for la in LANGUAGES for e in read_writer(w, la)]
        classifier = train([*seen, *texts * OWN_TIMES], CARE_CLASSES)
        for language in LANGUAGES:
            rules = RuleBook.load(ROOT / 'config' / language / 'safety' / 'care.yaml')
            level = category = unsafe = refused = harmless = 0
            for example in read_writer(kept, language):
                check = CareCheck(rules, classifier)
                for turn in example.turns:
                    verdict = check.judge(turn, 0.0)
                if example.label == HARMLESS:
                    harmless += 1
                    refused += verdict.level is not Level.PASS
                else:
                    right = Category(example.label)
                    unsafe += 1
                    level += verdict.level is LEVELS[right]
                    category += verdict.category is right
            print(
                f'care {language}, {kept} writer: right level {level} of {unsafe},'
                f' {level / unsafe:.1%}; right category {category / unsafe:.1%};'
                f' harmless refused {refused} of {harmless}, {refused / harmless:.1%}',
                flush=True,
            )


def report_guard() -> None:
    """Print what the guard makes of each writer when its classifier knows the others."""
    told = [example for language in LANGUAGES for example in read_said(language)]
    for kept in MODEL_WRITERS:
        seen = [
            e for w in MODEL_WRITERS if w != kept for la in LANGUAGES for e in read_model(w, la)
        ]
        classifier = train([*seen, *told * OWN_TIMES], GUARD_CLASSES)
        for language in LANGUAGES:
            guard = SpeechGuard.load(ROOT / 'config' / language / 'safety', classifier=classifier)
            counts = [0, 0, 0, 0]
            for example in read_model(kept, language):
                at = 0 if example.label != HARMLESS else 2
                counts[at] += not guard.judge(example.text, 60.0).allowed
                counts[at + 1] += 1
            bad_refused, bad, good_refused, good = counts
            print(
                f'guard {language}, {kept} writer: bad refused {bad_refused} of {bad},'
                f' {bad_refused / bad:.1%};'
                f' good refused {good_refused} of {good}, {good_refused / good:.1%}',
                flush=True,
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
    told = [e for la in LANGUAGES for e in (*read_texts(la), *read_commands(la))]
    heard = [e for w in WRITERS for language in LANGUAGES for e in read_writer(w, language)]
    said = [e for language in LANGUAGES for e in read_said(language)]
    written = [e for w in MODEL_WRITERS for language in LANGUAGES for e in read_model(w, language)]
    care = train([*heard, *told * OWN_TIMES], CARE_CLASSES)
    guard = train([*written, *said * OWN_TIMES], GUARD_CLASSES)
    for language in LANGUAGES:
        folder = ROOT / 'config' / language / 'safety'
        for classifier, name in ((care, 'classifier.npz'), (guard, 'guard.npz')):
            write(classifier, folder / name)
            print(f'config/{language}/safety/{name}: {(folder / name).stat().st_size} bytes')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
