from pathlib import Path

import numpy as np
import pytest

from phoenix_audio.microphone.echo_canceller import EchoCanceller
from phoenix_audio.microphone.room_simulator import RoomSimulator
from phoenix_audio.wav import read_wav

RATE = 16000
FRAME = 640
NOW_S = 1.8e9
SAMPLES = Path(__file__).parents[4] / 'samples'


def load(*names: str) -> np.ndarray:
    return np.concatenate([read_wav(SAMPLES / f'{name}.wav') for name in names])


REPLY = load('austen_0880', 'go_forward_ten_meters', 'austen_0880')  # 9 s


def decibels(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(sound.astype(float) ** 2) + 1e-9))


def listen(
    canceller: EchoCanceller,
    room: RoomSimulator,
    reply: np.ndarray,
    person: np.ndarray | None = None,
    *,
    begin_s: float = NOW_S,
    late_s: float = 0.0,
    frame: int = FRAME,
) -> tuple[np.ndarray, np.ndarray]:
    """Play a reply, heard so much later than told; return what is heard, and what remains."""
    chance = np.random.default_rng(3)
    heard, clean, told = [], [], 0
    for start in range(0, len(reply) - frame + 1, frame):
        while told < min(start + frame + 640, len(reply)):
            part, at_s = reply[told : told + 320], begin_s + told / RATE
            room.play(part, at_s + late_s)
            canceller.play(part, at_s)
            told += len(part)
        sound = room.hear(begin_s + start / RATE, frame) + chance.normal(0, 3, frame)
        if person is not None:
            sound += person[start : start + frame]
        samples = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
        heard.append(samples)
        clean.append(canceller.cancel(samples, begin_s + start / RATE))
    return np.concatenate(heard), np.concatenate(clean)


@pytest.mark.parametrize(
    ('room', 'late_s', 'at_least_db'),
    [
        ({}, 0.0, 25),
        ({}, 0.1, 25),
        ({'gain': 2.0}, 0.02, 18),  # the microphone is overdriven now and then
        ({'distance_m': 1.0, 'reverberation_gain': 0.5}, 0.02, 20),
        ({'overload': 2.0}, 0.02, 15),
    ],
)
def test_the_toys_voice_is_taken_out(
    room: dict[str, float], late_s: float, at_least_db: float
) -> None:
    canceller = EchoCanceller(RATE, FRAME)
    heard, clean = listen(canceller, RoomSimulator(RATE, **room), REPLY, late_s=late_s)
    learnt = slice(3 * RATE, None)
    assert decibels(heard[learnt]) - decibels(clean[learnt]) > at_least_db


def test_a_person_who_speaks_at_the_same_time_is_heard() -> None:
    person = np.zeros(len(REPLY))
    words = load('turn_on_the_living_room_light').astype(float)
    person[5 * RATE : 5 * RATE + len(words)] = words
    room = RoomSimulator(RATE, gain=1.0)
    echo, _ = listen(EchoCanceller(RATE, FRAME), room, REPLY)
    spoken = slice(5 * RATE, 5 * RATE + len(words))
    person *= 10 ** ((decibels(echo[spoken]) - 5 - decibels(person[spoken])) / 20)
    heard, clean = listen(EchoCanceller(RATE, FRAME), RoomSimulator(RATE, gain=1.0), REPLY, person)

    def likeness(sound: np.ndarray) -> float:
        reference, spectrum = (
            np.abs(np.fft.rfft(part[spoken][: 118 * 320].reshape(-1, 320), axis=1)[:, 2:80])
            for part in (person, sound)
        )
        return float(np.corrcoef(reference.ravel(), spectrum.ravel())[0, 1])

    assert likeness(heard) < 0.6
    assert likeness(np.roll(clean, -320)) > 0.85  # the filter is a block late


def test_the_next_reply_is_taken_out_from_its_beginning_though_the_device_has_another_delay() -> (
    None
):
    canceller, room = EchoCanceller(RATE, FRAME), RoomSimulator(RATE)
    listen(canceller, room, REPLY, late_s=0.02)
    heard, clean = listen(canceller, room, REPLY, begin_s=NOW_S + 20, late_s=0.033)
    soon = slice(RATE, 2 * RATE)
    assert decibels(heard[soon]) - decibels(clean[soon]) > 20


def test_while_nothing_is_played_frames_pass_untouched() -> None:
    canceller = EchoCanceller(RATE, FRAME)
    noise = np.random.default_rng(1).integers(-900, 900, FRAME).astype(np.int16)
    assert canceller.cancel(noise, NOW_S) is noise
    canceller.play(REPLY[:320], NOW_S + 1)
    assert canceller.cancel(noise, NOW_S + 1) is not noise
    assert canceller.cancel(noise, NOW_S + 1.6) is noise


@pytest.mark.parametrize(('rate', 'frame'), [(16000, 160), (16000, 1000), (48000, 480)])
def test_frames_keep_their_length(rate: int, frame: int) -> None:
    canceller = EchoCanceller(rate, frame)
    canceller.play(REPLY[:rate], NOW_S)
    for number in range(5):
        clean = canceller.cancel(REPLY[:frame], NOW_S + number * frame / rate)
        assert (clean.shape, clean.dtype) == ((frame,), np.int16)
