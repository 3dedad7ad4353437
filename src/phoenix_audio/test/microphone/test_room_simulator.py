import numpy as np
import pytest

from phoenix_audio.microphone.room_simulator import RoomSimulator

RATE = 16000
NOW_S = 1.8e9


def click(amplitude: int = 10000) -> np.ndarray:
    samples = np.zeros(320, np.int16)
    samples[0] = amplitude
    return samples


def test_the_direct_sound_comes_later_and_softer() -> None:
    room = RoomSimulator(RATE, gain=0.3, distance_m=0.343, reverberation_gain=0.0)
    room.play(click(), NOW_S)
    heard = room.hear(NOW_S, 640)
    assert int(np.argmax(heard)) == pytest.approx(16, abs=1)  # 1 ms
    assert heard.max() == pytest.approx(3000, rel=0.01)
    assert np.abs(np.delete(heard, np.argmax(heard))).max() < 1


def test_reflections_follow_and_die_away() -> None:
    room = RoomSimulator(RATE, gain=1.0, reverberation_s=0.4, reverberation_gain=0.5)
    room.play(click(), NOW_S)
    heard = room.hear(NOW_S, RATE // 2)
    energies = [float(np.sum(part**2)) for part in np.split(heard, 10)]
    assert sum(energies) == pytest.approx(1.5e8, rel=0.05)
    assert energies[0] > energies[2] > energies[5] > energies[9]
    assert energies[9] < 1e-6 * energies[0] + 1


def test_it_makes_no_difference_in_which_pieces_a_sound_is_played_and_heard() -> None:
    sound = np.random.default_rng(1).integers(-9000, 9000, 3200).astype(np.int16)
    whole, pieces = RoomSimulator(RATE), RoomSimulator(RATE)
    whole.play(sound, NOW_S)
    for start in range(0, len(sound), 320):
        pieces.play(sound[start : start + 320], NOW_S + start / RATE + 0.01 * (start % 3))
    parts = [pieces.hear(NOW_S + start / RATE, 640) for start in range(0, 6400, 640)]
    assert np.concatenate(parts) == pytest.approx(whole.hear(NOW_S, 6400), abs=0.5)


def test_an_overdriven_speaker_distorts() -> None:
    tone = (20000 * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)).astype(np.int16)

    def third_harmonic(room: RoomSimulator) -> float:
        room.play(tone, NOW_S)
        spectrum = np.abs(np.fft.rfft(room.hear(NOW_S + 0.1, RATE // 2)))
        return float(spectrum[750] / spectrum[250])

    assert third_harmonic(RoomSimulator(RATE)) < 1e-3
    assert third_harmonic(RoomSimulator(RATE, overload=2.0)) > 0.03
