"""The voice of the Debian program flite."""

from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.voice.program_voice import ProgramVoice
from phoenix_speech.voice.settings import VoiceSettings


class FliteVoice(ProgramVoice):
    """Speaks with flite: English only."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        # By argument: flite 2.2 makes no sound, or hangs, when it reads a text from a pipe.
        command = ['flite', '-voice', 'slt', '-o', '/dev/stdout', '-t']
        super().__init__(command, timeout_s, text_as_argument=True)


def _make(settings: VoiceSettings, own: ProviderSettings) -> FliteVoice:
    return FliteVoice()


FLITE = Provider(_make, needs=Needs(program='flite', licence='permissive', languages=('en',)))
