"""
Makes the sessions in this folder: a recorded voice, touches and typed words to the whole toy.

    . .venv/phoenix.env; .venv/bin/python tests/bags/generate.py [NAME...]

The whole toy runs, from the microphone on, on simulated time: wake word, recognizer and voices are
the real ones. What a person says is "hey Jarvis" of samples/, and Piper's voice after it.
What each session must hold is in README.md, and in test_sessions.py.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import soxr
from phoenix_msgs.msg import PlaybackEvent

from phoenix_audio.wav import WavWriter, read_wav
from phoenix_bringup.process_table import acting_nodes
from phoenix_core import events
from phoenix_speech.voice.providers import piper_worker
from phoenix_speech.voice.providers.piper import PiperVoice
from phoenix_tools.bags.accept import write_session
from phoenix_tools.bags.recording import RecordingProfile, recorded_events
from phoenix_tools.bags.scripted_session import ScriptedSession

FOLDER = Path(__file__).parent
SAMPLES = FOLDER.parents[1] / 'samples'
START_NS = 1_790_000_000 * 1_000_000_000  # a September morning in UTC
RATE = 16000
SEED = 11


@cache
def voice() -> PiperVoice:
    return PiperVoice()


def spoken(text: str, folder: Path, *, wake: bool = True) -> Path:
    """Return a recording of somebody who says this to the toy."""
    sound = np.concatenate(list(voice().synthesize(text)))
    sound = soxr.resample(sound.astype(np.float32), voice().sample_rate, RATE).astype(np.int16)
    pause = np.zeros(RATE // 4, np.int16)
    parts = [read_wav(SAMPLES / 'hey_jarvis.wav'), pause, sound] if wake else [sound]
    file = folder / f'{len(list(folder.iterdir()))}.wav'
    with WavWriter(file, RATE) as writer:
        writer.write(np.concatenate(parts))
    return file


def started(message: PlaybackEvent) -> bool:
    return message.kind == PlaybackEvent.STARTED


def greeting(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Hello!', folder))
    script.wait_until_at_rest()


def light(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Turn on the light.', folder))
    script.wait_until_at_rest()
    script.person.type_sentence('make the light blue')
    script.wait_until_at_rest()


def story(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Tell me a story about a dragon.', folder))
    script.wait_for(events.AUDIO_PLAYBACK, started)
    script.wait_for(events.AUDIO_PLAYBACK, started)
    script.wait(2.0)
    script.person.type_sentence('stop')
    script.wait(3.0)


def timer(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Set a timer for ten seconds.', folder))
    script.wait_until_at_rest()
    script.wait_until_at_rest()  # it rings
    script.person.touch('head')
    script.wait(3.0)


def sleep_and_wake(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Good night.', folder))
    script.wait_until_at_rest()
    script.wait(5.0)
    script.person.press('talk')
    script.wait(1.0)
    script.person.play(spoken('What is your name?', folder, wake=False))
    script.wait_until_at_rest()


def interruption(script: ScriptedSession, folder: Path) -> None:
    script.person.type_sentence('tell me a story about a firefly')
    script.wait_for(events.AUDIO_PLAYBACK, started)
    script.wait(1.5)
    script.person.touch('head')
    script.wait(0.8)
    script.person.play(spoken('Tell me a joke.', folder, wake=False))
    script.wait_for(events.AUDIO_PLAYBACK, started)
    script.wait_for(events.AUDIO_PLAYBACK, started)  # it goes on with the story
    script.wait(1.0)
    script.person.type_sentence('stop')
    script.wait(3.0)


def unknown_request(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Why do penguins not fly to the moon?', folder))
    script.wait_until_at_rest()


def nobody_speaks(script: ScriptedSession, folder: Path) -> None:
    script.person.press('talk')
    script.wait_until_at_rest()


def server_down(script: ScriptedSession, folder: Path) -> None:
    unknown_request(script, folder)


def no_voice(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Turn on the light.', folder))
    script.wait_until_at_rest()
    script.person.type_sentence('tell me a joke')
    script.wait_until_at_rest()


def voice_hangs(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Turn on the light.', folder))
    script.wait_until_at_rest()
    for process in psutil.Process().children():
        if piper_worker.__name__ in process.cmdline() and process.pid != voice().pid:
            process.send_signal(signal.SIGSTOP)
    script.person.type_sentence('tell me a joke')
    script.wait_until_at_rest()
    script.wait(10.0)  # then it is tried again
    script.person.type_sentence('make the light blue')
    script.wait_until_at_rest()


def no_speaker(script: ScriptedSession, folder: Path) -> None:
    script.person.play(spoken('Turn on the light.', folder))
    script.wait(6.0)  # what is said is over at once
    script.person.type_sentence('tell me a joke')
    script.wait(3.0)


SETTINGS = {
    'server_down': {
        'conversation': {
            'providers': ['openai', 'scripted'],
            'openai.base_url': 'http://127.0.0.1:9/v1',
        }
    },
    # A voice without its model, and no device to play on.
    'no_voice': {'voice': {'providers': ['piper'], 'piper.model': '/missing/voice.onnx'}},
    'voice_hangs': {'voice': {'providers': ['piper']}},
    'no_speaker': {'speaker': {'simulated.present': False}},
}
SESSIONS = {
    function.__name__: function
    for function in (
        greeting, light, story, timer, sleep_and_wake, interruption, unknown_request,
        nobody_speaks, server_down, no_voice, voice_hangs, no_speaker,
    )
}  # fmt: skip
WITH_SOUND = ('light',)  # one, to be replayed from sound


def make(name: str, target: Path) -> None:
    """Make a session anew."""
    settings = {'activities': {'seed': SEED}, 'conversation': {'seed': SEED}}
    for node, values in SETTINGS.get(name, {}).items():
        settings[node] = {**settings.get(node, {}), **values}
    kept = recorded_events(RecordingProfile.SESSION, audio=name in WITH_SOUND)
    kept = [event for event in kept if event not in (events.NODE_STATUS, events.AUDIO_PLAYED)]
    with (
        tempfile.TemporaryDirectory() as folder,
        ScriptedSession(acting_nodes(), settings, START_NS) as script,
    ):
        SESSIONS[name](script, Path(folder))
        session = script.session(target, kept, '/phoenix')
    if target.exists():
        shutil.rmtree(target)
    write_session(target, session.namespace, session.events, session.settings, 0)
    print(f'{target}: {len(session.events)} events')


if __name__ == '__main__':
    os.environ['TZ'] = 'UTC'
    time.tzset()
    for chosen in sys.argv[1:] or SESSIONS:
        make(chosen, FOLDER / chosen)
