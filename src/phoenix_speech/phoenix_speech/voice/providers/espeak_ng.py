"""The voice of the Debian program espeak-ng."""

from typing import TYPE_CHECKING

from phoenix_speech.voice.program_voice import ProgramVoice

if TYPE_CHECKING:
    from phoenix_speech.voice.node import VoiceSettings


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


def espeak_ng(settings: 'VoiceSettings') -> EspeakVoice:
    """Make the voice; entry point."""
    return EspeakVoice(voice='en-us' if settings.language == 'en' else settings.language)
