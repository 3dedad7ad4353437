"""The PortAudio microphone and speaker, on a real sound server; see portaudio_scenes.py."""

import pytest
from pulse_server import PulseServer

from phoenix_audio.portaudio import PortAudioSettings


def test_what_is_played_is_heard_whole_and_finished_is_reported_then(pulse: PulseServer) -> None:
    measured = pulse.run('loopback')

    assert measured['tone'] > 0.9
    assert measured['speech'] > 0.9
    assert measured['lost'] == 0
    assert measured['after_stop'] == 0
    assert -50 < measured['tone_finished_after_silence_ms'] < 150
    assert -50 < measured['speech_finished_after_silence_ms'] < 150


def test_an_interruption_is_heard_within_100_ms(pulse: PulseServer) -> None:
    measured = pulse.run('interruption')

    assert measured['silent_ms'] < 100
    assert measured['reported_ms'] < 100
    assert measured['returned_ms'] < 100


@pytest.mark.long
def test_a_killed_sound_server_is_noticed_and_its_successor_used(pulse: PulseServer) -> None:
    measured = pulse.run('killed_server')

    assert measured['microphone_error'] == (
        'MicrophoneError: microphone (default): lost while recording'
    )
    assert measured['microphone_ms'] < 1000
    assert measured['player_ms'] < 1000
    assert 'microphone (default)' in measured['refusal']
    assert measured['correlation_after'] > 0.9


@pytest.mark.long
def test_a_frozen_sound_server_holds_nobody_up(pulse: PulseServer) -> None:
    measured = pulse.run('frozen_server')

    assert measured['interrupt_s'] < 1.0
    assert measured['reported_s'] < 2.0
    assert measured['stop_s'] < 3.0
    assert measured['refused_s'] < 3.0
    assert 'sound system' in measured['refusal']
    assert measured['correlation_after'] > 0.9


@pytest.mark.long
def test_a_device_that_refuses_the_rate_is_used_at_its_own(pulse: PulseServer) -> None:
    measured = pulse.run('refused_rate')

    assert measured['correlation'] > 0.9
    assert measured['shape'] == [17640]
    assert measured['took_s'] == pytest.approx(1.0, abs=0.2)


def test_an_unknown_device_is_refused_and_the_known_ones_named(pulse: PulseServer) -> None:
    refusals = pulse.run('unknown_devices')['refusals']

    assert [refusal.split(':')[0] for refusal in refusals] == [
        "microphone 'no such thing'",
        "speaker 'no such thing'",
        'microphone 99',
        'speaker 99',
    ]
    assert all("'pulse', 'default'" in refusal for refusal in refusals)


def test_a_microphone_that_comes_later_is_found_while_nothing_plays(pulse: PulseServer) -> None:
    measured = pulse.run('late_device')

    assert "No input device matching 'late'" in measured['before']
    assert "No input device matching 'late'" in measured['while_playing']


@pytest.mark.parametrize(
    ('text', 'device'), [('', None), ('0', 0), ('12', 12), ('hw:1,0', 'hw:1,0'), ('USB', 'USB')]
)
def test_a_setting_names_a_device(text: str, device: str | int | None) -> None:
    assert PortAudioSettings(device=text).device_id == device
