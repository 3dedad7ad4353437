"""How the voice squeaks: a test as a package of its own has it."""

import numpy as np
from phoenix_example_voice import PROVIDER, SqueakySettings

from phoenix_core.settings.node_settings import NodeSettings


def test_it_squeaks_once_for_each_word():
    settings = NodeSettings().with_providers({'squeaky': SqueakySettings(pitch_hz=500.0)})
    voice = PROVIDER.make('squeaky', settings)
    squeaks = list(voice.synthesize('How are you?'))
    assert len(squeaks) == 3
    assert np.argmax(np.abs(np.fft.rfft(squeaks[0]))) == round(500 * 0.2)
