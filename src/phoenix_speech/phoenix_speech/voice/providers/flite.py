"""The voice of the Debian program flite."""

from typing import TYPE_CHECKING

from phoenix_speech.voice.program_voice import ProgramVoice

if TYPE_CHECKING:
    from phoenix_speech.voice.node import VoiceSettings


class FliteVoice(ProgramVoice):
    """Speaks with flite: English only."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        # By argument: flite 2.2 makes no sound, or hangs, when it reads a text from a pipe.
        command = ['flite', '-voice', 'slt', '-o', '/dev/stdout', '-t']
        super().__init__(command, timeout_s, text_as_argument=True)


def flite(settings: 'VoiceSettings') -> FliteVoice:
    """Make the voice; entry point."""
    return FliteVoice()
