"""Guesses the category of a sentence from its meaning, words and letters."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from phoenix_core.settings.load_once import load_once
from phoenix_speech.safety.sentence_encoder import DIMENSIONS, sentence_encoder

BUCKETS = 8192
HARMLESS = 'harmless'
HIDDEN = 768
_CHARACTERS = (3, 4, 5)  # lengths of the pieces of words


class ClassifierError(ValueError):
    """The file of weights is not one of these."""


def features(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the buckets that a sentence fills, and how much of each; of length one."""
    counts = Counter(crc32(name.encode()) % BUCKETS for name in _names(words))
    buckets = np.fromiter(counts, np.int64, len(counts))
    values = np.array([1 + math.log(count) for count in counts.values()], np.float32)
    length = float(np.linalg.norm(values))
    return buckets, values / length if length else values


def _names(words: Sequence[str]) -> list[str]:
    names = [f'w{word}' for word in words] * 2
    framed = ['^', *words, '$']
    names += [f'b{first} {second}' for first, second in pairwise(framed)]
    names += [f's{first} {third}' for first, third in zip(words, words[2:], strict=False)]
    for word in words:
        framed_word = f'<{word}>'
        for length in _CHARACTERS:
            names += [framed_word[at : at + length] for at in range(len(framed_word) - length + 1)]
    return names


@dataclass(frozen=True)
class Weights:
    """What a classifier has learnt; its columns are the classes, but those of `inner`."""

    inner: NDArray[np.float32]  # DIMENSIONS x HIDDEN: of the meaning
    inner_bias: NDArray[np.float32]
    outer: NDArray[np.float32]  # HIDDEN x classes
    pieces: NDArray[np.float32]  # BUCKETS x classes: of the hashed pieces
    bias: NDArray[np.float32]


class Classifier:
    """Adds what a hidden layer makes of the meaning of a sentence to what its pieces say."""

    def __init__(self, classes: Sequence[str], weights: Weights) -> None:
        """Check and keep the weights."""
        count = len(classes)
        shapes = ((DIMENSIONS, HIDDEN), (HIDDEN,), (HIDDEN, count), (BUCKETS, count), (count,))
        for field, shape in zip(fields(Weights), shapes, strict=True):
            array = getattr(weights, field.name)
            if array.shape != shape or not np.isfinite(array).all():
                raise ClassifierError(f'{field.name} of {array.shape}, not {shape}')
        if HARMLESS not in classes:
            raise ClassifierError(f'no class {HARMLESS}')
        self.classes, self.weights = list(classes), weights
        self._encoder = sentence_encoder()

    @classmethod
    @load_once
    def load(cls, path: Path) -> 'Classifier':
        """
        Read the weights that bench/safety/train.py wrote, and load the encoder.

        :raises ClassifierError: there is no such file, it holds something else, or there is no
            encoder.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {f.name: file[f.name].astype(np.float32) for f in fields(Weights)}
                return cls([str(name) for name in file['classes']], Weights(**arrays))
        except ClassifierError as error:
            raise ClassifierError(f'{path}: {error}') from error
        except (OSError, KeyError, ValueError, ImportError) as error:
            raise ClassifierError(f'{path}: {type(error).__name__}: {error}') from error

    def probabilities(self, words: Sequence[str]) -> dict[str, float]:
        """
        Return how likely each class is.

        :param words: of the sentence, as of `normalise.plain_words`.
        """
        return self.probabilities_of_each([words])[0]

    def probabilities_of_each(self, texts: Sequence[Sequence[str]]) -> list[dict[str, float]]:
        """Return how likely each class is, of several texts, which costs hardly more than one."""
        meanings = self._encoder.encode([' '.join(words) for words in texts])
        return [
            dict(zip(self.classes, self._likely(meaning, words).tolist(), strict=True))
            for meaning, words in zip(meanings, texts, strict=True)
        ]

    def _likely(self, meaning: NDArray[np.float32], words: Sequence[str]) -> NDArray[np.float32]:
        weights = self.weights
        buckets, values = features(words)
        hidden = np.maximum(meaning @ weights.inner + weights.inner_bias, 0)
        logits = hidden @ weights.outer + values @ weights.pieces[buckets] + weights.bias
        likely = np.exp(logits - logits.max())
        return np.asarray(likely / likely.sum(), np.float32)
