"""The spectrum that Whisper hears: the logarithm of the power in 80 bands, each 10 ms."""

import math

import numpy as np

from phoenix_speech.audio_format import SAMPLE_RATE

HOP = 160  # samples
_BANDS, _WINDOW = 80, 400
_BREAK_HZ, _LOG_STEP = 1000.0, math.log(6.4) / 27.0  # of the mel scale of Slaney
_DYNAMIC_RANGE = 8.0  # decades below the loudest


class LogMel:
    """Computes spectra, by the filters of Slaney's Auditory Toolbox, as Whisper was trained."""

    def __init__(self) -> None:
        self._window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
        self._filters = _filters()

    def of(self, samples: np.ndarray, seconds: int) -> np.ndarray:
        """
        Return the spectrum of int16 samples at 16 kHz, followed by silence.

        :returns: float32, shape (1, 80, 100 * seconds).
        """
        audio = np.zeros(seconds * SAMPLE_RATE, np.float32)
        audio[: len(samples)] = samples[: len(audio)].astype(np.float32) / 32768
        audio = np.pad(audio, _WINDOW // 2, mode='reflect')
        frames = np.lib.stride_tricks.sliding_window_view(audio, _WINDOW)[::HOP][:-1]
        spectrum = np.fft.rfft(frames * self._window).astype(np.complex64)
        power = (spectrum.real**2 + spectrum.imag**2) @ self._filters
        decades = np.log10(np.maximum(power, 1e-10))
        decades = np.maximum(decades, decades.max() - _DYNAMIC_RANGE)
        return np.ascontiguousarray(((decades + 4.0) / 4.0).T[None].astype(np.float32))


def _filters() -> np.ndarray:
    """Return the weights of the frequencies in the bands, shape (201, 80)."""
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    edges = _hertz(np.linspace(0.0, _mel(SAMPLE_RATE / 2), _BANDS + 2))
    below, above = np.diff(edges)[:-1], np.diff(edges)[1:]
    rise = (frequencies[:, None] - edges[:-2]) / below
    fall = (edges[2:] - frequencies[:, None]) / above
    weights = np.maximum(0.0, np.minimum(rise, fall)) * 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(weights, np.float32)


def _mel(hertz: float) -> float:
    linear = _BREAK_HZ * 3 / 200
    return linear + math.log(hertz / _BREAK_HZ) / _LOG_STEP


def _hertz(mel: np.ndarray) -> np.ndarray:
    linear = _BREAK_HZ * 3 / 200
    high = _BREAK_HZ * np.exp(_LOG_STEP * (mel - linear))
    return np.asarray(np.where(mel < linear, mel * 200 / 3, high))
