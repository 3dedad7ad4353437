"""
Scenes played with real PortAudio devices; test_portaudio.py runs each in its own process.

`python portaudio_scenes.py SCENE` needs the environment of a PulseServer (pulse_server.py) and
prints what was measured as one line of JSON. What the speaker plays, the microphone hears.
"""

import json
import os
import queue
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phoenix_audio.microphone.provider import CapturedFrame, MicrophoneError
from phoenix_audio.microphone.providers.portaudio import PortAudioMicrophone
from phoenix_audio.portaudio import PortAudioSettings
from phoenix_audio.speaker.player import Player
from phoenix_audio.speaker.provider import SpeakerError
from phoenix_audio.speaker.providers.portaudio import PortAudioSpeaker
from phoenix_audio.speaker.settings import SpeakerSettings

TIMEOUT_S = 10.0
RATE = 16000
SERVER = int(os.environ['PULSE_PID'])


class Ear:
    """Keeps what a microphone hears, with the time of capture."""

    def __init__(self) -> None:
        self.frames: list[tuple[float, NDArray[np.int16]]] = []
        self.lost = 0
        self.errors: queue.Queue[tuple[float, Exception]] = queue.Queue()
        self._heard = threading.Condition()

    def on_frame(self, frame: CapturedFrame) -> None:
        with self._heard:
            self.frames.append((time.monotonic() - frame.age_s, frame.samples))
            self.lost += frame.lost
            self._heard.notify()

    def on_error(self, error: Exception) -> None:
        self.errors.put((time.monotonic(), error))

    def wait_frames(self, count: int) -> None:
        """Wait until so many further frames were heard."""
        with self._heard:
            wanted = len(self.frames) + count
            assert self._heard.wait_for(lambda: len(self.frames) >= wanted, TIMEOUT_S)

    def sound(self) -> NDArray[np.int16]:
        return np.concatenate([samples for _, samples in self.frames])

    def silent_since(self, rate: int = RATE) -> float:
        """Return when the last sample was captured that is not silence."""
        for captured_s, samples in reversed(self.frames):
            loud = np.flatnonzero(np.abs(samples) > 50)
            if loud.size:
                return captured_s + int(loud[-1]) / rate
        raise AssertionError('nothing was heard')


def open_speaker(device: str = '', sample_rate: int = RATE) -> PortAudioSpeaker:
    own = PortAudioSettings(device=device)
    return PortAudioSpeaker(SpeakerSettings(sample_rate=sample_rate), own)


class Stage:
    """A microphone that listens and a player on a speaker."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.microphone = PortAudioMicrophone()
        self.microphone.start(self.ear.on_frame, self.ear.on_error)
        self.ear.wait_frames(5)
        self.reports: queue.Queue[tuple] = queue.Queue()
        self.player = Player(
            open_speaker,
            on_started=lambda name: self.reports.put(('started', time.monotonic())),
            on_finished=lambda name, position: self.reports.put(('finished', time.monotonic())),
            on_interrupted=lambda name, position: self.reports.put(
                ('interrupted', time.monotonic())
            ),
            on_error=lambda error: self.reports.put(('error', time.monotonic())),
        )
        self.player.start()

    def next(self, kind: str) -> float:
        """Return when the next report came, which must be of that kind."""
        reported, when_s = self.reports.get(timeout=TIMEOUT_S)
        assert reported == kind, (reported, kind)
        return when_s


def speech(seconds: float) -> NDArray[np.int16]:
    """Return noise that swells and fades like syllables, never silent for long."""
    count = round(seconds * RATE)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * np.arange(count) / RATE)
    return (swell * np.random.default_rng(3).normal(0, 6000, count)).astype(np.int16)


def correlation(played: NDArray, heard: NDArray) -> tuple[float, int]:
    """Return the best correlation of what was played with a part of what was heard, and where."""
    played, heard = played.astype(float), heard.astype(float)
    size = 2 ** int(np.ceil(np.log2(played.size + heard.size)))
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.fft.rfft(played, size).conj(), size)
    start = int(match[: heard.size].argmax())
    part = heard[start : start + played.size]
    return float(match[start] / np.linalg.norm(played) / np.linalg.norm(part)), start


def loopback() -> dict:
    """What is played is heard, whole, and finished is reported when it was."""
    stage = Stage()
    times = np.arange(RATE) / RATE
    tone = (12000 * np.sin(2 * np.pi * (300 * times + 400 * times**2))).astype(np.int16)
    utterance = speech(1.5)
    result: dict = {}
    for name, samples in (('tone', tone), ('speech', utterance)):
        stage.ear.frames.clear()
        for start in range(0, samples.size, 640):
            frame = samples[start : start + 640]
            stage.player.feed(name, frame, last=start + 640 >= samples.size)
        stage.next('started')
        finished_s = stage.next('finished')
        stage.ear.wait_frames(15)
        result[name], _ = correlation(samples, stage.ear.sound())
        result[f'{name}_finished_after_silence_ms'] = 1e3 * (finished_s - stage.ear.silent_since())
    stage.player.close()
    stage.microphone.stop()
    heard = len(stage.ear.frames)
    return {**result, 'lost': stage.ear.lost, 'after_stop': len(stage.ear.frames) - heard}


def interruption() -> dict:
    """An interruption is heard at once."""
    stage = Stage()
    silent_ms, reported_ms, returned_ms = [], [], []
    for count in range(3):
        stage.ear.frames.clear()
        stage.player.feed(f'{count}', speech(10.0), last=True)
        stage.next('started')
        stage.ear.wait_frames(20)
        interrupted_s = time.monotonic()
        stage.player.interrupt()
        returned_ms.append(1e3 * (time.monotonic() - interrupted_s))
        reported_ms.append(1e3 * (stage.next('interrupted') - interrupted_s))
        stage.ear.wait_frames(15)
        silent_ms.append(1e3 * (stage.ear.silent_since() - interrupted_s))
    stage.player.close()
    stage.microphone.stop()
    return {
        'silent_ms': max(silent_ms),
        'reported_ms': max(reported_ms),
        'returned_ms': max(returned_ms),
    }


def killed_server() -> dict:
    """The sound server is killed, and comes back."""
    stage = Stage()
    stage.player.feed('a', speech(10.0), last=True)
    stage.next('started')
    killed_s = time.monotonic()
    os.kill(SERVER, signal.SIGKILL)
    lost_s, error = stage.ear.errors.get(timeout=TIMEOUT_S)
    stage.next('interrupted')
    player_s = stage.next('error')
    stage.microphone.stop()

    # Without a server there is nothing to open, which is said with the device's name.
    refusals = []
    try:
        stage.microphone.start(stage.ear.on_frame, stage.ear.on_error)
    except MicrophoneError as refusal:
        refusals.append(str(refusal))
    stage.player.feed('b', speech(1.0), last=True)
    while stage.reports.get(timeout=TIMEOUT_S)[0] != 'interrupted':
        pass

    with subprocess.Popen(shlex.split(os.environ['PULSE_COMMAND'])) as server:
        restarted_s = time.monotonic()
        while True:
            try:
                stage.microphone.start(stage.ear.on_frame, stage.ear.on_error)
                break
            except MicrophoneError:
                assert time.monotonic() - restarted_s < TIMEOUT_S
                time.sleep(0.05)
        stage.ear.frames.clear()
        stage.ear.wait_frames(5)
        back_s = time.monotonic()
        again = speech(1.0)
        stage.player.feed('c', again, last=True)
        while stage.reports.get(timeout=TIMEOUT_S)[0] != 'finished':
            pass
        stage.ear.wait_frames(5)
        match, _ = correlation(again, stage.ear.sound())
        stage.player.close()
        stage.microphone.stop()
        server.kill()
    return {
        'microphone_error': f'{type(error).__name__}: {error}',
        'microphone_ms': 1e3 * (lost_s - killed_s),
        'player_ms': 1e3 * (player_s - killed_s),
        'refusal': refusals[0],
        'microphone_back_s': back_s - restarted_s,
        'correlation_after': match,
    }


def frozen_server() -> dict:
    """The sound server stops answering for a while: nobody waits for it for long."""
    stage = Stage()
    stage.player.feed('a', speech(30.0), last=True)
    stage.next('started')
    stage.ear.wait_frames(10)
    os.kill(SERVER, signal.SIGSTOP)
    took: dict = {}
    try:
        begun_s = time.monotonic()
        stage.player.interrupt()
        took['interrupt_s'] = time.monotonic() - begun_s
        took['reported_s'] = stage.next('interrupted') - begun_s
        begun_s = time.monotonic()
        stage.microphone.stop()
        took['stop_s'] = time.monotonic() - begun_s
        begun_s = time.monotonic()
        try:
            stage.microphone.start(stage.ear.on_frame, stage.ear.on_error)
        except MicrophoneError as refusal:
            took['refusal'] = str(refusal)
        took['refused_s'] = time.monotonic() - begun_s
    finally:
        os.kill(SERVER, signal.SIGCONT)
    begun_s = time.monotonic()
    stage.microphone.start(stage.ear.on_frame, stage.ear.on_error)
    stage.ear.wait_frames(5)
    took['back_s'] = time.monotonic() - begun_s
    again = speech(1.0)
    stage.ear.frames.clear()
    stage.player.feed('b', again, last=True)
    while stage.reports.get(timeout=TIMEOUT_S)[0] != 'finished':
        pass
    stage.ear.wait_frames(10)
    took['correlation_after'], _ = correlation(again, stage.ear.sound())
    stage.player.close()
    stage.microphone.stop()
    return took


def refused_rate() -> dict:
    """The device refuses the rate asked for, ten times its own, and is used at its own."""
    rate, frame = 441000, 17640
    ear = Ear()
    microphone = PortAudioMicrophone(sample_rate=rate, frame_samples=frame)
    microphone.start(ear.on_frame, ear.on_error)
    ear.wait_frames(5)
    speaker = open_speaker(sample_rate=rate)
    times = np.arange(rate) / rate
    tone = (12000 * np.sin(2 * np.pi * (300 * times + 400 * times**2))).astype(np.int16)
    begun_s = time.monotonic()
    for start in range(0, rate, frame):
        speaker.write(tone[start : start + frame])
    speaker.write(np.zeros(round(speaker.latency_s * rate), np.int16))
    took_s = time.monotonic() - begun_s
    ear.wait_frames(10)
    speaker.close()
    microphone.stop()
    match, _ = correlation(tone, ear.sound())
    return {'correlation': match, 'shape': ear.frames[0][1].shape, 'took_s': took_s}


def unknown_devices() -> dict:
    """A device that is not there is refused, and those that are there are named."""
    refusals = []
    for device in ('no such thing', 99):
        try:
            PortAudioMicrophone(device).start(print, print)
        except MicrophoneError as refusal:
            refusals.append(str(refusal))
        try:
            open_speaker(str(device))
        except SpeakerError as refusal:
            refusals.append(str(refusal))
    ear = Ear()
    microphone = PortAudioMicrophone('pulse')
    microphone.start(ear.on_frame, ear.on_error)
    ear.wait_frames(1)
    microphone.stop()
    return {'refusals': refusals}


def late_device() -> dict:
    """A microphone that comes later is found, although the speaker was there and in use."""
    speaker = open_speaker()
    speaker.write(speech(0.1))
    ear = Ear()
    microphone = PortAudioMicrophone('late')
    while_playing = before = ''
    try:
        microphone.start(ear.on_frame, ear.on_error)
    except MicrophoneError as refusal:
        before = str(refusal)
    with (Path.home() / '.asoundrc').open('a') as config:
        config.write('pcm.late { type pulse }\n')
    try:
        microphone.start(ear.on_frame, ear.on_error)
    except MicrophoneError as refusal:
        while_playing = str(refusal)
    speaker.abort()
    microphone.start(ear.on_frame, ear.on_error)
    ear.wait_frames(1)
    speaker.write(speech(0.1))
    speaker.close()
    microphone.stop()
    return {'before': before, 'while_playing': while_playing}


SCENES = (
    loopback,
    interruption,
    killed_server,
    frozen_server,
    refused_rate,
    unknown_devices,
    late_device,
)

if __name__ == '__main__':
    (scene,) = (scene for scene in SCENES if scene.__name__ == sys.argv[1])
    print(json.dumps(scene()))
