"""
A voice that takes as long as the toy took in a recorded session, and fails where no voice worked.

So a replay is as long as the session was, and the same each time, which no synthesizer is.
"""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from phoenix_msgs.msg import PlaybackEvent

from phoenix_bringup.bags.session import Session, load_session
from phoenix_core import events
from phoenix_speech.sentences import speakable_pieces
from phoenix_speech.voices import VoiceError

SAMPLE_RATE = 16000
SECONDS_PER_CHARACTER = 0.065  # of what was not said in the session


class RecordedVoice:
    """
    Is silent as long as each piece of a text was spoken.

    :param lengths_s: by piece.
    """

    sample_rate = SAMPLE_RATE

    def __init__(self, lengths_s: Mapping[str, float]) -> None:
        self._lengths_s = lengths_s

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """Yield the silence; see Voice."""
        length_s = self._lengths_s.get(text, SECONDS_PER_CHARACTER * len(text))
        yield np.zeros(max(1, round(length_s * SAMPLE_RATE)), np.int16)

    def close(self) -> None:
        """Hold nothing."""


def was_mute(session: Session) -> bool:
    """Tell whether all that was to be said was a small sound that stood in for it."""
    asked = {e.message.utterance_id for e in session.events if e.event is events.SAY_REQUEST}
    stood_in = {e.message.utterance_id for e in session.events if e.event is events.EARCON}
    return bool(asked) and asked <= stood_in


def spoken_lengths(session: Session) -> dict[str, float]:
    """Return how long each piece of what was said took [s]."""
    texts: dict[str, str] = {}
    whole: dict[str, float] = {}
    broken_off: dict[str, float] = {}
    for event in session.events:
        if event.event is events.SAY_REQUEST:
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
        lengths |= _shares(text, length_s)
    return lengths


def _shares(text: str, length_s: float) -> dict[str, float]:
    pieces = speakable_pieces(text)
    characters = sum(map(len, pieces)) or 1
    return {piece: length_s * len(piece) / characters for piece in pieces}


def recorded(settings: Any) -> RecordedVoice:
    """
    Make the voice of a bag, which the voice node's setting `model` names.

    :raises VoiceError: no voice worked there.
    """
    session = load_session(Path(settings.model))
    if was_mute(session):
        raise VoiceError(f'{session.path}: no voice worked')
    return RecordedVoice(spoken_lengths(session))
