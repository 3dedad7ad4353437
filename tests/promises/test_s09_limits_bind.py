"""S9: what a parent has decided binds, on the real graph, whoever asks for something else."""

import threading
from pathlib import Path

import numpy as np
import pytest
from phoenix_msgs.msg import (
    CapabilityStatus,
    ConversationEvent,
    ConversationRequest,
    PlaybackEvent,
    Slot,
)
from phoenix_msgs.srv import ForgetAll, GetLimits, SetLimits, SetPin

from phoenix_activities.engine.node import Activities
from phoenix_audio.speaker.node import Speaker
from phoenix_core import events
from phoenix_core.limits.announced import Announced
from phoenix_core.limits.limits import LanguageModel, Limits
from phoenix_core.limits.parent_file import ParentFile
from phoenix_core.storage.toy_file import ToyFile
from phoenix_core.testing import decide
from phoenix_speech.conversation.node import Conversation

ALWAYS_NIGHT = Limits(quiet_hours='00:00-23:59')
NO_TIME = Limits(quiet_hours='', daily_minutes=0)
SOUND = np.full(8000, 10_000, np.int16)


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=Activities.declarations.subscribes, records=Activities.declarations.publishes
    )


@pytest.fixture
def limit(graph):
    """Put limits in force while the toy runs."""
    return lambda limits: decide(Path(graph.state_home), limits)


@pytest.fixture
def parent_file(graph):
    return ParentFile.of({'XDG_STATE_HOME': graph.state_home}, '/phoenix')


def slots(values):
    return [Slot(name=name, value=value) for name, value in values.items()]


def answer(probe, cause):
    """Return what the toy says to something, and let it be spoken."""
    say = probe.expect(events.SAY_REQUEST, lambda s: s.header.trace_id == cause.trace_id)
    for kind in (PlaybackEvent.STARTED, PlaybackEvent.FINISHED):
        probe.publish(events.AUDIO_PLAYBACK, kind=kind, utterance_id=say.utterance_id)
    return say.text


def want(probe, intent, **values):
    cause = probe.publish(
        events.INTENT_DETECTED, name=intent, slots=slots(values), confidence=1.0, text='words'
    )
    return answer(probe, cause)


def request(probe, activity):
    return answer(probe, probe.publish(events.ACTIVITY_REQUEST, activity=activity))


def said(node, phrase):
    return getattr(node.manager.activities['limits'].words.phrases, phrase).root


def test_no_dance_at_night_by_a_child_or_a_model(graph, probe, limit):
    node = graph.add(Activities)
    limit(ALWAYS_NIGHT)
    assert want(probe, 'dance') in said(node, 'night')
    assert request(probe, 'dance') in said(node, 'night')
    limit(Limits(quiet_hours=''))
    assert want(probe, 'dance') not in said(node, 'night')


def test_volume_100_at_night_is_the_ceiling(graph, probe, limit):
    graph.add(Activities)
    limit(ALWAYS_NIGHT)
    want(probe, 'volume_set', level='100')
    assert probe.expect_count(events.VOLUME, 2)[-1].level == pytest.approx(0.4)


def test_no_play_when_the_time_is_used_up_but_care(graph, probe, limit):
    node = graph.add(Activities)
    limit(NO_TIME)
    assert want(probe, 'story') in said(node, 'day')
    assert request(probe, 'quiz') in said(node, 'day')
    assert want(probe, 'care', say='Get a grown-up.', grave='yes') == 'Get a grown-up.'
    want(probe, 'mute')
    assert probe.expect(events.VOLUME, lambda v: v.muted)


def test_a_damaged_file_means_the_strictest_limits_and_a_fault(
    graph, probe, parent_file, expect_health
):
    node = graph.add(Activities)
    parent_file.path.write_text('{')
    assert want(probe, 'story') in said(node, 'day')
    fault = probe.expect(events.FAULT, lambda f: f.code == 'limits_unreadable')
    assert 'is damaged' in fault.message
    expect_health('activities', CapabilityStatus.DEGRADED, 'limits_unreadable')
    parent_file.path.unlink()
    want(probe, 'mute')
    expect_health('activities', CapabilityStatus.OK)


@pytest.mark.parametrize(('ceiling', 'wanted', 'heard'), [(30, 1.0, 0.3), (30, 0.1, 0.1)])
def test_the_speaker_has_the_last_word_about_the_volume(graph, limit, ceiling, wanted, heard):
    probe = graph.probe(
        publishes=[events.VOLUME, events.AUDIO_OUTPUT],
        records=[events.VOLUME, events.AUDIO_PLAYED, events.AUDIO_PLAYBACK],
    )
    limit(Limits(quiet_hours='', volume_ceiling=ceiling))
    graph.add(Speaker)
    probe.publish(events.VOLUME, level=wanted)  # of anybody on the graph
    probe.expect(events.VOLUME)
    assert loudest(probe, 'a') == pytest.approx(10_000 * heard, abs=1)
    limit(Limits(quiet_hours='', volume_ceiling=5))  # holds from the next utterance on
    assert loudest(probe, 'b') == pytest.approx(500, abs=1)


def loudest(probe, name):
    probe.publish(
        events.AUDIO_OUTPUT,
        stream_id=name,
        sequence=0,
        sample_rate=16000,
        channels=1,
        samples=memoryview(SOUND).cast('B').cast('h'),
        last=True,
    )
    probe.expect(
        events.AUDIO_PLAYBACK,
        lambda e: e.kind == PlaybackEvent.FINISHED and e.utterance_id == name,
    )
    frames = [f for f in probe.recorded(events.AUDIO_PLAYED) if f.stream_id == name]
    return max(max(frame.samples) for frame in frames)


class Elsewhere:
    """A chat model on a server somewhere; it keeps what it was asked."""

    name = 'elsewhere'
    address: 'str | None' = 'https://models.example.org/v1'
    asked: 'list[str]' = []

    def __init__(self, settings):
        self.asked.clear()

    async def stream(self, messages):
        self.asked.append(messages[-1]['content'])
        yield 'The moon is far away.'

    async def close(self):
        pass


class Untold(Elsewhere):
    """One that does not say where it is."""

    address = None

    def __getattribute__(self, name):
        if name == 'address':
            raise AttributeError(name)
        return super().__getattribute__(name)


@pytest.fixture
def talk(graph, provide):
    provide('phoenix.chat_models', 'Elsewhere', 'Untold')
    probe = graph.probe(
        publishes=[events.CONVERSATION_REQUEST], records=[events.CONVERSATION, events.FAULT]
    )

    def ask(text):
        cause = probe.publish(
            events.CONVERSATION_REQUEST, kind=ConversationRequest.REPLY, text=text
        )

        def of(kind):
            return lambda e: e.kind == kind and e.header.trace_id == cause.trace_id

        probe.expect(events.CONVERSATION, of(ConversationEvent.ENDED))
        told = filter(of(ConversationEvent.SENTENCE), probe.recorded(events.CONVERSATION))
        return [sentence.text for sentence in told]

    ask.probe = probe
    return ask


@pytest.mark.parametrize('name', ['Elsewhere', 'Untold'])
@pytest.mark.parametrize('model', [LanguageModel.OFF, LanguageModel.THIS_MACHINE])
def test_no_word_goes_to_a_model_that_is_not_allowed(graph, limit, talk, name, model):
    limit(Limits(quiet_hours='', language_model=model))
    graph.add(Conversation, parameters={'providers': [name, 'scripted']})
    for _ in range(2):
        assert talk('My secret is blue.')  # the script answers
    assert Elsewhere.asked == []
    (fault,) = [f for f in talk.probe.recorded(events.FAULT) if f.code == 'chat_model_not_allowed']
    assert fault.message == 'elsewhere: a parent does not allow it'


def test_the_first_time_the_toy_says_that_words_leave_the_house(graph, limit, talk):
    limit(Limits(quiet_hours='', language_model=LanguageModel.ELSEWHERE))
    parameters = {'providers': ['Elsewhere', 'scripted']}
    node = graph.add(Conversation, parameters=parameters)
    first, reply = talk('Is the moon far?')
    assert 'goes there' in first
    assert 'grown-ups see where' in first
    assert talk('How far?') == [reply] == ['The moon is far away.']
    graph.call(node.stop)
    graph.add(Conversation, parameters=parameters)
    assert talk('Is it cold?') == [reply]  # it was said, and a restart does not forget that
    limit(Limits(quiet_hours='', language_model=LanguageModel.OFF))
    assert talk('Is it round?') != [reply]
    assert Elsewhere.asked == ['Is it cold?']
    path = ToyFile.ANNOUNCED.path({'XDG_STATE_HOME': graph.state_home}, '/phoenix')
    assert Announced(path).servers == ['https://models.example.org']


def call(probe, kind, name, **fields):
    client = probe.create_client(kind, f'/phoenix/activities/{name}')
    assert client.wait_for_service(10)
    answered = threading.Event()
    future = client.call_async(kind.Request(**fields))
    future.add_done_callback(lambda _: answered.set())
    assert answered.wait(10)
    return future.result()


def test_a_page_changes_limits_with_the_pin_alone(graph, probe, parent_file):
    node = graph.add(Activities)
    told = call(probe, GetLimits, 'get_limits')
    assert (told.pin_set, told.problem, told.limits.daily_minutes) == (False, '', -1)
    assert told.servers == []
    assert {'dance', 'story'} <= set(told.activities)
    assert not {'idle', 'care', 'alarm'} & set(told.activities)
    told.limits.daily_minutes = 0
    refused = call(probe, SetLimits, 'set_limits', pin='', limits=told.limits)
    assert (refused.accepted, 'no PIN yet' in refused.reason) == (False, True)
    assert 'four to twelve' in call(probe, SetPin, 'set_pin', new_pin='47').reason
    assert call(probe, SetPin, 'set_pin', new_pin='4711').accepted
    wrong = call(probe, SetPin, 'set_pin', pin='', new_pin='0815')
    assert (wrong.accepted, wrong.wrong_pin, wrong.wait_s) == (False, True, 0)
    assert not call(probe, SetLimits, 'set_limits', pin='0000', limits=told.limits).accepted
    assert parent_file.limits.daily_minutes is None
    assert call(probe, SetLimits, 'set_limits', pin='4711', limits=told.limits).accepted
    assert want(probe, 'story') in said(node, 'day')
    told.limits.volume_ceiling = 101
    refused = call(probe, SetLimits, 'set_limits', pin='4711', limits=told.limits)
    assert 'volume_ceiling' in refused.reason
    told.limits.volume_ceiling, told.limits.language_model = 100, 9
    assert (
        'language_model'
        in call(probe, SetLimits, 'set_limits', pin='4711', limits=told.limits).reason
    )
    for _ in range(3):
        assert not call(probe, ForgetAll, 'forget_all', pin='0000').accepted
    refused = call(probe, ForgetAll, 'forget_all', pin='4711')
    assert 'too often' in refused.reason
    assert refused.wrong_pin
    assert 0 < refused.wait_s <= 30
    assert parent_file.forgotten == 0
