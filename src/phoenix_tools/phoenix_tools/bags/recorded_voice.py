"""
A voice that takes as long as the toy took in a recorded session, and fails where none worked.

So a replay is as long as the session was, and the same each time, which no synthesizer is.
"""

from collections import Counter
from collections.abc import Generator, Mapping
from pathlib import Path

import numpy as np
from phoenix_msgs.msg import PlaybackEvent

from phoenix_core import events
from phoenix_core.settings.provider import Provider
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.sentences import SpeechRules, speakable_pieces
from phoenix_speech.voice.settings import VoiceSettings
from phoenix_speech.voice.voice_provider import VoiceError
from phoenix_tools.bags.recorded_settings import RecordedSettings
from phoenix_tools.bags.session import Session, load_session

SECONDS_PER_CHARACTER = 0.065  # of what was not said in the session


class RecordedVoice:
    """
    Is silent as long as each piece of a text was spoken.

    :param lengths_s: by piece.
    :param failures: how often a piece could not be spoken, before it could.
    """

    sample_rate = SAMPLE_RATE

    def __init__(self, lengths_s: Mapping[str, float], failures: Mapping[str, int]) -> None:
        self._lengths_s = lengths_s
        self._failures = Counter(failures)

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """Yield the silence; see Voice."""
        if self._failures[text]:
            self._failures[text] -= 1
            raise VoiceError('no voice worked')
        length_s = self._lengths_s.get(text, SECONDS_PER_CHARACTER * len(text))
        yield np.zeros(max(1, round(length_s * SAMPLE_RATE)), np.int16)

    def close(self) -> None:
        """Hold nothing."""


def stood_in(session: Session) -> set[str]:
    """Return the ids of the utterances in whose place a small sound was, as no voice worked."""
    return {e.message.utterance_id for e in session.events if e.event is events.EARCON}


def spoken_lengths(session: Session, rules: SpeechRules) -> dict[str, float]:
    """Return how long each piece of what was said took [s]."""
    mute = stood_in(session)
    texts: dict[str, str] = {}
    whole: dict[str, float] = {}
    broken_off: dict[str, float] = {}
    for event in session.events:
        if event.event is events.SAY_REQUEST and event.message.utterance_id not in mute:
            texts[event.message.utterance_id] = event.message.text
        elif event.event is events.AUDIO_PLAYBACK and event.message.utterance_id in texts:
            text = texts[event.message.utterance_id]
            if event.message.kind == PlaybackEvent.FINISHED:
                whole[text] = event.message.position_s
            elif event.message.kind == PlaybackEvent.INTERRUPTED:
                broken_off[text] = event.message.position_s
    # How long they would have been is not known: as the voice spoke otherwise, or a little more.
    pace = sum(whole.values()) / max(1, sum(map(len, whole))) or SECONDS_PER_CHARACTER
    for text, position_s in broken_off.items():
        whole.setdefault(text, max(pace * len(text), position_s + 0.1))
    lengths: dict[str, float] = {}
    for text, length_s in whole.items():
        lengths |= _shares(text, length_s, rules)
    return lengths


def failures(session: Session, rules: SpeechRules) -> Counter[str]:
    """
    Count how often a piece could not be spoken.

    :raises VoiceError: nothing could.
    """
    asked = [event.message for event in session.events if event.event is events.SAY_REQUEST]
    mute = stood_in(session)
    unspoken = [request.text for request in asked if request.utterance_id in mute]
    if asked and len(unspoken) == len(asked):
        raise VoiceError(f'{session.path}: no voice worked')
    return Counter(speakable_pieces(text, rules)[0] for text in unspoken)  # the rest was not tried


def _shares(text: str, length_s: float, rules: SpeechRules) -> dict[str, float]:
    pieces = speakable_pieces(text, rules)
    characters = sum(map(len, pieces)) or 1
    return {piece: length_s * len(piece) / characters for piece in pieces}


def _recorded(settings: VoiceSettings, own: RecordedSettings) -> RecordedVoice:
    """
    Make the voice of a bag.

    :raises VoiceError: no voice ever worked there.
    """
    session = load_session(Path(own.bag))
    rules = SpeechRules.load(settings.config_path, settings.language)
    return RecordedVoice(spoken_lengths(session, rules), failures(session, rules))


RECORDED = Provider(_recorded, RecordedSettings)
