"""
Somebody in the room of a sound server, in a process: PortAudio looks for such servers only once.

`python room.py RECORDING [--heard FILE] [--repeat]` plays into the sound card, tells so, and ends
when its input is closed. What was heard there meanwhile is then in FILE.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pulse_server import PulseServer

from phoenix_audio.microphone.provider import CapturedFrame
from phoenix_audio.microphone.providers.portaudio import PortAudioMicrophone
from phoenix_audio.portaudio import PortAudioSettings
from phoenix_audio.speaker.provider import SpeakerError
from phoenix_audio.speaker.providers.portaudio import PortAudioSpeaker
from phoenix_audio.speaker.settings import SpeakerSettings
from phoenix_audio.wav import WavWriter, read_wav

PLAYS = 'plays'
IN_IT = {  # settings of a toy that is there
    'PHOENIX_MICROPHONE_PROVIDER': 'portaudio',
    'PHOENIX_SPEAKER_PROVIDER': 'portaudio',
    # Unlike a room, this card gives nothing but zeros until somebody plays.
    'PHOENIX_MICROPHONE_DEAF_S': '60',
}


def speak(pulse: PulseServer, recording: Path, *options: str) -> 'subprocess.Popen[str] | None':
    """Play a recording there; None when the sound server does not take it."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(recording), *options],
        env=pulse.env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    if process.stdout.readline().strip() == PLAYS:
        return process
    process.communicate()
    return None


class QuietRoom:
    """
    A room with nothing but faint noise until somebody speaks; its sound server may die.

    :param folder: for the sound server and the noise.
    """

    def __init__(self, folder: Path) -> None:
        self._pulse = PulseServer(folder)
        self.env = {**self._pulse.env, **IN_IT}
        self._noise_file = folder / 'noise.wav'
        with WavWriter(self._noise_file, 16000) as writer:
            writer.write(np.random.default_rng(0).integers(-2, 3, 160_000).astype(np.int16))
        self._noise = speak(self._pulse, self._noise_file, '--repeat')

    def die(self) -> None:
        """Kill the sound server."""
        self._pulse.stop()
        if self._noise is not None:
            self._noise.kill()
            self._noise.communicate()

    def revive(self) -> None:
        """Start it again."""
        self._pulse.start()
        self._noise = speak(self._pulse, self._noise_file, '--repeat')

    @contextmanager
    def speaking(self, recording: Path) -> Iterator[None]:
        """Play a recording there, unless the sound server is dead."""
        process = speak(self._pulse, recording)
        yield
        if process is not None:
            process.communicate()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('recording', type=Path)
    parser.add_argument('--heard', type=Path)
    parser.add_argument('--repeat', action='store_true', help='until it is killed')
    options = parser.parse_args()

    frames: list[np.ndarray] = []

    def keep(frame: CapturedFrame) -> None:
        frames.append(frame.samples)

    microphone = PortAudioMicrophone()
    if options.heard:
        microphone.start(keep, lambda error: sys.exit(str(error)))
    try:
        speaker = PortAudioSpeaker(SpeakerSettings(), PortAudioSettings())
        print(PLAYS, flush=True)
        speaker.write(sound := read_wav(options.recording))
        while options.repeat:
            speaker.write(sound)
    except SpeakerError as error:
        sys.exit(f'the room: {error}')
    sys.stdin.read()
    if options.heard:
        microphone.stop()
        with WavWriter(options.heard, 16000) as writer:
            writer.write(np.concatenate(frames))


if __name__ == '__main__':
    main()
