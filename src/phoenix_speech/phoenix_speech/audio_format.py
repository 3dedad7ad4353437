"""The audio format of speech recognition: 16 kHz, one channel, int16."""

SAMPLE_RATE = 16_000  # Hz
