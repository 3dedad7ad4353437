"""Wake words on a Wyoming server: wyoming's own, and servers that misbehave."""

import threading
import time
from concurrent.futures import Future

import numpy as np
import pytest
from wyoming_servers import (
    HOST,
    HearsAll,
    HearsNothing,
    Spotter,
    deaf,
    flood,
    liar,
    mute,
    serving,
    short_of_breath,
    told,
    wyomings_own,
)

from phoenix_home.wyoming import wake_word_stream
from phoenix_home.wyoming.connection import WyomingError
from phoenix_home.wyoming.wake_word import WyomingWakeWord, WyomingWakeWordSettings

FRAME = 640
SILENCE = np.zeros(FRAME, np.int16)
CALL = np.full(FRAME, 8000, np.int16)
CALLS = {'hey_jarvis': np.tile(CALL, 10)}


@pytest.fixture
def engine():
    made = []

    def make(port, limit_s=5.0, calls=CALLS):
        own = WyomingWakeWordSettings(port=port, limit_s=limit_s)
        made.append(WyomingWakeWord(own, calls))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    Spotter.asked, Spotter.answers = [], True
    monkeypatch.setattr(wake_word_stream, 'WATCH_S', 0.05)


def until(condition, limit_s=10.0):
    """Wait until a condition of another thread holds; the engine calls nobody back."""
    pause, end = threading.Event(), time.monotonic() + limit_s
    while not (result := condition()):
        assert time.monotonic() < end, 'it did not come to that'
        pause.wait(0.01)
    return result


def failure(engine, limit_s=10.0):
    """Wait until an engine has failed; return why."""
    with pytest.raises(WyomingError) as failed:
        until(lambda: engine.is_ready() and False, limit_s)
    return str(failed.value)


def test_a_phrase_is_scored_where_the_server_heard_it(engine):
    with serving(wyomings_own(Spotter)) as port:
        ear = engine(port)
        until(lambda: ear.is_ready())
        ear.reset()
        scores = []
        for _ in range(50):
            scores += ear.scores(SILENCE)
        scores += ear.scores(CALL)

        def heard():
            scores.extend(ear.scores(SILENCE))
            return any(step['hey_jarvis'] for step in scores)

        until(heard)
        for _ in range(30):
            scores += ear.scores(SILENCE)
    assert {value for step in scores for value in step.values()} == {0.0, 1.0}
    first = next(number for number, step in enumerate(scores) if step['hey_jarvis'])
    assert first * ear.step_samples == pytest.approx(50 * FRAME, abs=2 * ear.step_samples)
    ended = [step['hey_jarvis'] for step in scores[first:]]
    assert ended.index(0.0) >= 20 and not any(ended[ended.index(0.0) :])
    assert Spotter.asked == ['hey_jarvis'] * 2


def test_what_is_forgotten_is_not_told(engine, monkeypatch):
    with serving(wyomings_own(Spotter)) as port:
        ear = engine(port)
        until(lambda: ear.is_ready())
        ear.reset()
        with monkeypatch.context() as slow:
            slow.setattr(ear, '_take', lambda: False)  # a quick server is heard in the same call
            ear.scores(CALL)
        until(lambda: ear._heard)
        ear.reset()
        steps = [step for _ in range(50) for step in ear.scores(SILENCE)]
    assert steps and not any(step['hey_jarvis'] for step in steps)


def test_a_server_that_is_not_there_is_told_with_its_address(engine):
    with serving(mute) as port:
        pass
    assert f'{HOST}:{port}' in failure(engine(port))


@pytest.mark.parametrize(
    ('server', 'why'),
    [
        (mute, 'does not hear the recording of hey_jarvis within 0.5 s'),
        (deaf, 'does not hear the recording of hey_jarvis within 0.5 s'),
        (short_of_breath, ''),
        (liar(b'HTTP/1.1 200 OK\r\n\r\n'), 'breaks off'),
        (liar(b'[1, 2]\n'), 'something else'),
        (liar(b'{"type": "detection", "data": 5}\n'), 'something else'),
        (liar(b'{"type": "x", "payload_length": 99999999999}\n'), 'too much'),
        (liar(told('detection', name='hey_jarvis')), 'in silence'),
        (liar(told('error', text='no')), 'reports an error'),
        (flood(told('pong', bytes(10_000))), 'too much'),
        (wyomings_own(HearsAll), 'in silence'),
        (wyomings_own(HearsNothing), 'does not hear the recording of hey_jarvis within 0.5 s'),
    ],
)
def test_a_server_that_does_not_hear_or_lies_is_not_used(engine, server, why):
    with serving(server) as port:
        ear = engine(port, 0.5)
        assert why in failure(ear)
        with pytest.raises(WyomingError):
            ear.scores(CALL)


def test_a_server_that_hangs_is_noticed(engine):
    with serving(wyomings_own(Spotter)) as port:
        ear = engine(port, 0.5)
        until(lambda: ear.is_ready())
        Spotter.answers = False
        assert 'gives no answer within 0.5 s' in failure(ear)


def test_a_server_that_goes_away_is_noticed(engine):
    with serving(wyomings_own(Spotter)) as port:
        ear = engine(port)
        until(lambda: ear.is_ready())
    assert f'{HOST}:{port}' in failure(ear)


def test_a_server_that_hears_the_phrase_without_end_is_left(engine):
    with serving(wyomings_own(HearsAll)) as port:
        ear = engine(port, calls={})
        until(lambda: ear.is_ready())

        def on():
            ear.scores(SILENCE)

        with pytest.raises(WyomingError, match='without end'):
            until(on)


def test_a_server_that_is_left_this_moment_is_told_like_one_that_was_left(engine, monkeypatch):
    with serving(wyomings_own(HearsAll)) as port:
        ear = engine(port, calls={})
        until(lambda: ear.is_ready())
        ending: Future[None] = Future()
        monkeypatch.setattr(ear, '_work', ending)
        monkeypatch.setattr(ear._stream, 'is_open', False)
        threading.Timer(0.1, ending.set_exception, [WyomingError('breaks off')]).start()
        with pytest.raises(WyomingError, match='breaks off'):
            ear.scores(SILENCE)


def test_a_server_that_floods_is_left(engine, monkeypatch):
    monkeypatch.setattr(wake_word_stream, 'WATCH_S', 2.0)  # each watch allows as much again
    with serving(flood(told('info', bytes(10_000)))) as port:
        assert 'too much' in failure(engine(port, calls={}))


def test_a_server_that_becomes_deaf_is_noticed(engine, monkeypatch):
    monkeypatch.setattr(wake_word_stream, 'CHECK_S', 0.1)
    with serving(wyomings_own(Spotter)) as port:
        ear = engine(port, 0.5)
        until(lambda: ear.is_ready())
        monkeypatch.setattr(Spotter, 'hears', HearsNothing.hears)
        assert 'does not hear the recording' in failure(ear)


@pytest.mark.parametrize(
    'host', ['192.168.1.10', 'home.local', 'fd00::1', '127.0.0.1.example.org']
)
def test_the_room_is_sent_to_no_other_machine(host):
    with pytest.raises(ValueError, match='must be this machine'):
        WyomingWakeWordSettings(host=host)


@pytest.mark.parametrize('host', ['127.0.0.1', 'localhost', '::1'])
def test_this_machine_has_several_names(host):
    assert WyomingWakeWordSettings(host=host).host == host
