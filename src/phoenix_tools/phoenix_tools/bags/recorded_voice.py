"""
A silent voice with the timing and the failures of a recorded session.

A replay is then as long as the session, and the same each time, which no synthesizer provides.
"""

from collections import Counter
from collections.abc import Generator, Mapping
from pathlib import Path

import numpy as np
from phoenix_msgs.msg import PlaybackEvent

from phoenix_core import events
from phoenix_core.settings.provider import Needs, Provider
from phoenix_speech.audio_format import SAMPLE_RATE
from phoenix_speech.sentences import SpeechRules, speakable_pieces
from phoenix_speech.voice.settings import VoiceSettings
from phoenix_speech.voice.voice_provider import VoiceError
from phoenix_tools.bags.recorded_settings import RecordedSettings
from phoenix_tools.bags.session import Session, load_session

SECONDS_PER_CHARACTER = 0.065  # of texts that were not said in the session


class RecordedVoice:
    """
    Synthesize silence as long as each piece of a text was spoken.

    :param lengths_s: by piece.
    :param failures: how often the synthesis of a piece failed before it succeeded.
    """

    sample_rate = SAMPLE_RATE

    def __init__(self, lengths_s: Mapping[str, float], failures: Mapping[str, int]) -> None:
        self._lengths_s = lengths_s
        self._failures = Counter(failures)

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        """Yield the silence; see VoiceProvider."""
        if self._failures[text]:
            self._failures[text] -= 1
            raise VoiceError('no voice worked')
        length_s = self._lengths_s.get(text, SECONDS_PER_CHARACTER * len(text))
        yield np.zeros(max(1, round(length_s * SAMPLE_RATE)), np.int16)

    def close(self) -> None:
        """Do nothing: it holds no resources."""


def replaced_by_earcons(session: Session) -> set[str]:
    """Return the ids of the utterances that an earcon replaced because no voice worked."""
    return {e.message.utterance_id for e in session.events if e.event is events.EARCON}


def spoken_lengths(session: Session, rules: SpeechRules) -> dict[str, float]:
    """Return the spoken length of each piece of text [s]."""
    mute = replaced_by_earcons(session)
    texts: dict[str, str] = {}
    whole: dict[str, float] = {}
    interrupted: dict[str, float] = {}
    for event in session.events:
        if event.event is events.SAY_REQUEST and event.message.utterance_id not in mute:
            texts[event.message.utterance_id] = event.message.text
        elif event.event is events.AUDIO_PLAYBACK and event.message.utterance_id in texts:
            text = texts[event.message.utterance_id]
            if event.message.kind == PlaybackEvent.FINISHED:
                whole[text] = event.message.position_s
            elif event.message.kind == PlaybackEvent.INTERRUPTED:
                interrupted[text] = event.message.position_s
    # Their full length is unknown: estimate it by the pace of the others.
    pace = sum(whole.values()) / max(1, sum(map(len, whole))) or SECONDS_PER_CHARACTER
    for text, position_s in interrupted.items():
        whole.setdefault(text, max(pace * len(text), position_s + 0.1))
    lengths: dict[str, float] = {}
    for text, length_s in whole.items():
        lengths |= _shares(text, length_s, rules)
    return lengths


def failures(session: Session, rules: SpeechRules) -> Counter[str]:
    """
    Count how often the synthesis of a piece failed.

    :raises VoiceError: it always failed.
    """
    asked = [event.message for event in session.events if event.event is events.SAY_REQUEST]
    mute = replaced_by_earcons(session)
    unspoken = [request.text for request in asked if request.utterance_id in mute]
    if asked and len(unspoken) == len(asked):
        raise VoiceError(f'{session.path}: no voice worked')
    # The rest of each text was not attempted.
    return Counter(speakable_pieces(text, rules)[0] for text in unspoken)


def _shares(text: str, length_s: float, rules: SpeechRules) -> dict[str, float]:
    pieces = speakable_pieces(text, rules)
    characters = sum(map(len, pieces)) or 1
    return {piece: length_s * len(piece) / characters for piece in pieces}


def _recorded(settings: VoiceSettings, own: RecordedSettings) -> RecordedVoice:
    session = load_session(Path(own.bag))
    rules = SpeechRules.load(settings.config_path, settings.language)
    return RecordedVoice(spoken_lengths(session, rules), failures(session, rules))


RECORDED = Provider(_recorded, RecordedSettings, needs=Needs(setting='bag'))
