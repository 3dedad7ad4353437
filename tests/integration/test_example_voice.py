"""A voice in a package of its own: installed with pip, the toy speaks with it and its settings."""

import numpy as np
import pytest

from phoenix_core import events
from phoenix_core.settings.node_settings import SettingsError
from phoenix_speech.voice.node import Voice


@pytest.fixture(autouse=True)
def installed(install_example):
    install_example('phoenix_example_voice')


def spoken(probe, text):
    """Return the sound of a text."""
    probe.publish(events.SAY_REQUEST, utterance_id='a', text=text)
    probe.expect(events.AUDIO_OUTPUT, lambda frame: frame.last)
    return np.concatenate([frame.samples for frame in probe.recorded(events.AUDIO_OUTPUT)])


@pytest.mark.parametrize(('settings', 'pitch_hz'), [({}, 880), ({'squeaky.pitch_hz': 440.0}, 440)])
def test_the_toy_speaks_with_the_voice_that_the_package_brings(graph, settings, pitch_hz):
    probe = graph.probe(
        publishes=[events.SAY_REQUEST], records=[events.AUDIO_OUTPUT, events.FAULT]
    )
    node = graph.add(Voice, parameters={'providers': ['squeaky'], **settings})
    sound = spoken(probe, 'Hello there')
    assert sound.size == 2 * 0.2 * 16000
    assert np.argmax(np.abs(np.fft.rfft(sound))) == pytest.approx(pitch_hz * 0.4, abs=1)
    described = node.describe_parameter('squeaky.pitch_hz')
    assert described.description == 'Pitch of a squeak [Hz].'
    assert described.floating_point_range[0].to_value == 4000
    assert probe.recorded(events.FAULT) == []


def test_its_settings_are_checked_as_those_of_phoenix(graph, tmp_path):
    profile = tmp_path / 'mine.yaml'
    profile.write_text('/**/voice: {ros__parameters: {squeaky: {pich_hz: 440.0}}}\n')
    with pytest.raises(SettingsError) as error:
        graph.add(Voice, parameters={'profile': str(profile)})
    assert 'voice.squeaky.pich_hz: no such setting (did you mean squeaky.pitch_hz?)' in str(
        error.value
    )
