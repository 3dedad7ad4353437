"""Removes what the toy plays from what its microphone hears."""

import numpy as np
from numpy.typing import NDArray

from phoenix_core.clock.sound_timeline import JITTER_S, Timeline

# What SpeexDSP is made for: blocks of about 20 ms, and a filter as long as a living room echoes.
LONGEST_BLOCK_S = 0.02
FILTER_S = 0.2

# The filter gets each sound so much before its echo, whatever the stamps say.
LEAD_S = 0.005
# An echo is searched for from so much before the time stamp of its sound to so much after.
EARLIEST_S, LATEST_S = 0.02, 0.2
# It is searched for in so much sound: at once when a sound begins, before the filter adapts to a
# wrong delay, and then periodically, because devices drift.
WINDOW_S = 0.4
FIRST_LOOKS_S, LOOK_PERIOD_S = (0.08, 0.12, 0.16, 0.2, 0.4), 1.0
CLEAR = 12.0  # a correlation so many times above its average is an echo
SOUND = 100.0  # amplitude that can be searched for


class EchoCanceller:
    """
    SpeexDSP's adaptive filter, fed with what the speaker plays, in step with the microphone.

    A filter, not a gate: a person who speaks at the same time is still heard. The devices have no
    common clock and each start of the speaker has another delay, which the filter would have to
    learn anew. So both sides are first aligned by their stamps, and then the correlation with the
    echo shows by how much these are wrong. While nothing is played, and has not been for as long
    as the room echoes, frames pass unchanged and cost nothing; otherwise they are a block late.
    Times are seconds of one clock. Not thread-safe.

    :param frame_samples: length of all frames.
    """

    def __init__(self, sample_rate: int, frame_samples: int) -> None:
        from pyaec import Aec

        blocks = -(-frame_samples // round(LONGEST_BLOCK_S * sample_rate))
        while frame_samples % blocks:
            blocks += 1
        self._block = frame_samples // blocks
        self._rate = sample_rate
        self._filter = Aec(self._block, round(FILTER_S * sample_rate), sample_rate, True)
        self._played = Timeline(sample_rate)
        self._heard = np.zeros(round(WINDOW_S * sample_rate), np.float32)
        self._next = 0  # position of the microphone's next sample, by its own count
        self._active = False
        self._lag = 0  # [samples] by which an echo is later than the stamp of its sound
        self._sounded = 0  # samples played since the sound began

    def play(self, samples: NDArray[np.int16], heard_s: float) -> None:
        """Add what the speaker plays, shape (n,), whose first sample is heard at that time."""
        self._played.add(samples.astype(np.float32), heard_s)

    def cancel(self, samples: NDArray[np.int16], captured_s: float) -> NDArray[np.int16]:
        """Return a frame, shape (n,), captured from that time on, without what was played."""
        position = self._played.position(captured_s)
        was_active = self._active
        self._active = position < self._played.end + round((FILTER_S + LATEST_S) * self._rate)
        if not self._active:
            return samples
        if not was_active:
            self._sounded = 0
        elif abs(position - self._next) < JITTER_S * self._rate:
            position = self._next  # a filter learns nothing from a reference that jitters
        self._next = position + len(samples)
        self._heard = np.concatenate((self._heard, samples.astype(np.float32)))[len(samples) :]
        self._follow(position, len(samples))
        lead = round(LEAD_S * self._rate)
        reference = self._played.read(position - self._lag + lead, len(samples))
        played = np.clip(reference, -32768, 32767).astype(np.int16)
        clean = []
        for start in range(0, len(samples), self._block):
            block = slice(start, start + self._block)
            clean += self._filter.cancel_echo(samples[block].tolist(), played[block].tolist())
        return np.array(clean, np.int16)

    def _follow(self, position: int, count: int) -> None:
        """Search for the echo if it is time to; the frame at that position was just heard."""
        if np.abs(self._played.read(position, count)).max() < SOUND:
            return
        before, self._sounded = self._sounded, self._sounded + count
        looks = [round(look_s * self._rate) for look_s in FIRST_LOOKS_S]
        looks.append(self._sounded - self._sounded % round(LOOK_PERIOD_S * self._rate))
        if any(before < look <= self._sounded for look in looks):
            lag = self._find_echo(position + count)
            if lag is not None and abs(lag - self._lag) > 1:
                self._lag = lag

    def _find_echo(self, end: int) -> int | None:
        """Return by how many samples the echo lags in the window up to there; None: unclear."""
        earliest, latest = round(EARLIEST_S * self._rate), round(LATEST_S * self._rate)
        count = len(self._heard)
        points = 1 << (2 * count + latest).bit_length()
        played = self._played.read(end - count - latest, count + latest)
        spectrum = np.fft.rfft(self._heard, points) * np.conj(np.fft.rfft(played, points))
        # The phase alone, so that the voice's own periods do not show.
        whitened = spectrum / (np.abs(spectrum) + 1e-3 * np.abs(spectrum).max() + 1e-9)
        correlation = np.fft.irfft(whitened, points)
        # played[0] lies `latest` before heard[0]: a lag of 0 is at -latest, cyclically.
        lags = np.arange(-earliest, latest)
        found = correlation[(lags - latest) % points]
        best = int(np.argmax(found))
        if found[best] < CLEAR * np.sqrt(np.mean(found**2)):
            return None
        return int(lags[best])
