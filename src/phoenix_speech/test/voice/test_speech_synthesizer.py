import threading
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest

from phoenix_speech.sentences import SpeechRules
from phoenix_speech.voice.speech_synthesizer import SpeechSynthesizer
from phoenix_speech.voice.voice_provider import VoiceError

RULES = SpeechRules.load(Path(__file__).parents[4] / 'config', 'en')


class Whistle:
    """A voice that whistles half a second per text, in two chunks, or fails where it is told."""

    def __init__(self, sample_rate: int = 22050, fail_at: int | None = None) -> None:
        self.sample_rate = sample_rate
        self.fail_at = fail_at  # before the chunk of that number
        self.texts: list[str] = []
        self.cancelled = False
        self.closed = False

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        self.texts.append(text)
        time_s = np.arange(self.sample_rate // 2) / self.sample_rate
        sound = (10_000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)
        try:
            for number, chunk in enumerate(np.array_split(sound, 2)):
                if number == self.fail_at:
                    raise VoiceError('lost its breath')
                yield chunk
        except GeneratorExit:
            self.cancelled = True
            raise

    def close(self) -> None:
        self.closed = True


class Mute(Whistle):
    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        yield from ()


class Endless(Whistle):
    """A voice that whistles until it is closed, which waits until nobody listens any more."""

    def __init__(self) -> None:
        super().__init__()
        self.began = threading.Event()
        self.listener: threading.Thread | None = None

    def synthesize(self, text: str) -> Generator[np.ndarray, None, None]:
        while not self.closed:
            yield np.ones(1000, np.int16)
            self.began.set()
        raise VoiceError('closed in the middle')

    def close(self) -> None:
        super().close()
        if self.listener is not None:
            self.listener.join(10)
            assert not self.listener.is_alive()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def synthesizer_of(failures: list[str]) -> Callable[..., SpeechSynthesizer]:
    def make(*voices: Whistle | Exception, **options: object) -> SpeechSynthesizer:
        def factory(voice: Whistle | Exception) -> Callable[[], Whistle]:
            def get() -> Whistle:
                if isinstance(voice, Exception):
                    raise voice
                return voice

            return get

        return SpeechSynthesizer(
            {f'voice {number}': factory(voice) for number, voice in enumerate(voices)},
            RULES,
            on_failure=lambda name, error: failures.append(f'{name}: {error}'),
            **options,  # type: ignore[arg-type]
        )

    return make


def spoken(synthesizer: SpeechSynthesizer, text: str) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.int16), *synthesizer.synthesize(text)])


@pytest.mark.parametrize('voice_rate', [8000, 16000, 22050, 48000])
def test_speaks_at_the_wanted_rate(
    voice_rate: int, synthesizer_of: Callable[..., SpeechSynthesizer]
) -> None:
    sound = spoken(synthesizer_of(Whistle(voice_rate)), 'Hi!')
    assert sound.dtype == np.int16
    assert len(sound) == pytest.approx(8000, abs=2)
    expected = 10_000 * np.sin(2 * np.pi * 440 * np.arange(len(sound)) / 16000)
    middle = slice(200, -200)  # no click where the chunks meet
    assert np.abs(sound - expected)[middle].max() < 100


def test_the_first_chunk_does_not_wait_for_the_rest(
    synthesizer_of: Callable[..., SpeechSynthesizer],
) -> None:
    voice = Whistle()
    sound = synthesizer_of(voice).synthesize('Hello. How are you?')
    assert 3000 < len(next(sound)) < 4000
    assert voice.texts == ['Hello.']
    sound.close()
    assert voice.cancelled


@pytest.mark.parametrize('text', ['', ' ', '...', '?! 😀'])
def test_nothing_to_say_is_silence(
    text: str, synthesizer_of: Callable[..., SpeechSynthesizer]
) -> None:
    voice = Whistle()
    assert len(spoken(synthesizer_of(voice), text)) == 0
    assert voice.texts == []


@pytest.mark.parametrize(
    ('broken', 'reason'),
    [
        (Whistle(fail_at=0), 'lost its breath'),
        (Mute(), 'made no sound'),
        (VoiceError('not installed'), 'not installed'),
        (ImportError('no module'), 'no module'),
    ],
)
def test_the_next_voice_speaks_when_one_fails(
    broken: Whistle | Exception,
    reason: str,
    synthesizer_of: Callable[..., SpeechSynthesizer],
    failures: list[str],
) -> None:
    good = Whistle()
    synthesizer = synthesizer_of(broken, good)
    assert len(spoken(synthesizer, 'Hello. Bye.')) > 15_000
    assert good.texts == ['Hello.', 'Bye.']
    assert failures == [f'voice 0: {reason}']  # once: then it is left out for a while
    assert synthesizer.last_voice == 'voice 1'


def test_no_other_voice_repeats_half_a_sentence(
    synthesizer_of: Callable[..., SpeechSynthesizer], failures: list[str]
) -> None:
    good = Whistle()
    sound = synthesizer_of(Whistle(fail_at=1), good).synthesize('Hello. Bye.')
    assert len(next(sound))
    with pytest.raises(VoiceError, match='voice 0 broke off: lost its breath'):
        list(sound)
    assert good.texts == [] and failures == ['voice 0: lost its breath']


def test_a_voice_comes_back(synthesizer_of: Callable[..., SpeechSynthesizer]) -> None:
    clock = Clock()
    first = Whistle(fail_at=0)
    synthesizer = synthesizer_of(first, Whistle(), clock=clock)

    def speaker_at(now: float) -> str:
        clock.now = now
        spoken(synthesizer, f'It is {now}.')
        return synthesizer.last_voice

    assert speaker_at(0) == 'voice 1'
    first.fail_at = None
    assert [speaker_at(now) for now in (9, 10)] == ['voice 1', 'voice 0']


def test_all_voices_fail(synthesizer_of: Callable[..., SpeechSynthesizer]) -> None:
    synthesizer = synthesizer_of(Mute(), VoiceError('not installed'))
    expected = 'no voice works: voice 0: made no sound; voice 1: not installed'
    with pytest.raises(VoiceError, match=expected):
        spoken(synthesizer, 'Hello')
    with pytest.raises(VoiceError, match='voice 0: failed a moment ago'):
        spoken(synthesizer, 'Hello')


def test_short_phrases_are_made_once(synthesizer_of: Callable[..., SpeechSynthesizer]) -> None:
    voice = Whistle()
    synthesizer = synthesizer_of(voice)
    synthesizer.warm(['Hello. Bye.', 'Yes?'])
    first = spoken(synthesizer, 'Yes?')
    assert np.array_equal(first, spoken(synthesizer, '  Yes? '))
    spoken(synthesizer, 'Bye. Hello.')
    assert voice.texts == ['Hello.', 'Bye.', 'Yes?']


def test_a_phrase_is_kept_while_its_voice_rests(
    synthesizer_of: Callable[..., SpeechSynthesizer],
) -> None:
    first, second = Whistle(), Whistle()
    synthesizer = synthesizer_of(first, second)
    synthesizer.warm(['Yes?'])
    first.fail_at = 0
    spoken(synthesizer, 'No.')
    spoken(synthesizer, 'Yes?')
    assert second.texts == ['No.'] and synthesizer.last_voice == 'voice 0'


def test_a_cancelled_phrase_is_not_kept(synthesizer_of: Callable[..., SpeechSynthesizer]) -> None:
    synthesizer = synthesizer_of(Whistle())
    half = synthesizer.synthesize('Yes?')
    next(half)
    half.close()
    assert len(spoken(synthesizer, 'Yes?')) > 7900


def test_the_cache_keeps_what_was_used_last(
    synthesizer_of: Callable[..., SpeechSynthesizer],
) -> None:
    voice = Whistle()
    synthesizer = synthesizer_of(voice, cache_bytes=35_000)  # two phrases of 16 kB
    for text in ('One.', 'Two.', 'One.', 'Three.', 'One.', 'Two.'):
        spoken(synthesizer, text)
    assert voice.texts == ['One.', 'Two.', 'Three.', 'Two.']


def test_long_sentences_do_not_push_phrases_out(
    synthesizer_of: Callable[..., SpeechSynthesizer],
) -> None:
    voice = Whistle()
    synthesizer = synthesizer_of(voice, cache_bytes=17_000)  # one phrase
    long = 'Thisisonelongwordthatnobodyeversaysagainsoitisnotworthkeepingatall.'
    for text in ('Yes?', long, long, 'Yes?'):
        spoken(synthesizer, text)
    assert voice.texts == ['Yes?', long, long]


def test_what_is_handed_out_cannot_spoil_the_cache(
    synthesizer_of: Callable[..., SpeechSynthesizer],
) -> None:
    synthesizer = synthesizer_of(Whistle())
    synthesizer.warm(['Yes?'])
    with pytest.raises(ValueError, match='read-only'):
        next(synthesizer.synthesize('Yes?'))[:] = 0


def test_closes_its_voices(synthesizer_of: Callable[..., SpeechSynthesizer]) -> None:
    used, unused = Whistle(), Whistle()
    synthesizer = synthesizer_of(used, unused)
    spoken(synthesizer, 'Hi!')
    synthesizer.close()
    assert used.closed and not unused.closed


def test_what_is_being_said_while_it_is_closed_breaks_off_and_no_further_voice_is_made(
    synthesizer_of: Callable[..., SpeechSynthesizer], failures: list[str]
) -> None:
    first, second = Endless(), Whistle()
    synthesizer = synthesizer_of(first, second)
    problems = []

    def listen() -> None:
        try:
            spoken(synthesizer, 'Hello.')
        except VoiceError as error:
            problems.append(str(error))

    first.listener = threading.Thread(target=listen)
    first.listener.start()
    assert first.began.wait(10)
    synthesizer.close()
    assert problems == ['closed']
    assert (second.texts, failures) == ([], [])


def test_a_voice_that_was_made_while_it_was_closed_is_closed(
    synthesizer_of: Callable[..., SpeechSynthesizer],
) -> None:
    voice = Whistle()
    synthesizer = synthesizer_of(voice)
    synthesizer.close()
    with pytest.raises(VoiceError, match='closed'):
        spoken(synthesizer, 'Hello.')
    assert voice.closed
    assert voice.texts == []


def test_needs_a_voice() -> None:
    with pytest.raises(ValueError, match='at least one'):
        SpeechSynthesizer({}, RULES, on_failure=lambda name, error: None)


def test_a_voice_that_may_not_be_used_is_given_no_text():
    failures: list[str] = []
    far, near = Whistle(), Whistle()
    synthesizer = SpeechSynthesizer(
        {'far': lambda: far, 'near': lambda: near},
        RULES,
        on_failure=lambda name, error: failures.append(f'{name}: {error}'),
        may_use=lambda voice: voice is not far,
    )
    assert list(synthesizer.synthesize('Hello.'))
    assert (far.texts, near.texts) == ([], ['Hello.'])
    assert failures == ['far: a parent does not allow it']
