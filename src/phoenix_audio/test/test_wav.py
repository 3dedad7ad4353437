"""Reading any WAV file, and writing files that survive a kill."""

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from phoenix_audio.wav import WavError, WavWriter, read_wav


def tone(sample_rate: int, seconds: float = 0.5, amplitude: float = 0.5) -> NDArray[np.float64]:
    times = np.arange(round(seconds * sample_rate)) / sample_rate
    return amplitude * np.sin(2 * np.pi * 440 * times)


def test_what_was_written_is_read_bit_for_bit(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-32768, 32768, 5000).astype(np.int16)
    with WavWriter(tmp_path / 'a.wav', 16000) as writer:
        writer.write(samples[:1234])
        writer.write(samples[1234:])

    np.testing.assert_array_equal(read_wav(tmp_path / 'a.wav'), samples)


@pytest.mark.parametrize('subtype', ['PCM_U8', 'PCM_16', 'PCM_24', 'PCM_32', 'FLOAT', 'ULAW'])
@pytest.mark.parametrize('sample_rate', [8000, 16000, 44100, 48000])
def test_other_forms_are_converted(tmp_path: Path, subtype: str, sample_rate: int) -> None:
    left = tone(sample_rate)
    file = tmp_path / 'stereo.wav'
    soundfile.write(file, np.stack((left, 0.5 * left), axis=1), sample_rate, subtype=subtype)

    samples = read_wav(file)

    assert samples.dtype == np.int16
    assert samples.shape == (8000,)
    expected = 0.75 * tone(16000) * 32768
    inner = slice(200, -200)  # a resampler rings at the ends
    assert np.abs(samples[inner] - expected[inner]).max() < 0.02 * 32768


def test_full_scale_floats_are_clipped_not_wrapped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / 'loud.wav', np.array([1.0, -1.0, 1.5, -1.5]), 16000, 'FLOAT')

    assert read_wav(tmp_path / 'loud.wav').tolist() == [32767, -32768, 32767, -32768]


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (None, 'No such file'),
        (b'', 'is not a readable WAV file'),
        (b'this is a letter, not a recording', 'is not a readable WAV file'),
        (b'RIFF\x00\x00\x00\x00WAVE', 'is not a readable WAV file'),
    ],
)
def test_an_unusable_file_is_refused_by_name(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / 'broken.wav'
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(WavError, match=rf'broken\.wav: .*{reason}'):
        read_wav(file)


def test_a_recording_without_samples_or_with_nans_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / 'empty.wav', np.empty(0), 16000)
    soundfile.write(tmp_path / 'nan.wav', np.array([0.0, np.nan]), 16000, 'FLOAT')

    with pytest.raises(WavError, match=r'empty\.wav: holds no samples'):
        read_wav(tmp_path / 'empty.wav')
    with pytest.raises(WavError, match=r'nan\.wav: .*not finite'):
        read_wav(tmp_path / 'nan.wav')


def test_a_directory_is_refused_for_reading_and_writing(tmp_path: Path) -> None:
    with pytest.raises(WavError, match='Is a directory'):
        read_wav(tmp_path)
    with pytest.raises(WavError, match='Is a directory'):
        WavWriter(tmp_path, 16000)
    with pytest.raises(WavError, match=r'no/a\.wav: .*No such file'):
        WavWriter(tmp_path / 'no' / 'a.wav', 16000)


def test_the_file_is_complete_after_every_write(tmp_path: Path) -> None:
    file = tmp_path / 'growing.wav'
    writer = WavWriter(file, 16000)
    for count in range(4):
        with wave.open(str(file)) as reader:
            assert (reader.getnframes(), reader.getframerate()) == (count * 640, 16000)
        writer.write(np.full(640, count, np.int16))
    writer.close()
    writer.close()


def test_a_killed_writer_leaves_all_it_wrote(tmp_path: Path) -> None:
    file = tmp_path / 'killed.wav'
    program = (
        'import sys, numpy; from pathlib import Path; from phoenix_audio.wav import WavWriter\n'
        'writer = WavWriter(Path(sys.argv[1]), 16000)\n'
        'writer.write(numpy.arange(1000, dtype=numpy.int16))\n'
        'print("written", flush=True)\n'
        'sys.stdin.read()\n'
    )
    process = subprocess.Popen(
        [sys.executable, '-c', program, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b'written\n'
        process.send_signal(signal.SIGKILL)

    np.testing.assert_array_equal(read_wav(file), np.arange(1000))
