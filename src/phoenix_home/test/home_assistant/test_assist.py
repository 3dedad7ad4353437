"""Assist, with aioesphomeapi's own client as the house, which often is a bad one."""

import asyncio
from contextlib import suppress

import pytest
from aioesphomeapi import APIClient
from aioesphomeapi.model import VoiceAssistantEventType as Kind

from phoenix_home.home_assistant.assist import LONGEST_TEXT, Answer, Question
from phoenix_home.home_assistant.device import Device

HOST = '127.0.0.1'
SOUND = bytes(range(256)) * 512  # four seconds
RUN_START, RUN_END = Kind.VOICE_ASSISTANT_RUN_START, Kind.VOICE_ASSISTANT_RUN_END
STT_END, INTENT_END = Kind.VOICE_ASSISTANT_STT_END, Kind.VOICE_ASSISTANT_INTENT_END
ERROR = Kind.VOICE_ASSISTANT_ERROR
TTS_START, TTS_END = Kind.VOICE_ASSISTANT_TTS_START, Kind.VOICE_ASSISTANT_TTS_END


class Toy:
    """A toy that is asked nothing."""

    def allows(self):
        return True


class House:
    """
    A client that answers.

    :param events: it tells when it has all the sound.
    """

    def __init__(self, client, events):
        self.client = client
        self.events = events
        self.sound = b''
        self.starts = []
        self.aborted = asyncio.Event()
        self._leave = client.subscribe_voice_assistant(
            handle_start=self._start, handle_stop=self._stop, handle_audio=self._hear
        )

    async def _start(self, conversation_id, flags, audio_settings, wake_word_phrase):
        self.starts.append((conversation_id, wake_word_phrase))
        self.sound = b''
        return 0

    async def _hear(self, data, data2):
        self.sound += data

    async def _stop(self, abort):
        if abort:
            self.aborted.set()
        else:
            self.tell(*self.events)

    def tell(self, *events):
        for kind, data in events:
            self.client.send_voice_assistant_event(kind, data)

    def leave(self):
        self._leave()


class Asking:
    """A device with its questions."""

    def __init__(self, device, port):
        self.device = device
        self.port = port
        self.answers = asyncio.Queue()

    async def client(self):
        client = APIClient(HOST, self.port, None)
        await client.connect(login=True)
        return client

    async def house(self, *events):
        house = House(await self.client(), events)
        await house.client.device_info()  # by now it has offered to answer
        return house

    def ask(self, phrase=''):
        question = Question(SOUND, phrase, self.answers.put_nowait)
        self.device.assist.ask(question)

    async def answer(self, phrase=''):
        self.ask(phrase)
        return await self.answers.get()


def asked(asking):
    """Run a coroutine function of a device that can be asked."""

    async def run():
        device = Device(Toy(), name='Phoenix', mac='02:00:00:00:00:01', key=b'')
        server = await device.serve(HOST, 0)
        try:
            async with asyncio.timeout(20):
                return await asking(Asking(device, server.sockets[0].getsockname()[1]))
        finally:
            server.close()

    return asyncio.run(run())


def says(text, **intent):
    """Return what a house tells that answers."""
    return (
        (RUN_START, None),
        (Kind.VOICE_ASSISTANT_STT_START, None),
        (STT_END, {'text': 'turn on the kitchen light'}),
        (Kind.VOICE_ASSISTANT_INTENT_START, None),
        (INTENT_END, {'conversation_id': 'c-1', 'continue_conversation': '0', **intent}),
        (TTS_START, {'text': text}),
        (TTS_END, {'url': 'http://127.0.0.1/x.mp3'}),
        (RUN_END, None),
    )


def test_the_sound_goes_out_and_the_words_come_back():
    async def asking(toy):
        house = await toy.house(*says('Turned  on\nthe light'))
        answer = await toy.answer('hey jarvis')
        again = await toy.answer()
        return answer, again, house

    answer, again, house = asked(asking)
    assert answer == again == Answer('Turned on the light', done=True)
    assert house.sound == SOUND
    assert house.starts == [('', 'hey jarvis'), ('', None)]


def test_a_house_that_asks_back_gets_the_next_question_as_its_answer():
    async def asking(toy):
        house = await toy.house(*says('Which room?', continue_conversation='1'))
        await toy.answer()
        house.events = says('Done')
        await toy.answer()
        await toy.answer()
        return house.starts

    assert asked(asking) == [('', None), ('c-1', None), ('', None)]


@pytest.mark.parametrize(
    ('events', 'answer'),
    [
        ([(RUN_START, None), (INTENT_END, {}), (RUN_END, None)], Answer(done=True)),
        ([(RUN_START, None), (STT_END, {'text': 'pizza'}), (RUN_END, None)], Answer(done=True)),
        ([(RUN_START, None), (RUN_END, None)], Answer()),
        ([(ERROR, {'code': 'stt-no-text-recognized', 'message': ''})], Answer()),
        (
            [(RUN_START, None), (ERROR, {'code': 'intent-failed', 'message': 'x'})],
            Answer(problem='intent-failed'),
        ),
        ([(ERROR, {'code': 'The child said: hello', 'message': ''})], Answer(problem='failed')),
        ([(ERROR, None)], Answer(problem='failed')),
        (says('x' * (LONGEST_TEXT + 1)), Answer(problem='says what nobody says')),
        (says('a\x1b[2Jb'), Answer(problem='says what nobody says')),
        ([*says('')], Answer(done=True)),
        # What it tells of an earlier question, of nothing, twice, and in any order.
        ([(TTS_START, {'text': 'Old.'}), (RUN_END, None), *says('New.')], Answer('New.', True)),
        ([(77, {'text': 'x'}), *says('New.'), *says('Newer.')], Answer('New.', True)),
        (
            [(RUN_START, None), (TTS_START, {'text': 'A.'}), (INTENT_END, None)],
            Answer('A.', True),
        ),
    ],
)
def test_whatever_a_house_tells_ends_in_one_answer(events, answer):
    async def asking(toy):
        house = await toy.house(*events)
        found = await toy.answer()
        await house.client.device_info()  # by now all has been told
        return found, toy.answers.empty()

    assert asked(asking) == (answer, True)


def test_a_question_that_is_left_is_left_by_the_house_too():
    async def asking(toy):
        house = await toy.house()  # which never answers
        toy.ask()
        toy.device.assist.leave()
        await house.aborted.wait()
        house.tell((TTS_START, {'text': 'Late.'}))
        house.events = says('New.')
        return await toy.answer()

    assert asked(asking).text == 'New.'


def test_a_house_that_goes_ends_the_question():
    async def asking(toy):
        house = await toy.house()
        toy.ask()
        await house.client.disconnect()
        gone = await toy.answers.get()
        return gone, await toy.answer(), toy.device.assist.is_there

    assert asked(asking) == (Answer(problem='is gone'), Answer(problem='is gone'), False)


@pytest.mark.parametrize('port', [None, 6055])  # an error; sound by UDP
def test_a_house_that_cannot_take_a_question_says_so(port):
    async def asking(toy):
        client = await toy.client()

        async def refuse(*_):
            return port

        client.subscribe_voice_assistant(
            handle_start=refuse, handle_stop=refuse, handle_audio=refuse
        )
        await client.device_info()
        return await toy.answer()

    assert asked(asking) == Answer(problem='takes no question')


def test_the_house_that_came_last_answers_and_no_other_one_may():
    async def asking(toy):
        first = await toy.house()
        second = await toy.house()
        toy.ask()
        first.tell(*says('Mine.'))
        await first.client.device_info()
        none_yet = toy.answers.empty()
        second.tell(*says('Second.'))
        answer = await toy.answers.get()
        await second.client.disconnect()
        first.events = says('First.')
        return none_yet, answer.text, (await toy.answer()).text, len(first.starts)

    assert asked(asking) == (True, 'Second.', 'First.', 1)


def test_a_house_that_does_not_want_to_be_asked_is_not():
    async def asking(toy):
        house = await toy.house(*says('Hello.'))
        house.leave()
        await house.client.device_info()
        return toy.device.assist.is_there

    assert asked(asking) is False


def test_a_house_that_does_not_read_holds_up_nobody():
    async def asking(toy):
        _, writer = await asyncio.open_connection(HOST, toy.port)
        writer.transport.pause_reading()
        writer.write(b'\x00\x04\x59\x08\x01\x10\x04')  # SubscribeVoiceAssistantRequest
        while not toy.device.assist.is_there:
            await asyncio.sleep(0)
        big = Question(bytes(30 * 1024 * 1024), '', toy.answers.put_nowait)
        toy.device.assist.ask(big)
        client = await toy.client()
        await client.device_info()
        await client.disconnect()
        toy.device.assist.leave()
        with suppress(OSError):
            writer.close()
        return toy.answers.empty()

    assert asked(asking)
