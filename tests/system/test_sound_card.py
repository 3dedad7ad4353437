"""The whole toy on a sound card: PortAudio on a real sound server, with a room between."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from fragile_toy import FragileToy
from front_door import ROOT
from phoenix_msgs.msg import ActivityState, CapabilityStatus
from pulse_server import PulseServer

from phoenix_audio.wav import read_wav
from phoenix_core import events
from phoenix_speech.recognizer import MoonshineRecognizer

LOST_S = 30.0
RESTING = ActivityState.RESTING
PORTAUDIO = {
    'PHOENIX_MICROPHONE_PROVIDER': 'portaudio',
    'PHOENIX_SPEAKER_PROVIDER': 'portaudio',
    # Unlike a room, this card gives nothing but zeros until somebody plays.
    'PHOENIX_MICROPHONE_DEAF_S': '60',
}


SAMPLE = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'


def say_in_the_room(pulse: PulseServer, heard: Path) -> 'subprocess.Popen[bytes]':
    """Play the sample there, and record what is heard until the end of its input."""
    room = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name('room.py')), str(SAMPLE), str(heard)],
        env=pulse.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert room.stdout is not None
    assert room.stdout.readline() == b'plays\n'
    return room


def test_the_toy_answers_somebody_in_the_room(phoenix, pulse: PulseServer, tmp_path: Path) -> None:
    toy = phoenix('run', **PORTAUDIO, **pulse.env)
    toy.wait_for('ready')
    heard = tmp_path / 'heard.wav'
    room = say_in_the_room(pulse, heard)
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


@pytest.mark.long
def test_the_toy_hears_and_speaks_again_when_the_sound_server_does(
    pulse: PulseServer, tmp_path: Path
) -> None:
    environ = {**pulse.env, **PORTAUDIO, 'PHOENIX_ACTIVITIES_STATE_FILE': ''}
    with FragileToy('composed', environ) as toy, ExitStack() as rooms:

        def say() -> None:
            rooms.enter_context(say_in_the_room(pulse, tmp_path / 'heard.wav'))

        assert toy.wait_until_well()
        states = toy.graph.probe(records=[events.ACTIVITY_STATE])
        assert toy.play(SAMPLE, say) == ''
        rooms.close()
        pulse.stop()
        assert toy.wait_for(lambda: toy.level('hearing') == CapabilityStatus.LOST, LOST_S)
        pulse.start()
        assert toy.wait_until_well()
        # It may still be saying that it cannot hear, as loudly as who speaks to it now.
        assert toy.wait_for(
            lambda: states.recorded(events.ACTIVITY_STATE)[-1].phase == RESTING, 30
        )
        assert toy.play(SAMPLE, say) == ''
