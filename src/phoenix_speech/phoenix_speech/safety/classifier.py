"""Guesses the category of a sentence from its meaning, words and letters."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from phoenix_speech.safety.sentence_encoder import DIMENSIONS, sentence_encoder

BUCKETS = 8192
HARMLESS = 'harmless'
INPUTS = DIMENSIONS + BUCKETS
MEANING = 1.5  # how much the vector of the meaning counts beside the hashed pieces
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


class Classifier:
    """A multinomial logistic regression over the meaning and the hashed pieces of a sentence."""

    def __init__(
        self,
        classes: Sequence[str],
        weights: NDArray[np.int8],
        scale: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> None:
        """Keep a weight of each input and class, in steps of `scale` of the class."""
        if weights.shape != (INPUTS, len(classes)) or HARMLESS not in classes:
            raise ClassifierError(f'weights of {weights.shape} for {len(classes)} classes')
        if scale.shape != bias.shape or scale.shape != (len(classes),):
            raise ClassifierError('scale and bias do not fit to the classes')
        self.classes = list(classes)
        self.weights, self.scale, self.bias = weights, scale, bias
        self._meaning = weights[:DIMENSIONS].astype(np.float32) * MEANING
        self._encoder = sentence_encoder()

    @classmethod
    def load(cls, path: Path) -> 'Classifier':
        """
        Read the weights that bench/safety/train.py wrote, and load the encoder.

        :raises ClassifierError: there is no such file, it holds something else, or there is no
            encoder.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls(
                    [str(name) for name in file['classes']],
                    file['weights'],
                    file['scale'],
                    file['bias'],
                )
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
        meanings = self._encoder.encode([' '.join(words) for words in texts]) @ self._meaning
        result = []
        for words, sums in zip(texts, meanings, strict=True):
            buckets, values = features(words)
            pieces = values @ self.weights[DIMENSIONS + buckets].astype(np.float32)
            logits = (sums + pieces) * self.scale + self.bias
            likely = np.exp(logits - logits.max())
            likely /= likely.sum()
            result.append(dict(zip(self.classes, likely.tolist(), strict=True)))
        return result
