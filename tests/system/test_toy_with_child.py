"""A scripted child and the whole toy: typed, spoken, touched; every activity, interrupted."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from front_door import Phoenix
from phoenix_msgs.msg import ActivityState, PlaybackEvent, SimulatedSensor, Transcript

from phoenix_activities.activities import ACTIVITIES
from phoenix_audio.wav import WavWriter, read_wav
from phoenix_core import events, plugins
from phoenix_core.testing import Probe, TestGraph
from phoenix_core.tracing import TraceContext
from phoenix_speech.piper_voice import PiperVoice
from phoenix_speech.speech_synthesizer import SpeechSynthesizer

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / 'samples'
STORY = ROOT / 'config' / 'en' / 'stories' / 'the_small_dragon.yaml'
# What the child says, the activity that begins, and whether it goes on until it is stopped.
BEGINNINGS = [
    ('tell me a story about a star', 'story', True),
    ('let us do a quiz', 'quiz', True),
    ('ask me a riddle', 'riddle', True),
    ('guess my animal', 'guess_animal', True),
    ('let us play simon says', 'simon_says', True),
    ('dance with me', 'dance', True),
    ('repeat after me', 'parrot', True),
    ('let us breathe', 'breathing', True),
    ('bedtime routine', 'bedtime', True),
    ('i am sad', 'feelings', True),
    ('what can you do', 'help', True),
    ('tell me a joke', 'conversation', False),
    ('make the light green', 'light', False),
    ('a bit softer', 'volume', False),
    ('set a timer for one hour', 'timer', False),
]


class Child:
    """Types, speaks and touches; expects what the toy does within one interaction."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self.rests = 0

    def type(self, text: str) -> TraceContext:
        context = self._probe.publish(
            events.TRANSCRIPT, kind=Transcript.FINAL, source=Transcript.TYPED, text=text
        )
        assert context is not None
        return context

    def touch(self) -> None:
        for value in (1.0, 0.0):
            self._probe.publish(
                events.SIMULATED_SENSOR, kind=SimulatedSensor.TOUCH, name='head', value=value
            )

    def expect_begun(self, activity: str, cause: TraceContext) -> None:
        """Wait until the activity was entered and speaks."""

        def caused(message: object) -> bool:
            return message.header.trace_id == cause.trace_id  # type: ignore[attr-defined]

        self._probe.expect(
            events.ACTIVITY_TRANSITION, lambda t: caused(t) and t.to_activity == activity, 30
        )
        self._probe.expect(
            events.AUDIO_PLAYBACK, lambda p: caused(p) and p.kind == PlaybackEvent.STARTED, 30
        )

    def expect_rest(self) -> None:
        """Wait until the toy rests in idle once more."""
        self.rests += 1
        self._probe.expect_count(
            events.ACTIVITY_STATE,
            self.rests,
            lambda s: (s.activity, s.phase) == ('idle', ActivityState.RESTING),
            timeout_s=60,
        )

    def expect_listening(self, count: int) -> None:
        self._probe.expect_count(
            events.ACTIVITY_STATE, count, lambda s: s.phase == ActivityState.LISTENING, 30
        )

    def interrupt(self) -> None:
        """Touch the toy in the middle of a sentence, and wait until it listens."""
        listened = self.listenings
        self.touch()
        self.expect_listening(listened + 1)

    @property
    def listenings(self) -> int:
        states = self._probe.recorded(events.ACTIVITY_STATE)
        return sum(state.phase == ActivityState.LISTENING for state in states)


@pytest.fixture
def probe() -> Iterator[Probe]:
    with TestGraph() as graph:
        toy = Phoenix(
            graph.domain,
            'run',
            PHOENIX_ACTIVITIES_QUIET_HOURS='',
            PHOENIX_ACTIVITIES_SEED='1',
        )
        try:
            toy.wait_for('ready')
            yield graph.probe(
                publishes=[events.TRANSCRIPT, events.SIMULATED_SOUND, events.SIMULATED_SENSOR],
                records=[
                    events.INTENT_DETECTED,
                    events.TOUCH,
                    events.ACTIVITY_STATE,
                    events.ACTIVITY_TRANSITION,
                    events.AUDIO_PLAYBACK,
                    events.SAY_REQUEST,
                    events.TRANSCRIPT,
                    events.FAULT,
                ],
            )
            code, _ = toy.interrupt()
            assert code == 130, toy.output
        finally:
            toy.kill()


@pytest.fixture
def child(probe: Probe) -> Child:
    """Meet the toy: what is published before DDS has connected everybody is lost."""
    child = Child(probe)
    child.expect_rest()
    until = time.monotonic() + 30
    for meet, event in (
        (child.touch, events.TOUCH),
        (lambda: child.type('stop'), events.INTENT_DETECTED),
    ):
        while not probe.recorded(event):
            assert time.monotonic() < until, f'no {event.name}'
            meet()
            try:
                probe.expect(event, timeout_s=1)
            except AssertionError:
                continue
    child.expect_rest()
    return child


@pytest.mark.long
def test_every_activity_begins_speaks_is_interrupted_and_ends(child, probe):
    for sentence, activity, goes_on in BEGINNINGS:
        child.expect_begun(activity, child.type(sentence))
        if goes_on:
            child.interrupt()
            child.type('stop')
        child.expect_rest()
    child.expect_begun('sleep', child.type('good night'))
    child.interrupt()
    child.type('stop')
    visited = {t.to_activity for t in probe.recorded(events.ACTIVITY_TRANSITION)}
    assert set(plugins.names(ACTIVITIES)) - visited == {'alarm'}
    assert probe.recorded(events.FAULT) == []


@pytest.mark.long
def test_a_spoken_story_is_interrupted_by_a_timer_and_goes_on(child, probe, tmp_path):
    child.expect_begun('timer', child.type('set a timer for twenty seconds'))
    child.expect_rest()
    recording = tmp_path / 'story.wav'
    speak(recording, 'Tell me a story about a dragon.')
    probe.publish(events.SIMULATED_SOUND, file=str(recording))
    heard = probe.expect(
        events.TRANSCRIPT,
        lambda t: t.kind == Transcript.FINAL and t.source == Transcript.SPOKEN,
        timeout_s=30,
    )
    assert 'dragon' in heard.text.lower()
    probe.expect(events.SAY_REQUEST, lambda say: 'Dario' in say.text, timeout_s=30)
    ring = probe.expect(
        events.ACTIVITY_TRANSITION, lambda t: t.to_activity == 'alarm', timeout_s=40
    )
    assert ring.from_activity == 'story'
    scene = yaml.safe_load(STORY.read_text())['scenes']['mountain']
    told = [say.text for say in probe.recorded(events.SAY_REQUEST)]
    interrupted = [text for text in told if text in (*scene['tell'], scene['ask'])][-1]
    child.touch()
    back = probe.expect(
        events.ACTIVITY_TRANSITION, lambda t: t.from_activity == 'alarm', timeout_s=30
    )
    assert back.to_activity == 'story'
    probe.expect_count(
        events.SAY_REQUEST, told.count(interrupted) + 1, lambda say: say.text == interrupted, 30
    )
    child.type('stop')
    child.expect_rest()
    assert probe.recorded(events.FAULT) == []


def speak(path: Path, text: str) -> None:
    """Write a recording: a person's wake word, and a sentence by the toy's own voice."""
    synthesizer = SpeechSynthesizer(
        {'piper': PiperVoice}, on_failure=lambda name, error: None, sample_rate=16000
    )
    with WavWriter(path, 16000) as writer:
        writer.write(read_wav(SAMPLES / 'hey_jarvis.wav'))
        for chunk in synthesizer.synthesize(text):
            writer.write(chunk)
        writer.write(np.zeros(16000, np.int16))
    synthesizer.close()
