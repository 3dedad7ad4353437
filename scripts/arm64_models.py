"""Run the models of the ear on a recording, and print what they hear; for scripts/arm64.py."""

import sys
from pathlib import Path

from phoenix_audio.wav import read_wav
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer
from phoenix_speech.wake_word.providers.microwakeword import MicroWakeWordEngine

SAMPLE_RATE = 16000
RECORDING = Path(__file__).resolve().parents[1] / 'samples/hey_jarvis_turn_on_the_light.wav'


def main() -> int:
    """Print the best score of the wake word and the words; exit code 1 if they are wrong."""
    sound = read_wav(RECORDING)
    scores = MicroWakeWordEngine(['hey_jarvis']).scores(sound)
    best = max(step['hey_jarvis'] for step in scores)
    print(f'hey_jarvis {best:.2f}', flush=True)
    words = MoonshineRecognizer().recognize(sound, SAMPLE_RATE)
    print(words)
    return int(best < 0.5 or 'light' not in words.lower())


if __name__ == '__main__':
    sys.exit(main())
