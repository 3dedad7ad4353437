"""Recordings that everybody hears: a call, a sentence of the intents, and silence."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from turns import Utterance, in_a_room, trimmed, utterance
from understanding import CORPUS, ROOT, read_corpus

from phoenix_audio.wav import WavWriter, read_wav
from phoenix_speech.audio_format import SAMPLE_RATE

CALL = ROOT / 'samples' / 'hey_jarvis.wav'
SPOKEN_BY_A_PERSON = ROOT / 'samples' / 'turn_on_the_living_room_light.wav'
PERSON_SAYS = 'turn on the living room light'
# What is answered in one sentence, and changes nothing that a later answer depends on.
INTENTS = {'light_on', 'light_off', 'light_color', 'light_brightness', 'date', 'sum', 'name'}


@dataclass(frozen=True)
class Recording:
    """
    A recording, and when in it the sentence ends.

    :param ends_s: the last voiced sample [s].
    :param length_s: of the whole, silence included [s].
    :param has_pause: there is one inside the sentence.
    :param by_person: not by a synthetic voice.
    """

    path: Path
    text: str
    samples: np.ndarray
    ends_s: float
    length_s: float
    has_pause: bool
    by_person: bool


def recordings(count: int, seed: int, folder: Path) -> list[Recording]:
    """Write recordings: every fourth by a person, every second synthetic with a pause."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    texts = [
        one.text
        for one in read_corpus(CORPUS / 'en.tuning.txt')
        if len(one.meanings) == 1
        and one.text != PERSON_SAYS
        and ' + ' not in one.meanings[0]
        and one.meanings[0].split()[0] in INTENTS
    ]
    person = trimmed(read_wav(SPOKEN_BY_A_PERSON, SAMPLE_RATE) / 32768)
    made: list[Utterance] = []
    while len(made) < count:
        if len(made) % 4 == 0:
            made.append(in_a_room(PERSON_SAYS, person, noise, is_known=True))
            continue
        paused = bool(len(made) % 2)
        one = utterance(chance.choice(texts), 'en', chance, noise, is_known=True, paused=paused)
        if one is not None:
            made.append(one)
    return [_written(one, folder / f'{number}.wav') for number, one in enumerate(made)]


def _written(one: Utterance, path: Path) -> Recording:
    call = read_wav(CALL, SAMPLE_RATE)
    samples = np.concatenate((call, one.samples))
    writer = WavWriter(path, SAMPLE_RATE)
    writer.write(samples)
    writer.close()
    ends_s = (len(call) + one.ends) / SAMPLE_RATE
    length_s = len(samples) / SAMPLE_RATE
    return Recording(
        path,
        one.text,
        samples,
        ends_s,
        length_s,
        has_pause=one.pause is not None,
        by_person=one.text == PERSON_SAYS,
    )
