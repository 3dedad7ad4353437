"""Distinguishes speech from other sound, one short window at a time."""

import importlib.util
from pathlib import Path
from typing import Protocol

import numpy as np

from phoenix_speech.audio_format import SAMPLE_RATE

WINDOW_SAMPLES = 512  # 32 ms


class VoiceActivityDetector(Protocol):
    """Rates consecutive windows of one stream."""

    def probability(self, samples: np.ndarray) -> float:
        """Return the probability, 0 to 1, of speech in 512 int16 mono samples at 16 kHz."""

    def reset(self) -> None:
        """Start a new stream: the next window has no past."""


class SileroVoiceActivity:
    """
    Runs Silero's recurrent network on one thread; 6 ms of CPU per second of audio (x86).

    The model is the package's ONNX file for 16 kHz, found without importing the package, which
    would load torch. Not thread-safe: one object per stream.
    """

    _CONTEXT = 64  # samples of the previous window that precede the input

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(_package_model()), options, providers=['CPUExecutionProvider']
        )
        self.reset()

    def reset(self) -> None:
        """Start a new stream: the next window has no past."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self._past: np.ndarray = np.zeros(self._CONTEXT, np.float32)

    def probability(self, samples: np.ndarray) -> float:
        """Return the probability, 0 to 1, of speech in 512 int16 mono samples at 16 kHz."""
        if samples.shape != (WINDOW_SAMPLES,) or samples.dtype != np.int16:
            raise ValueError(
                f'voice activity: got {samples.dtype} samples of shape {samples.shape};'
                f' a window is {WINDOW_SAMPLES} int16 samples'
            )
        window = np.concatenate((self._past, samples.astype(np.float32) / 32768))
        self._past = window[-self._CONTEXT :]
        inputs = {'input': window[None], 'state': self._state, 'sr': np.array(SAMPLE_RATE)}
        output, self._state = self._session.run(None, inputs)
        return float(output.item())


def _package_model() -> Path:
    spec = importlib.util.find_spec('silero_vad')
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            'voice activity: the package silero-vad==6.2.3 is not installed', name='silero_vad'
        )
    return Path(spec.submodule_search_locations[0]) / 'data' / 'silero_vad_16k_op15.onnx'
