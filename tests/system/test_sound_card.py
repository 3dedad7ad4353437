"""The whole toy on a sound card: PortAudio on a real sound server, with a room between."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import room
from fragile_toy import FragileToy
from front_door import ROOT
from phoenix_msgs.msg import ActivityState, CapabilityStatus
from pulse_server import PulseServer

from phoenix_audio.wav import read_wav
from phoenix_core import events
from phoenix_speech.listening.providers.moonshine import MoonshineRecognizer

LOST_S = 30.0
RESTING = ActivityState.RESTING
SAMPLE = ROOT / 'samples' / 'hey_jarvis_turn_on_the_light.wav'


@pytest.mark.long
def test_the_toy_answers_somebody_in_the_room(phoenix, pulse: PulseServer, tmp_path: Path) -> None:
    toy = phoenix('run', '--show-words', **room.IN_IT, **pulse.env)
    toy.wait_for_all('ready  ', 'device opened')  # which waits for the light
    heard = tmp_path / 'heard.wav'
    somebody = room.speak(pulse, SAMPLE, '--heard', str(heard))
    assert somebody is not None
    toy.wait_for('light_on')
    toy.wait_for('speaker  finished')
    somebody.communicate()
    assert somebody.returncode == 0
    code, _ = toy.interrupt()
    assert code == 130
    assert 'fault' not in toy.output

    reply = next(line.split('says  ')[1] for line in toy.output.splitlines() if 'says  ' in line)
    text = MoonshineRecognizer().recognize(read_wav(heard), 16000).lower()
    words = [word.strip('.,!?').lower() for word in reply.split()]
    assert sum(word in text for word in words) >= 0.75 * len(words), f'{text!r} for {reply!r}'


@pytest.mark.long
def test_the_toy_hears_and_speaks_again_when_the_sound_server_does(pulse: PulseServer) -> None:
    environ = {**pulse.env, **room.IN_IT, 'PHOENIX_ACTIVITIES_STATE_FILE': ''}
    with FragileToy('composed', environ) as toy, ExitStack() as somebody:

        def say() -> None:
            process = room.speak(pulse, SAMPLE)
            assert process is not None
            somebody.callback(process.communicate)

        assert toy.wait_until_well()
        states = toy.graph.probe(records=[events.ACTIVITY_STATE])
        assert toy.play(SAMPLE, say) == ''
        somebody.close()
        pulse.stop()
        assert toy.wait_for(lambda: toy.level('hearing') == CapabilityStatus.LOST, LOST_S)
        pulse.start()
        assert toy.wait_until_well()
        # It may still be saying that it cannot hear, as loudly as who speaks to it now.
        assert toy.wait_for(
            lambda: states.recorded(events.ACTIVITY_STATE)[-1].phase == RESTING, 30
        )
        assert toy.play(SAMPLE, say) == ''
