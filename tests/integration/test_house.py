"""
A house that is asked, on a real graph: what the toy does not understand, if a parent allows it.

aioesphomeapi's own client is the house, as it is in Home Assistant.
"""

import array
import asyncio
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from aioesphomeapi import APIClient
from aioesphomeapi.model import VoiceAssistantEventType as Kind
from aioesphomeapi.model import VoiceAssistantTimerEventType as Timer
from phoenix_msgs.msg import (
    ConversationEvent,
    ConversationRequest,
    IntentDetected,
    ListenRequest,
    PlaybackEvent,
    Transcript,
    UserSpeech,
)

from phoenix_activities.engine.node import Activities
from phoenix_core import events
from phoenix_core.clock.units import to_stamp
from phoenix_core.limits.limits import Limits
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_core.testing.graph import decide
from phoenix_home.home_assistant import entities
from phoenix_home.home_assistant.node import RINGS_AT_ONCE, HomeAssistant
from phoenix_speech.conversation.node import Conversation
from phoenix_speech.understanding.node import Intent

FRAME = array.array('h', range(640))  # 40 ms
FRAME_NS = 40_000_000
FRAMES = 50
BOTH = ('home_assistant', 'assist')
NOTHING = ()


class House:
    """
    Home Assistant with its pipeline, in a thread.

    :param events: it tells when it has all the sound.
    """

    def __init__(self, port, events=NOTHING):
        self.events = events
        self.asked = []
        self.sound = b''
        self.aborted = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.run(self._connect(port))

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.run(self.client.disconnect(force=True))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _connect(self, port):
        self.client = APIClient('127.0.0.1', port, None)
        await self.client.connect(login=True)
        self.client.subscribe_voice_assistant(
            handle_start=self._start, handle_stop=self._stop, handle_audio=self._hear
        )
        await self.client.device_info()

    async def _start(self, conversation_id, flags, audio_settings, wake_word_phrase):
        self.asked.append((conversation_id, wake_word_phrase))
        self.sound = b''
        return 0

    async def _hear(self, data, data2):
        self.sound += data

    async def _stop(self, abort):
        if abort:
            self.aborted.set()
        else:
            for kind, data in self.events:
                self.client.send_voice_assistant_event(kind, data)


def says(text):
    """Return what a house tells that answers, and asks something back."""
    intent = {'conversation_id': 'c-1', 'continue_conversation': '1'}
    return (
        (Kind.VOICE_ASSISTANT_RUN_START, None),
        (Kind.VOICE_ASSISTANT_STT_END, {'text': 'turn on the kitchen light'}),
        (Kind.VOICE_ASSISTANT_INTENT_END, intent),
        (Kind.VOICE_ASSISTANT_TTS_START, {'text': text}),
        (Kind.VOICE_ASSISTANT_TTS_END, {'url': 'http://127.0.0.1/x.mp3'}),
        (Kind.VOICE_ASSISTANT_RUN_END, None),
    )


def allow(graph, *names):
    decide(Path(graph.state_home), Limits(quiet_hours='', neighbors=list(names)))


@pytest.fixture
def probe(graph):
    return graph.probe(
        publishes=[
            *(events.AUDIO_INPUT, events.USER_SPEECH, events.WAKE_WORD_DETECTED),
            *(events.TRANSCRIPT, events.CONVERSATION_REQUEST, events.AUDIO_PLAYBACK),
            events.INTENT_DETECTED,
        ],
        records=[
            *(events.CONVERSATION, events.HOUSE_REQUEST, events.HOUSE_REPLY),
            *(events.SAY_REQUEST, events.LISTEN_REQUEST, events.ACTIVITY_REQUEST),
            *(events.ACTIVITY_TRANSITION, events.FAULT, events.INTENT_DETECTED),
        ],
    )


@pytest.fixture
def toy(graph, probe):
    graph.add(Conversation, parameters={'seed': 1})
    return graph.add(HomeAssistant, parameters={'port': 0, 'limit_s': 2.0})


@pytest.fixture
def house(graph, toy):
    """Let a house connect, and return it."""
    allow(graph, *BOTH)
    with ExitStack() as houses:
        yield lambda *told: houses.enter_context(House(toy.port, told))


def speak(probe, toy, cause, *, judged=True):
    """Let somebody speak for a second; return what is set when the toy has all of it."""
    now = toy.get_clock().now().nanoseconds - FRAMES * FRAME_NS
    for index in range(FRAMES):
        probe.publish(
            events.AUDIO_INPUT,
            stamp=to_stamp(now + index * FRAME_NS),
            stream_id='test',
            sequence=index,
            sample_rate=16000,
            channels=1,
            samples=FRAME,
        )
    for kind, at in ((UserSpeech.STARTED, 15), (UserSpeech.ENDED, 40)):
        stamp = to_stamp(now + at * FRAME_NS)
        probe.publish(events.USER_SPEECH, stamp=stamp, cause=cause, kind=kind)
    if judged:
        fallback = IntentDetected.FALLBACK
        probe.publish(events.INTENT_DETECTED, cause=cause, name=fallback, text='light on')
    heard = threading.Event()

    def look():
        has_ended = toy._sound._ended and toy._sound._trace_id == cause.trace_id
        ready = toy._sound.of(cause.trace_id) if judged else has_ended
        toy.post(heard.set if ready else look)

    toy.post(look)
    return heard


def ask(probe, toy, text='turn on the kitchen light', *, spoken=True):
    """Ask the conversation for what no activity understands; return the interaction."""
    cause = TraceContext.root()
    if spoken and toy._device.assist.is_there:
        assert speak(probe, toy, cause).wait(10)
    probe.publish(
        events.CONVERSATION_REQUEST, cause=cause, kind=ConversationRequest.REPLY, text=text
    )
    return cause


def reply(probe, cause):
    """Wait for the end of a reply; return who said what."""

    def of_it(event):
        return event.header.trace_id == cause.trace_id

    probe.expect(events.CONVERSATION, lambda e: of_it(e) and e.kind == ConversationEvent.ENDED)
    told = filter(of_it, probe.recorded(events.CONVERSATION))
    return [(e.provider, e.text) for e in told if e.kind == ConversationEvent.SENTENCE]


def who(probe, cause):
    """Wait for the end of a reply; return all who have said something of it."""
    return {provider for provider, _ in reply(probe, cause)}


def test_the_house_answers_in_the_toys_voice_and_in_one_interaction(probe, toy, house):
    answers = house(*says('Turned on the light'))
    wake = probe.publish(events.WAKE_WORD_DETECTED, phrase='hey_jarvis', score=0.9)
    assert speak(probe, toy, wake).wait(10)
    probe.publish(
        events.CONVERSATION_REQUEST, cause=wake, kind=ConversationRequest.REPLY, text='light on'
    )
    assert reply(probe, wake) == [('house', 'Turned on the light')]
    said = probe.expect(events.SAY_REQUEST)
    assert (said.text, said.header.trace_id) == ('Turned on the light', wake.trace_id)
    (told,) = [e for e in probe.recorded(events.HOUSE_REPLY) if e.text]
    assert (told.provider, told.header.trace_id) == ('home_assistant', wake.trace_id)
    assert answers.asked == [('', 'hey jarvis')]
    samples = len(answers.sound) // 2
    assert 640 * 25 <= samples <= 640 * 40  # the second that was spoken, and a little around it
    # What it has asked back is answered by the next request.
    assert reply(probe, ask(probe, toy)) == [('house', 'Turned on the light')]
    assert answers.asked[1] == ('c-1', None)


def test_what_has_not_passed_the_care_check_stays_here_whoever_asks(probe, toy, house):
    answers = house(*says('Hello.'))
    for judged_as in ('', IntentDetected.CARE):
        cause = TraceContext.root()
        assert speak(probe, toy, cause, judged=False).wait(10)
        if judged_as:
            probe.publish(events.INTENT_DETECTED, cause=cause, name=judged_as, text='i saw a dog')
        kind = ConversationRequest.REPLY
        probe.publish(events.CONVERSATION_REQUEST, cause=cause, kind=kind, text='i saw a dog')
        assert who(probe, cause) == {'scripted'}
    assert not answers.asked and not answers.sound


@pytest.mark.parametrize('allowed', [NOTHING, ('home_assistant',), ('assist',)])
def test_without_a_parents_yes_nothing_leaves(graph, probe, toy, allowed, house):
    answers = house(*says('Hello.'))
    allow(graph, *allowed)
    cause = TraceContext.root()
    assert speak(probe, toy, cause).wait(10)
    probe.publish(
        events.CONVERSATION_REQUEST,
        cause=cause,
        kind=ConversationRequest.REPLY,
        text='i saw a dog',
    )
    assert who(probe, cause) == {'scripted'}
    assert not answers.asked and not answers.sound


def test_what_was_typed_and_the_sound_of_another_interaction_stay_here(probe, toy, house):
    answers = house(*says('Hello.'))
    assert speak(probe, toy, TraceContext.root()).wait(10)
    assert who(probe, ask(probe, toy, 'i saw a dog', spoken=False)) == {'scripted'}
    assert not answers.asked


def test_what_the_house_does_not_understand_the_toy_answers(probe, toy, house):
    answers = house(*says("Sorry, I couldn't understand that"))
    assert who(probe, ask(probe, toy, 'how far is the moon')) == {'book'}
    assert len(answers.asked) == 1
    assert not [fault.code for fault in probe.recorded(events.FAULT)]


def test_a_house_without_words_is_spoken_for(probe, toy, house):
    house(
        (Kind.VOICE_ASSISTANT_RUN_START, None),
        (Kind.VOICE_ASSISTANT_INTENT_END, None),
        (Kind.VOICE_ASSISTANT_RUN_END, None),
    )
    assert reply(probe, ask(probe, toy)) == [('house', 'Done.')]


def test_no_house_costs_no_time(probe, toy):
    assert who(probe, ask(probe, toy, 'i saw a dog')) == {'scripted'}
    assert probe.recorded(events.HOUSE_REPLY)[0].kind == ConversationEvent.ENDED


def test_a_house_that_is_silent_is_left_and_not_asked_again_for_a_while(probe, toy, house):
    answers = house()
    assert who(probe, ask(probe, toy, 'i saw a dog')) == {'scripted'}
    assert answers.aborted.wait(10)
    assert probe.expect(events.FAULT).code == 'house_late'
    answers.events = says('Hello.')
    assert who(probe, ask(probe, toy, 'i saw a dog')) == {'scripted'}
    assert len(answers.asked) == 1


def test_a_house_that_fails_is_told_and_the_toy_answers(probe, toy, house):
    house((Kind.VOICE_ASSISTANT_ERROR, {'code': 'intent-failed', 'message': 'i saw a dog'}))
    assert who(probe, ask(probe, toy, 'i saw a dog')) == {'scripted'}
    fault = probe.expect(events.FAULT)
    assert (fault.code, fault.message) == ('house_failed', 'Assist: intent-failed')


def test_a_house_that_is_cancelled_is_left(probe, toy, house):
    answers = house()
    ask(probe, toy)
    probe.expect(events.HOUSE_REQUEST)
    probe.publish(events.CONVERSATION_REQUEST, kind=ConversationRequest.CANCEL)
    assert answers.aborted.wait(10)
    probe.expect(events.HOUSE_REQUEST, lambda e: e.kind == ConversationRequest.CANCEL)
    assert not probe.recorded(events.FAULT)


def test_a_house_that_babbles_is_cut(probe, toy, house):
    house(*says('I am a lamp. ' * 100))
    told = reply(probe, ask(probe, toy))
    assert 1 <= len(told) <= 4 and {name for name, _ in told} == {'house'}


def test_a_grave_sentence_never_goes_to_the_house_and_others_do(graph, probe, toy, house):
    graph.add(Intent)
    graph.add(Activities, parameters={'seed': 1})
    answers = house(*says('Turned on the light'))

    def hear(text):
        cause = TraceContext.root()
        assert speak(probe, toy, cause, judged=False).wait(10)
        probe.publish(
            events.TRANSCRIPT,
            cause=cause,
            kind=Transcript.FINAL,
            source=Transcript.SPOKEN,
            text=text,
        )
        intent = probe.expect(
            events.INTENT_DETECTED, lambda e: e.header.trace_id == cause.trace_id
        )
        said = probe.expect(events.SAY_REQUEST, lambda e: e.header.trace_id == cause.trace_id)
        return intent.name, said

    name, said = hear('switch on the big lamp in the kitchen')
    assert (name, said.text) == ('fallback', 'Turned on the light')
    assert len(answers.asked) == 1
    # It has been said: the ear opens for what may follow, within the toy's own attention.
    for kind in (PlaybackEvent.STARTED, PlaybackEvent.FINISHED):
        probe.publish(events.AUDIO_PLAYBACK, kind=kind, utterance_id=said.utterance_id)
    listen = probe.expect(events.LISTEN_REQUEST)
    assert listen.kind == ListenRequest.FOLLOW_UP

    assert hear('i drank bleach')[0] == 'care'
    assert hear('i want to die')[0] == 'care'
    assert len(answers.asked) == 1
    assert len(probe.recorded(events.HOUSE_REQUEST)) == 1


def test_a_timer_of_the_house_rings_as_the_toys_own_and_a_flood_of_them_does_not(
    graph, probe, toy, house
):
    graph.add(Activities, parameters={'seed': 1})
    answers = house()

    async def finish():
        for number in range(40):
            answers.client.send_voice_assistant_timer_event(
                Timer.VOICE_ASSISTANT_TIMER_FINISHED, str(number), 'pasta', 60, 0, False
            )
        await answers.client.device_info()

    answers.run(finish())
    said = probe.expect(events.SAY_REQUEST)
    assert 'pasta' in said.text
    probe.expect(events.ACTIVITY_TRANSITION, lambda e: e.to_activity == 'alarm')
    asked = probe.expect_count(events.ACTIVITY_REQUEST, int(RINGS_AT_ONCE))
    assert {request.activity for request in asked} == {'alarm'}
    assert len(probe.recorded(events.ACTIVITY_REQUEST)) <= RINGS_AT_ONCE + 2


def test_the_house_mutes_the_voice(graph, probe, toy, house):
    volume = graph.probe(publishes=[], records=[events.VOLUME])
    graph.add(Activities, parameters={'seed': 1})
    answers = house()

    async def mute(muted):
        answers.client.switch_command(entities.SILENT, muted)

    answers.run(mute(True))
    assert volume.expect(events.VOLUME, lambda e: e.muted).level > 0
    answers.run(mute(False))
    volume.expect_count(events.VOLUME, 2, lambda e: not e.muted)
