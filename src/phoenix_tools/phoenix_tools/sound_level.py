"""The level of a sound, as the console and the picture of a session show it."""

import math

import numpy as np
from phoenix_msgs.msg import AudioFrame

QUIETEST_DB = -60.0


def level_db(frame: AudioFrame) -> float:
    """Return the level of a frame in dB below full scale, at least QUIETEST_DB."""
    samples = np.frombuffer(frame.samples, np.int16).astype(np.float64) / 32768
    power = float(np.mean(samples**2)) if len(samples) else 0.0
    return max(10 * math.log10(power), QUIETEST_DB) if power > 0 else QUIETEST_DB
