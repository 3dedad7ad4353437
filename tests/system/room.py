"""
Plays a recording into the sound card and records what is heard there.

`python room.py RECORDING HEARD` ends when its input is closed, and then writes HEARD.
"""

import sys
from pathlib import Path

import numpy as np

from phoenix_audio.microphones import CapturedFrame
from phoenix_audio.portaudio import PortAudioLoudspeaker, PortAudioMicrophone
from phoenix_audio.wav import WavWriter, read_wav

recording, heard = map(Path, sys.argv[1:])
frames: list[np.ndarray] = []


def keep(frame: CapturedFrame) -> None:
    frames.append(frame.samples)


microphone = PortAudioMicrophone()
microphone.start(keep, lambda error: sys.exit(str(error)))
loudspeaker = PortAudioLoudspeaker()
print('plays', flush=True)
loudspeaker.write(read_wav(recording))
sys.stdin.read()
microphone.stop()
with WavWriter(heard, 16000) as writer:
    writer.write(np.concatenate(frames))
