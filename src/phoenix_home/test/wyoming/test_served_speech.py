"""The toy's engines for others: asked by wyoming's own client, and by clients that misbehave."""

import asyncio
from contextlib import suppress

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize
from wyoming_servers import HOST, told

from phoenix_home.wyoming import served_speech
from phoenix_home.wyoming.served_speech import ServedSpeech


class Engine:
    """Hears how much sound it gets, and speaks a chunk for each word."""

    sample_rate = 22050

    def recognize(self, samples, sample_rate):
        if not len(samples):
            raise ValueError('what was said')
        return f'{len(samples)} at {sample_rate}'

    def synthesize(self, text):
        for _ in text.split():
            yield np.full(100, 7, np.int16)


def with_server(asking):
    """Run a coroutine function of a port."""

    async def run():
        speech = ServedSpeech(Engine(), Engine(), 'de')
        server = await speech.serve(HOST, 0)
        try:
            return await asking(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            speech.close()

    return asyncio.run(run())


async def ask(port, *events, until):
    async with AsyncClient.from_uri(f'tcp://{HOST}:{port}') as client:
        client.read_timeout = 5
        for event in events:
            await client.write_event(event.event())
        answers = []
        while not until(answers[-1].type if answers else ''):
            answers.append(await client.read_event())
            assert answers[-1] is not None
        return answers


def sound(seconds, rate=16000):
    form = {'rate': rate, 'width': 2, 'channels': 1}
    chunk = AudioChunk(audio=b'\x00' * int(2 * rate * seconds), **form)
    return [Transcribe(), AudioStart(**form), chunk, AudioStop()]


@pytest.mark.parametrize('rate', [16000, 48000])
def test_sound_becomes_words(rate):
    answers = with_server(
        lambda port: ask(port, *sound(0.5, rate), until=Transcript.is_type),
    )
    assert Transcript.from_event(answers[-1]).text == '8000 at 16000'


def test_text_becomes_sound():
    answers = with_server(lambda port: ask(port, Synthesize('eins zwei'), until=AudioStop.is_type))
    start, *chunks, _ = answers
    assert AudioStart.from_event(start).rate == Engine.sample_rate
    assert [AudioChunk.from_event(chunk).samples for chunk in chunks] == [100, 100]


def test_it_says_what_it_is_and_that_it_is_there():
    described = with_server(lambda port: ask(port, Describe(), until=Info.is_type))
    info = Info.from_event(described[-1])
    assert info.asr[0].models[0].languages == info.tts[0].voices[0].languages == ['de']
    assert with_server(lambda port: ask(port, Ping(), until=Pong.is_type))


@pytest.mark.parametrize(
    'sent',
    [
        b'GET / HTTP/1.1\r\n\r\n',
        b'{"type": 5}\n',
        b'{"type": "audio-chunk", "payload_length": 99999999999}\n',
        told('audio-chunk', b'123', rate=16000, width=2, channels=1),
        told('audio-chunk', b'12', rate=1, width=2, channels=1),
        told('audio-stop'),  # an engine that raises
        told('synthesize', text='x' * 2001),
        told('synthesize', text=None),
        told('audio-chunk', b'\x00' * 2_000_000, rate=16000, width=2, channels=1),
    ],
)
def test_who_asks_for_something_impossible_is_sent_away_and_the_next_one_is_served(sent):
    async def asking(port):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(sent)
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b''
        writer.close()
        return await ask(port, Ping(), until=Pong.is_type)

    assert with_server(asking)


def test_many_clients_at_once_are_sent_away():
    async def asking(port):
        kept = [
            await asyncio.open_connection(HOST, port) for _ in range(served_speech.MOST_CLIENTS)
        ]
        for reader, writer in kept:
            writer.write(told('ping'))
            await reader.readline()
        reader, late = await asyncio.open_connection(HOST, port)
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b''
        for _, writer in [*kept, (reader, late)]:
            writer.close()

    with_server(asking)
