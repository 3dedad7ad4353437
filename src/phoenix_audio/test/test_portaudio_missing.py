"""Where PortAudio is not installed, the microphone and the speaker say what to type."""

import sys

import pytest

from phoenix_audio import portaudio
from phoenix_audio.microphone.provider import MicrophoneError
from phoenix_audio.microphone.providers.portaudio import PortAudioMicrophone
from phoenix_audio.portaudio import PortAudioSettings
from phoenix_audio.speaker.provider import SpeakerError
from phoenix_audio.speaker.providers.portaudio import PortAudioSpeaker
from phoenix_audio.speaker.settings import SpeakerSettings

TO_TYPE = 'PortAudio library not found; on Debian or Ubuntu: apt install libportaudio2'


@pytest.fixture(autouse=True)
def _without_portaudio(tmp_path, monkeypatch):
    (tmp_path / 'sounddevice.py').write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'sounddevice', raising=False)
    portaudio.library.cache_clear()
    yield
    portaudio.library.cache_clear()


def test_the_microphone_says_what_to_type():
    with pytest.raises(MicrophoneError, match=TO_TYPE):
        PortAudioMicrophone().start(lambda frame: None, lambda error: None)


def test_the_speaker_says_what_to_type():
    with pytest.raises(SpeakerError, match=TO_TYPE):
        PortAudioSpeaker(SpeakerSettings(), PortAudioSettings())
