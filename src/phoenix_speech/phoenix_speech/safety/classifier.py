"""Guesses the category of a sentence from its letters and words, for what no rule foresaw."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS = 8192
HARMLESS = 'harmless'
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
    """A multinomial logistic regression over hashed pieces of a sentence."""

    def __init__(
        self,
        classes: Sequence[str],
        weights: NDArray[np.int8],
        scale: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> None:
        """Keep a weight of each bucket and class, in steps of `scale` of the class."""
        if weights.shape != (BUCKETS, len(classes)) or HARMLESS not in classes:
            raise ClassifierError(f'weights of {weights.shape} for {len(classes)} classes')
        if scale.shape != bias.shape or scale.shape != (len(classes),):
            raise ClassifierError('scale and bias do not fit to the classes')
        self.classes = list(classes)
        self.weights, self.scale, self.bias = weights, scale, bias

    @classmethod
    def load(cls, path: Path) -> 'Classifier':
        """
        Read the weights that bench/safety/train.py wrote.

        :raises ClassifierError: there is no such file, or it holds something else.
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
        except (OSError, KeyError, ValueError) as error:
            raise ClassifierError(f'{path}: {type(error).__name__}') from error

    def probabilities(self, words: Sequence[str]) -> dict[str, float]:
        """Return how likely each class is."""
        buckets, values = features(words)
        logits = (values @ self.weights[buckets].astype(np.float32)) * self.scale + self.bias
        likely = np.exp(logits - logits.max())
        likely /= likely.sum()
        return dict(zip(self.classes, likely.tolist(), strict=True))
