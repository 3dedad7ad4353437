"""Recordings of wake phrases, by which an engine is tested."""

import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def read_calls(folder: Path, names: Iterable[str]) -> dict[str, NDArray[np.int16]]:
    """
    Return those that there are in a folder, int16 mono at 16 kHz.

    :raises ValueError: one has another form.
    """
    calls = {}
    for name in names:
        path = folder / f'{name}.wav'
        if path.is_file():
            with wave.open(str(path)) as file:
                form = file.getframerate(), file.getsampwidth(), file.getnchannels()
                if form != (16000, 2, 1):
                    raise ValueError(f'{path}: {form}; allowed is 16000 Hz, 2 bytes, 1 channel')
                calls[name] = np.frombuffer(file.readframes(file.getnframes()), '<i2')
    return calls
