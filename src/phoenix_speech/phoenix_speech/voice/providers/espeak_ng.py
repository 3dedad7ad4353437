"""The voice of the Debian program espeak-ng."""

from phoenix_core.settings.node_settings import ProviderSettings
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.voice.program_voice import ProgramVoice
from phoenix_speech.voice.settings import VoiceSettings

DIALECTS = {'en': 'en-us'}  # the program's default is British


class EspeakVoice(ProgramVoice):
    """
    Speaks with espeak-ng: robotic, but quick, and available in many languages.

    :param voice: one of `espeak-ng --voices`.
    """

    def __init__(
        self, *, voice: str = 'en-us', words_per_minute: int = 150, timeout_s: float = 5.0
    ) -> None:
        speed = str(words_per_minute)
        options = ['-b', '1', '-v', voice, '-s', speed, '--stdin', '--stdout']
        super().__init__(['espeak-ng', *options], timeout_s, text_as_argument=False)


def _make(settings: VoiceSettings, own: ProviderSettings) -> EspeakVoice:
    return EspeakVoice(voice=DIALECTS.get(settings.language, settings.language))


ESPEAK_NG = Provider(_make, needs=Needs(program='espeak-ng', licence='GPL-3.0-or-later'))
