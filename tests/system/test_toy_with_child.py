"""A scripted child and the whole toy: typed, spoken, touched; every activity, interrupted."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from front_door import Phoenix
from phoenix_msgs.msg import ActivityState, PlaybackEvent, SimulatedSensor, Transcript

from phoenix_activities.engine.installed import ACTIVITIES
from phoenix_audio.wav import WavWriter, read_wav
from phoenix_core import events
from phoenix_core.limits.limits import Limits
from phoenix_core.settings import plugins
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_core.testing import Probe, TestGraph, decide
from phoenix_speech.sentences import SpeechRules
from phoenix_speech.testing import steady_voice
from phoenix_speech.voice.speech_synthesizer import SpeechSynthesizer

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / 'samples'
STORIES = ROOT / 'config' / 'en' / 'stories'
# What the child says, the activity that begins, and whether it goes on until it is stopped.
BEGINNINGS = [
    ('tell me a story about a star', 'story', True),
    ('let us do a quiz', 'quiz', True),
    ('tell me a riddle', 'riddle', True),
    ('guess my animal', 'guess_animal', True),
    ('let us play simon says', 'simon_says', True),
    ('dance with me', 'dance', True),
    ('repeat after me', 'parrot', True),
    ('let us breathe', 'breathing', True),
    ('bedtime routine', 'bedtime', True),
    ('i am angry', 'feelings', True),
    ('what can you do', 'help', True),
    ('tell me a joke', 'conversation', False),
    ('make the light green', 'light', False),
    ('a bit softer', 'volume', False),
    ('set a timer for one hour', 'timer', False),
    ('i am sad', 'care', False),
]
BEGUN_BY_NO_WISH = {'alarm', 'limits', 'unsure'}
FOLLOWING_UP, LISTENING = ActivityState.FOLLOWING_UP, ActivityState.LISTENING


class Child:
    """Types, speaks and touches; expects what the toy does within one interaction."""

    def __init__(self, probe: Probe, record: Callable[..., Path]) -> None:
        self._probe = probe
        self._record = record
        self._calls = 0
        self.rests = 0

    def type(self, text: str) -> TraceContext:
        context = self._probe.publish(
            events.TRANSCRIPT, kind=Transcript.FINAL, source=Transcript.TYPED, text=text
        )
        assert context is not None
        return context

    def call(self, text: str) -> TraceContext:
        """Say the wake word and a sentence; return the interaction that begins with it."""
        self._play(text, wake_word=True)
        self._calls += 1
        wake = self._probe.expect_count(events.WAKE_WORD_DETECTED, self._calls, timeout_s=30)[-1]
        context = TraceContext.of(wake.header)
        assert context is not None
        return context

    def answer(self, text: str) -> None:
        """Say a sentence into the ear that the toy has opened by itself."""
        self._play(text, wake_word=False)

    def _play(self, text: str, *, wake_word: bool) -> None:
        recording = self._record(text, wake_word=wake_word)
        self._probe.publish(events.SIMULATED_SOUND, file=str(recording))

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

    def expect_listening(self, count: int, phase: int = LISTENING) -> None:
        self._probe.expect_count(
            events.ACTIVITY_STATE, count, lambda s: s.phase == phase, timeout_s=60
        )

    def expect_said(self, text: str, count: int = 1) -> None:
        self._probe.expect_count(
            events.SAY_REQUEST, count, lambda say: text in say.text, timeout_s=60
        )

    def interrupt(self) -> None:
        """Touch the toy in the middle of a sentence, and wait until it listens."""
        listened = self.listenings
        self.touch()
        self.expect_listening(listened + 1)

    @property
    def listenings(self) -> int:
        states = self._probe.recorded(events.ACTIVITY_STATE)
        return sum(state.phase == LISTENING for state in states)


@pytest.fixture(scope='module')
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Path]]:
    """Make recordings: a person's wake word, and a sentence by a voice without chance."""
    folder = tmp_path_factory.mktemp('recordings')
    synthesizer = SpeechSynthesizer(
        {'piper': lambda: steady_voice(folder)},
        SpeechRules.load(ROOT / 'config', 'en'),
        on_failure=lambda name, error: None,
    )

    def make(text: str, *, wake_word: bool) -> Path:
        path = folder / f'{text} {wake_word}.wav'
        if not path.exists():
            with WavWriter(path, 16000) as writer:
                if wake_word:
                    writer.write(read_wav(SAMPLES / 'hey_jarvis.wav'))
                for chunk in synthesizer.synthesize(f'{text[0].upper()}{text[1:]}.'):
                    writer.write(chunk)
                writer.write(np.zeros(16000, np.int16))
        return path

    yield make
    synthesizer.close()


@pytest.fixture
def graph() -> Iterator[TestGraph]:
    with TestGraph() as graph:
        yield graph


@pytest.fixture
def toy(graph: TestGraph, tmp_path: Path) -> Iterator[Phoenix]:
    decide(tmp_path, Limits(quiet_hours='', remember_facts=True))
    toy = Phoenix(
        graph.domain,
        'run',
        PHOENIX_ACTIVITIES_SEED='1',
        PHOENIX_ACTIVITIES_STATE_FILE='auto',
        XDG_STATE_HOME=str(tmp_path),
    )
    try:
        toy.wait_for('ready')
        yield toy
        code, _ = toy.interrupt()
        assert code == 130, toy.output
    finally:
        toy.kill()


@pytest.fixture
def probe(graph: TestGraph, toy: Phoenix) -> Probe:
    return graph.probe(
        publishes=[events.TRANSCRIPT, events.SIMULATED_SOUND, events.SIMULATED_SENSOR],
        records=[
            events.WAKE_WORD_DETECTED,
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


@pytest.fixture
def child(probe: Probe, record: Callable[..., Path]) -> Child:
    """Meet the toy: what is published before DDS has connected everybody is lost."""
    child = Child(probe, record)
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
    assert set(plugins.names(ACTIVITIES)) - visited == BEGUN_BY_NO_WISH
    assert probe.recorded(events.FAULT) == []


@pytest.mark.long
@pytest.mark.parametrize('part', range(3))
def test_every_activity_is_begun_and_interrupted_by_voice(child, probe, part):
    for sentence, activity, goes_on in BEGINNINGS[part::3]:
        child.expect_begun(activity, child.call(sentence))
        if goes_on:
            child.call('stop')
        child.expect_rest()
    child.expect_begun('sleep', child.call('good night'))
    assert probe.recorded(events.FAULT) == []


@pytest.mark.long
def test_a_story_is_told_to_a_child_who_answers_aloud_asks_and_leaves(child, probe):
    scenes = yaml.safe_load((STORIES / 'the_small_dragon.yaml').read_text())['scenes']
    child.expect_begun('story', child.call('tell me a story about a dragon'))
    child.expect_said(scenes['mountain']['ask'])
    child.expect_listening(1, FOLLOWING_UP)
    child.answer('he flies down to the village')
    child.expect_said(scenes['village']['tell'][0])
    child.expect_begun('conversation', child.call('what time is it'))
    child.expect_said(scenes['village']['tell'][0], 2)  # where it was interrupted
    child.expect_said(scenes['village']['ask'])
    child.expect_listening(2, FOLLOWING_UP)  # nobody answers, twice; then the toy chooses
    child.expect_listening(3, FOLLOWING_UP)
    words = yaml.safe_load((ROOT / 'config/en/activities/story.yaml').read_text())['phrases']
    probe.expect(events.SAY_REQUEST, lambda say: say.text in words['i_choose'], timeout_s=30)
    child.call('stop')
    child.expect_rest()
    assert probe.recorded(events.FAULT) == []


@pytest.mark.long
def test_a_spoken_story_is_interrupted_by_a_timer_and_goes_on(child, probe):
    child.expect_begun('timer', child.type('set a timer for twenty seconds'))
    child.expect_rest()
    child.expect_begun('story', child.call('tell me a story about a dragon'))
    ring = probe.expect(
        events.ACTIVITY_TRANSITION, lambda t: t.to_activity == 'alarm', timeout_s=40
    )
    assert ring.from_activity == 'story'
    scene = yaml.safe_load((STORIES / 'the_small_dragon.yaml').read_text())['scenes']['mountain']
    told = [say.text for say in probe.recorded(events.SAY_REQUEST)]
    interrupted = [text for text in told if text in (*scene['tell'], scene['ask'])][-1]
    child.touch()
    back = probe.expect(
        events.ACTIVITY_TRANSITION, lambda t: t.from_activity == 'alarm', timeout_s=30
    )
    assert back.to_activity == 'story'
    child.expect_said(interrupted, told.count(interrupted) + 1)
    child.type('stop')
    child.expect_rest()
    assert probe.recorded(events.FAULT) == []


@pytest.mark.long
def test_a_toy_that_is_killed_in_a_story_remembers_all_and_goes_on(child, probe, toy):
    scene = yaml.safe_load((STORIES / 'the_small_dragon.yaml').read_text())['scenes']['mountain']
    child.expect_begun('conversation', child.type('my name is mia'))
    child.expect_rest()
    child.expect_begun('timer', child.type('set a timer for one hour'))
    child.expect_rest()
    child.expect_begun('story', child.type('tell me a story about a dragon'))
    child.expect_said(scene['tell'][1])
    toy.kill_process('compose')
    child.expect_rest()  # a state: who begins anew tells it to all
    for number in range(60):  # what is published before DDS has connected everybody is lost
        heard = child.type('go on with the story')
        try:
            probe.expect(
                events.ACTIVITY_TRANSITION,
                lambda t, cause=heard: t.header.trace_id == cause.trace_id,
                timeout_s=1,
            )
            break
        except AssertionError:
            assert number < 59
    child.expect_said(scene['tell'][1], 2)
    child.type('stop')
    child.expect_begun('timer', child.type('how much time is left'))
    child.expect_said('59 minutes')
    child.expect_begun('conversation', child.type('what is my name'))
    child.expect_said('Mia', 2)
    assert {f.code for f in probe.recorded(events.FAULT)} <= {'node_died', 'node_lost'}
