"""The protocol of wake word engines."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np


class WakeWordEngine(Protocol):
    """Scores wake phrases step by step; applies no threshold. Not thread-safe."""

    step_samples: int

    def scores(self, samples: np.ndarray) -> Sequence[Mapping[str, float]]:
        """Process int16 mono samples of any length; return one {phrase: 0..1} per full step."""

    def reset(self) -> None:
        """Forget all audio, as if it had been preceded by silence."""
