"""A voice that squeaks, with settings of its own, found by the toy through its entry point."""

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from phoenix_core.settings.node_settings import NodeSettings, ProviderSettings, setting
from phoenix_core.settings.provider import Provider

SQUEAK_S = 0.2


class SqueakySettings(ProviderSettings):
    """Settings of the squeaky voice; the first is the parameter squeaky.pitch_hz of its node."""

    pitch_hz: float = setting(880.0, 'Pitch of a squeak [Hz].', ge=100, le=4000)


class SqueakyVoice:
    """Squeaks once for each word."""

    sample_rate = 16000

    def __init__(self, pitch_hz: float) -> None:
        time_s = np.arange(SQUEAK_S * self.sample_rate) / self.sample_rate
        self._squeak = (8000 * np.sin(2 * np.pi * pitch_hz * time_s)).astype(np.int16)

    def synthesize(self, text: str) -> Generator[NDArray[np.int16], None, None]:
        """Yield int16 mono chunks as they are made."""
        for _ in text.split():
            yield self._squeak

    def close(self) -> None:
        """Hold nothing."""


def _make(settings: NodeSettings, own: SqueakySettings) -> SqueakyVoice:
    return SqueakyVoice(own.pitch_hz)


PROVIDER = Provider(_make, SqueakySettings)
