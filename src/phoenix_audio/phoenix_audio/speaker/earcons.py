"""Renders the earcons, small sounds that stand for words, from config/earcons.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from phoenix_core.settings.config_file import FileModel, load_config

ATTACK_S = 0.008  # so that nothing clicks
DECAY_S = 0.06
OVERTONE = 0.25  # of twice the frequency, which makes it a bell rather than a beep
# A small speaker plays nothing below, and 16 kHz hold nothing above, the overtone included.
LOWEST_HZ, HIGHEST_HZ = 100.0, 3900.0

Frequency = Annotated[float, Field(ge=0, le=HIGHEST_HZ)]


class Note(FileModel):
    """One tone, or a rest."""

    frequency_hz: Frequency
    to_hz: Frequency | None = None
    duration_s: float = Field(gt=0, le=2)
    level: float = Field(0.3, ge=0, le=1)

    @model_validator(mode='after')
    def _check_frequencies(self) -> 'Note':
        for frequency_hz in (self.frequency_hz, self.to_hz or LOWEST_HZ):
            if 0 < frequency_hz < LOWEST_HZ:
                raise ValueError(
                    f'{frequency_hz} Hz; allowed are 0 and {LOWEST_HZ} to {HIGHEST_HZ}'
                )
        return self

    def _render(self, sample_rate: int) -> NDArray[np.float64]:
        time_s = np.arange(round(self.duration_s * sample_rate)) / sample_rate
        end_hz = self.frequency_hz if self.to_hz is None else self.to_hz
        glide = (end_hz - self.frequency_hz) / self.duration_s
        phase = 2 * np.pi * (self.frequency_hz * time_s + glide * time_s**2 / 2)
        tone = (np.sin(phase) + OVERTONE * np.sin(2 * phase)) / (1 + OVERTONE)
        left_s = self.duration_s - time_s
        envelope = np.minimum(np.minimum(time_s / ATTACK_S, left_s / DECAY_S), 1.0)
        return self.level * envelope * tone


class NoteSequence(FileModel):
    """Notes, one after another."""

    notes: list[Note] = Field(min_length=1)
    repeat: int = Field(1, ge=1, le=10)


class _Earcons(FileModel):
    earcons: dict[str, NoteSequence]


def load_earcons(path: Path, sample_rate: int) -> Mapping[str, NDArray[np.int16]]:
    """
    Read the file and render every sound in it: int16 mono by name.

    :raises ConfigFileError: names every mistake in the file.
    """
    earcons = load_config(path, _Earcons).earcons
    return {name: render(earcon, sample_rate) for name, earcon in earcons.items()}


def render(earcon: NoteSequence, sample_rate: int) -> NDArray[np.int16]:
    """Return the sound, shape (n,); the same every time."""
    once = np.concatenate([note._render(sample_rate) for note in earcon.notes])
    sound: NDArray[np.int16] = np.rint(32767 * np.tile(once, earcon.repeat)).astype(np.int16)
    return sound
