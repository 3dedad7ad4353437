"""The whole toy on a sound card: PortAudio on a real sound server, with a room between."""

import subprocess
import sys
from pathlib import Path

from front_door import ROOT
from pulse_server import PulseServer

from phoenix_audio.wav import read_wav
from phoenix_speech.recognizer import MoonshineRecognizer

PORTAUDIO = {
    'PHOENIX_MICROPHONE_PROVIDER': 'portaudio',
    'PHOENIX_SPEAKER_PROVIDER': 'portaudio',
    # Unlike a room, this card gives nothing but zeros until somebody plays.
    'PHOENIX_MICROPHONE_DEAF_S': '60',
}


def test_the_toy_answers_somebody_in_the_room(phoenix, pulse: PulseServer, tmp_path: Path) -> None:
    toy = phoenix('run', **PORTAUDIO, **pulse.env)
    toy.wait_for('ready')
    heard = tmp_path / 'heard.wav'
    sample = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'
    room = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name('room.py')), str(sample), str(heard)],
        env=pulse.env,
        stdin=subprocess.PIPE,
    )
    toy.wait_for('light_on')
    toy.wait_for('speaker  finished')
    room.communicate()
    assert room.returncode == 0
    code, _ = toy.interrupt()
    assert code == 130
    assert 'fault' not in toy.output

    reply = next(line.split('says  ')[1] for line in toy.output.splitlines() if 'says  ' in line)
    text = MoonshineRecognizer().recognize(read_wav(heard), 16000).lower()
    words = [word.strip('.,!?').lower() for word in reply.split()]
    assert sum(word in text for word in words) >= 0.75 * len(words), f'{text!r} for {reply!r}'
