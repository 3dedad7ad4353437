from pathlib import Path

import numpy as np
import pytest

from phoenix_audio.speaker.earcons import NoteSequence, load_earcons, render
from phoenix_core.settings.config_file import ConfigFileError

SHIPPED = Path(__file__).parents[4] / 'config' / 'earcons.yaml'
RATE = 16000


def made(*notes: dict[str, float], repeat: int = 1) -> np.ndarray:
    return render(NoteSequence.model_validate({'notes': list(notes), 'repeat': repeat}), RATE)


def strongest_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * RATE / len(sound))


def test_every_sound_the_toy_asks_for_is_there_short_and_the_same_each_time() -> None:
    earcons = load_earcons(SHIPPED, RATE)
    assert {'heard', 'thinking', 'not_understood', 'alarm', 'error'} <= set(earcons)
    again = load_earcons(SHIPPED, RATE)
    for name, sound in earcons.items():
        assert np.array_equal(sound, again[name])
        assert sound.dtype == np.int16
        assert np.abs(sound).max() > 2000, name
        assert len(sound) < (3 if name == 'alarm' else 0.8) * RATE, name
    assert len({sound.tobytes() for sound in earcons.values()}) == len(earcons)


def test_a_note_has_its_frequency_length_and_level() -> None:
    note = made({'frequency_hz': 1000, 'duration_s': 0.5, 'level': 0.5})
    assert len(note) == 0.5 * RATE
    assert strongest_hz(note) == pytest.approx(1000, abs=5)
    assert 0.35 * 32767 < np.abs(note).max() <= 0.5 * 32767


def test_a_note_glides_and_a_rest_is_silent() -> None:
    sound = made(
        {'frequency_hz': 500, 'to_hz': 1500, 'duration_s': 1.0},
        {'frequency_hz': 0, 'duration_s': 0.25},
        repeat=2,
    )
    assert len(sound) == 2.5 * RATE
    assert strongest_hz(sound[800:2400]) == pytest.approx(600, abs=60)
    assert strongest_hz(sound[13600:15200]) == pytest.approx(1400, abs=60)
    assert not sound[RATE : RATE + RATE // 4].any()
    assert np.array_equal(sound[: 5 * RATE // 4], sound[5 * RATE // 4 :])


def test_nothing_clicks() -> None:
    for name, sound in load_earcons(SHIPPED, RATE).items():
        assert abs(int(sound[0])) < 200, name
        assert abs(int(sound[-1])) < 200, name


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('earcons: {a: {notes: []}}', 'earcons.a.notes'),
        ('earcons: {a: {notes: [{frequency_hz: 50, duration_s: 1}]}}', 'allowed are 0 and 100'),
        ('earcons: {a: {notes: [{frequency_hz: 9000, duration_s: 1}]}}', 'less than or equal'),
        ('earcons: {a: {notes: [{hz: 500, duration_s: 1}]}}', "unknown {'hz'}; allowed are"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / 'earcons.yaml'
    path.write_text(text)
    with pytest.raises(ConfigFileError) as refused:
        load_earcons(path, RATE)
    assert str(path) in str(refused.value)
    assert said in str(refused.value)
