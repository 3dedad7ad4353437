"""
Train the classifiers of the care check on the tuning corpus, and report how good they are.

    python bench/safety/train.py [--language en] [--report]

Without --report the weights are written to config/<language>/safety/classifier.npz: the same
bytes for the same corpus. With it, nothing is written: five times, a fifth of the corpus is kept
from training and judged afterwards, by the classifier alone at several thresholds and by the whole
care check. The rules are not made anew for each fifth: they were written with sight of the corpus,
so the figures of the whole check are those of tuning, not of the unseen.
"""

import argparse
import io
import random
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from phoenix_speech.safety.care_check import SURE, CareCheck
from phoenix_speech.safety.categories import LEVELS, Category, Level
from phoenix_speech.safety.classifier import BUCKETS, HARMLESS, Classifier, features
from phoenix_speech.safety.normalise import Normaliser
from phoenix_speech.safety.rules import RuleBook
from phoenix_speech.sentences import SpeechRules, split_sentences

ROOT = Path(__file__).parents[2]
TUNING = Path(__file__).parent / 'tuning'
CLASSES = [HARMLESS, *(category.value for category in Category)]
SEED = 16
FOLDS = 5
STEPS = 120
RATE = 0.08
DECAY = 2e-5  # of the weights, against learning the corpus by heart
NOISY_COPIES = 1
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True)
class Example:
    """What is said, in one turn or several, and what it is about."""

    label: str
    turns: tuple[str, ...]


def read_corpus(language: str) -> list[Example]:
    """Return the tuning corpus of a language."""
    unsafe = yaml.safe_load((TUNING / f'unsafe_{language}.yaml').read_text(encoding='utf-8'))
    harmless = yaml.safe_load((TUNING / f'harmless_{language}.yaml').read_text(encoding='utf-8'))
    return [
        *(Example(e['category'], tuple(e.get('turns') or [e['say']])) for e in unsafe),
        *(Example(HARMLESS, (text,)) for text in harmless),
    ]


def read_texts(language: str) -> list[Example]:
    """Return what the toy itself tells: harmless, and never judged in a report."""
    folder = ROOT / 'config' / language
    rules = SpeechRules.load(ROOT / 'config', language)
    files = [*sorted((folder / 'stories').glob('*.yaml')), folder / 'answers.yaml']
    files += sorted((folder / 'activities').glob('*.yaml'))
    texts = (text for file in files for text in _leaves(yaml.safe_load(file.read_text('utf-8'))))
    return [
        Example(HARMLESS, (sentence,))
        for text in texts
        for sentence in split_sentences(text, rules)
        if len(sentence.split()) > 2 and not set(sentence) & set('[](){}|<>')
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
        kind = chance.randrange(3)
        if kind == 0:
            word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        elif kind == 1:
            word = word[:place] + word[place + 1 :]
        else:
            word = word[:place] + word[place] + word[place:]
        changed[at] = word
    return changed


def train(examples: Sequence[Example], normaliser: Normaliser, seed: int = SEED) -> Classifier:
    """Return a classifier; of several turns it learns the last, as it will see only that."""
    chance = random.Random(seed)
    rows: list[list[str]] = []
    labels: list[int] = []
    shares: list[float] = []
    for example in examples:
        words = normaliser.words(example.turns[-1])
        if not words or len(example.turns) > 1:
            continue
        copies = [words, *(noisy(words, chance) for _ in range(NOISY_COPIES))]
        for number, copy in enumerate(copies):
            rows.append(copy)
            labels.append(CLASSES.index(example.label))
            shares.append(1.0 if number == 0 else 0.4)
    inputs = np.zeros((len(rows), BUCKETS), np.float32)
    for row, copy in zip(inputs, rows, strict=True):
        buckets, values = features(copy)
        row[buckets] = values
    weights, bias = _fit(inputs, np.array(labels), np.array(shares, np.float32))
    scale = np.abs(weights).max(axis=0) / 127
    return Classifier(CLASSES, np.round(weights / scale).astype(np.int8), scale, bias)


def _fit(
    inputs: NDArray[np.float32], labels: NDArray[np.int64], shares: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit by Adam on the whole of the corpus at each step."""
    used = np.flatnonzero(inputs.any(axis=0))
    inputs = np.ascontiguousarray(inputs[:, used])
    targets = np.eye(len(CLASSES), dtype=np.float32)[labels]
    # The last row is the bias.
    inputs = np.hstack([inputs, np.ones((len(inputs), 1), np.float32)])
    fitted = np.zeros((inputs.shape[1], len(CLASSES)), np.float32)
    mean, square = np.zeros_like(fitted), np.zeros_like(fitted)
    for step in range(1, STEPS + 1):
        logits = inputs @ fitted
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        gradient = inputs.T @ ((likely - targets) * shares[:, None]) / shares.sum()
        gradient[:-1] += DECAY * fitted[:-1]
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        fitted -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    weights = np.zeros((BUCKETS, len(CLASSES)), np.float32)
    weights[used] = fitted[:-1]
    return weights, fitted[-1]


def write(classifier: Classifier, path: Path) -> None:
    """Write the weights without the time of day, so that the same corpus gives the same file."""
    arrays = {
        'classes': np.array(classifier.classes),
        'weights': classifier.weights,
        'scale': classifier.scale,
        'bias': classifier.bias,
    }
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f'{name}.npy'), content.getvalue())


def right(wanted: str, given: Category | None) -> bool:
    """Say whether a verdict is the right kind of answer."""
    if wanted == HARMLESS or given is None:
        return (given is None) == (wanted == HARMLESS)
    return LEVELS[given] is LEVELS[Category(wanted)]


def report(language: str, examples: list[Example], rules: RuleBook) -> None:
    """Print what classifier and whole check make of what was kept from training."""
    texts = read_texts(language)
    order = list(range(len(examples)))
    random.Random(SEED).shuffle(order)
    alone: list[tuple[str, float, str, bool]] = []
    verdicts: list[tuple[str, bool, bool]] = []
    for fold in range(FOLDS):
        kept = {at for place, at in enumerate(order) if place % FOLDS == fold}
        seen = [example for at, example in enumerate(examples) if at not in kept]
        classifier = train([*seen, *texts], rules.normaliser)
        for at in sorted(kept):
            example = examples[at]
            check = CareCheck(rules, classifier)
            for turn in example.turns:
                verdict = check.judge(turn, 0.0)
            passed = verdict.level is Level.PASS
            verdicts.append((example.label, right(example.label, verdict.category), passed))
            if len(example.turns) == 1:
                likely = classifier.probabilities(rules.normaliser.words(example.turns[0]))
                harmless = likely.pop(HARMLESS)
                guess = max(likely, key=likely.__getitem__)
                hint = rules.hints(rules.normaliser.words(example.turns[0]))
                alone.append((example.label, 1 - harmless, guess, hint))
    unsafe = [row for row in alone if row[0] != HARMLESS]
    harmless_rows = [row for row in alone if row[0] == HARMLESS]
    print(f'{language}: {len(examples)} examples, {FOLDS} folds, seed {SEED}')
    print(
        '| threshold | unsafe noticed | right kind | harmless refused | the same with a hint |||'
    )
    print('|---|---|---|---|---|---|---|')
    for least in THRESHOLDS:
        cells = []
        for rows in (alone, [row for row in alone if row[3]]):
            noticed = [row for row in rows if row[1] >= least and row[0] != HARMLESS]
            kinds = [row for row in noticed if right(row[0], Category(row[2]))]
            refused = [row for row in rows if row[1] >= least and row[0] == HARMLESS]
            cells += [_percent(part, unsafe) for part in (noticed, kinds)]
            cells.append(_percent(refused, harmless_rows))
        print(f'| {least} | {" | ".join(cells)} |')
    wanted = [row for row in verdicts if row[0] != HARMLESS]
    rest = [row for row in verdicts if row[0] == HARMLESS]
    print(
        f'rules and classifier ({SURE}), rules seen:'
        f' {_percent([row for row in wanted if row[1]], wanted)} of unsafe with the right care,'
        f' {_percent([row for row in rest if not row[2]], rest)} of harmless refused'
    )


def _percent(part: Sequence[object], whole: Sequence[object]) -> str:
    return f'{100 * len(part) / len(whole):.1f} %'


def main(arguments: Sequence[str]) -> int:
    """Train, or report."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').splitlines()[1])
    parser.add_argument('--language', choices=('en', 'de'), action='append')
    parser.add_argument('--report', action='store_true', help='cross-validate, write nothing')
    options = parser.parse_args(arguments)
    for language in options.language or ('en', 'de'):
        folder = ROOT / 'config' / language / 'safety'
        rules = RuleBook.load(folder / 'care.yaml')
        examples = read_corpus(language)
        if options.report:
            report(language, examples, rules)
            continue
        path = folder / 'classifier.npz'
        write(train([*examples, *read_texts(language)], rules.normaliser), path)
        print(f'{path.relative_to(ROOT)}: {path.stat().st_size} bytes')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
