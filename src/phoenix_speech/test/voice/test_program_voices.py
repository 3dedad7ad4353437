import shutil
import stat
import time
from pathlib import Path

import numpy as np
import pytest

from phoenix_speech.voice.providers.espeak_ng import EspeakVoice
from phoenix_speech.voice.providers.flite import FliteVoice
from phoenix_speech.voice.voice_provider import VoiceError

VOICES = {'espeak-ng': EspeakVoice, 'flite': FliteVoice}


@pytest.fixture(params=VOICES)
def voice(request: pytest.FixtureRequest) -> EspeakVoice | FliteVoice:
    if shutil.which(request.param) is None:
        pytest.skip(f'{request.param} is not installed; try: apt-get install {request.param}')
    return VOICES[request.param]()


def duration_s(voice: EspeakVoice | FliteVoice, text: str) -> float:
    return sum(map(len, voice.synthesize(text))) / voice.sample_rate


def test_speaks(voice: EspeakVoice | FliteVoice) -> None:
    sound = np.concatenate(list(voice.synthesize('Hello there, I am Phoenix.')))
    assert sound.dtype == np.int16 and sound.ndim == 1
    assert 1.0 < len(sound) / voice.sample_rate < 4.0
    assert np.sqrt(np.mean(sound.astype(float) ** 2)) > 500


@pytest.mark.parametrize('text', ['-v nonsense', '--help', '$(exit 1)', "'; exit 1", '<b> & `ls`'])
def test_any_text_is_only_spoken(voice: EspeakVoice | FliteVoice, text: str) -> None:
    assert duration_s(voice, text) > 0.3


def test_speaks_several_sentences(voice: EspeakVoice | FliteVoice) -> None:
    assert duration_s(voice, 'One. Two; three! Is it four?') > 1.5 * duration_s(voice, 'One.')


def test_cancelling_leaves_nothing_behind(voice: EspeakVoice | FliteVoice) -> None:
    sound = voice.synthesize('word ' * 200)
    next(sound)
    sound.close()
    assert duration_s(voice, 'Hi!') < 2.0


def test_a_voice_that_does_not_exist() -> None:
    if shutil.which('espeak-ng') is None:
        pytest.skip('espeak-ng is not installed; try: apt-get install espeak-ng')
    with pytest.raises(VoiceError, match=r'espeak-ng ended with 1: .*does not exist'):
        EspeakVoice(voice='nonsense')


@pytest.mark.parametrize(('program', 'kind'), VOICES.items())
def test_a_missing_program_is_named(
    program: str, kind: type[EspeakVoice | FliteVoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('PATH', '')
    with pytest.raises(VoiceError, match=f'apt-get install {program}'):
        kind()


@pytest.mark.parametrize(
    ('script', 'reason'),
    [
        ('exec sleep 30', 'no answer within 0.2 s'),
        ('echo no sound at all', 'file does not start with RIFF id'),
        ('echo broken >&2; exit 3', 'ended with 3: broken'),
    ],
)
def test_a_program_that_goes_wrong(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / 'flite'
    program.write_text(f'#!/bin/sh\n{script}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv('PATH', str(tmp_path), prepend=':')
    start = time.monotonic()
    with pytest.raises(VoiceError, match=reason):
        FliteVoice(timeout_s=0.2)
    assert time.monotonic() - start < 5.0
