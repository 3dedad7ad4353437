"""Wyoming servers for tests: wyoming's own, and some that misbehave, each on a free port."""

import asyncio
import json
import threading
from contextlib import contextmanager

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.info import Describe, Info
from wyoming.server import AsyncEventHandler, AsyncServer
from wyoming.tts import Synthesize
from wyoming.wake import Detect, Detection

HOST = '127.0.0.1'


@contextmanager
def serving(connected):
    """Serve in a thread; `connected` is a coroutine function of a reader and a writer."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(connected, HOST, 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server):
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def wyomings_own(handler):
    """Return a function for `serving` that runs a handler as wyoming's AsyncServer does."""

    async def connected(reader, writer):
        server = AsyncServer.from_uri(f'tcp://{HOST}:1')  # whose socket is that of `serving`
        await server._handler_callback(handler, reader, writer)

    return connected


class Parrot(AsyncEventHandler):
    """Recognizes how much it heard, and speaks a tone for each letter."""

    asked: list

    def __init__(self, reader, writer):
        super().__init__(reader, writer)
        self.heard = 0

    async def handle_event(self, event):
        if Transcribe.is_type(event.type):
            self.asked.append(Transcribe.from_event(event))
        elif AudioChunk.is_type(event.type):
            self.heard += AudioChunk.from_event(event).samples
        elif AudioStop.is_type(event.type):
            await self.write_event(Transcript(text=f' {self.heard}\n samples ').event())
        elif Synthesize.is_type(event.type):
            asked = Synthesize.from_event(event)
            self.asked.append(asked)
            form = {'rate': 44100, 'width': 2, 'channels': 2}
            await self.write_event(AudioStart(**form).event())
            for _ in asked.text:
                sound = AudioChunk(audio=b'\x00\x10' * 2 * 4410, **form)
                await self.write_event(sound.event())
            await self.write_event(AudioStop().event())
        return True


async def mute(reader, writer):
    """Read everything and answer nothing."""
    while await reader.read(65536):
        pass


async def deaf(reader, writer):
    """Read nothing and answer nothing."""
    await asyncio.sleep(3600)


async def short_of_breath(reader, writer):
    """Hang up at once."""
    writer.close()


def liar(*lines):
    """Return a server that sends these bytes instead of an answer, and then nothing."""

    async def connected(reader, writer):
        for line in lines:
            writer.write(line)
        await writer.drain()
        await mute(reader, writer)

    return connected


def flood(line):
    """Return a server that sends the same bytes for ever."""

    async def connected(reader, writer):
        while True:
            writer.write(line)
            await writer.drain()
            await asyncio.sleep(0)  # or who reads as fast holds the loop for ever

    return connected


def told(kind, payload=b'', **data):
    """Return the bytes of an event."""
    head = {'type': kind, 'data': data}
    if payload:
        head['payload_length'] = len(payload)
    return json.dumps(head).encode() + b'\n' + payload


class Spotter(AsyncEventHandler):
    """Hears a phrase in whatever is loud, as often as wyoming-openwakeword tells it."""

    asked: list
    answers = True  # to Describe

    async def handle_event(self, event):
        if Describe.is_type(event.type) and self.answers:
            await self.write_event(Info().event())
        elif Detect.is_type(event.type):
            self.asked += Detect.from_event(event).names
        elif AudioChunk.is_type(event.type):
            chunk = AudioChunk.from_event(event)
            if self.hears(np.frombuffer(chunk.audio, '<i2')):
                heard = Detection(name='hey_jarvis_v0.1', timestamp=chunk.timestamp)
                await self.write_event(heard.event())
        return True

    def hears(self, sound):
        return abs(sound).max() > 1000


class HearsAll(Spotter):
    """Hears it in everything."""

    def hears(self, sound):
        return True


class HearsNothing(Spotter):
    """Hears it in nothing."""

    def hears(self, sound):
        return False
