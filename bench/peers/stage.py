"""
What a peer hears with and speaks by: a microphone that plays recordings, and a speaker.

Runs in the environment of the peer, which it needs nothing of. Standard input: one JSON object per
line, a recording to play and the words to answer it with, {"play": path, "words": text}. Standard
output: what happened and when, {"event": name, "at": seconds}. Ends with its standard input.
"""

import array
import asyncio
import json
import os
import random
import sys
import time
import wave
from collections.abc import AsyncIterator

RATE = 16000
FRAME = 320  # samples: 20 ms
FRAME_S = FRAME / RATE
NEW_REPLY_S = 0.3  # silence before what is played


class Stage:
    """The microphone and the speaker of a peer, in real time."""

    def __init__(self) -> None:
        self.words = ''  # to answer with
        self._told = os.fdopen(os.dup(1), 'w')
        os.dup2(2, 1)  # what a library prints must not mix with the events
        self._sound = b''  # to be heard
        self._is_new = False
        self._spoken_until = 0.0
        chance = random.Random(0)
        self._rooms = [
            array.array('h', (chance.randint(-2, 2) for _ in range(FRAME))).tobytes()
            for _ in range(50)
        ]

    def tell(self, event: str) -> None:
        """Tell the bench what happened just now."""
        print(json.dumps({'event': event, 'at': time.monotonic()}), file=self._told, flush=True)

    async def follow(self) -> None:
        """Do what the bench says, until it says nothing any more."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        async for line in reader:
            asked = json.loads(line)
            with wave.open(asked['play']) as file:
                sound = file.readframes(file.getnframes())
            self.words, self._is_new = asked['words'], True
            self._sound = sound + bytes(-len(sound) % (2 * FRAME))

    async def frames(self) -> AsyncIterator[bytes]:
        """Yield what the microphone hears, each frame at its end."""
        begin_s, number = time.monotonic(), 0
        while True:
            # Deadlines count from the start, so that late wake-ups never add up.
            if self._is_new:
                self._is_new = False
                begin_s, number = time.monotonic(), 0
                self.tell('playing')
            number += 1
            await asyncio.sleep(max(0.0, begin_s + number * FRAME_S - time.monotonic()))
            frame, self._sound = self._sound[: 2 * FRAME], self._sound[2 * FRAME :]
            yield frame or self._rooms[number % len(self._rooms)]

    async def speak(self, sound: bytes, rate: int) -> None:
        """Play mono 16-bit samples; return when the device would take more."""
        now_s = time.monotonic()
        if now_s > self._spoken_until + NEW_REPLY_S:
            self.tell('reply')
        self._spoken_until = max(now_s, self._spoken_until) + len(sound) / 2 / rate
        await asyncio.sleep(max(0.0, self._spoken_until - time.monotonic() - FRAME_S))

    async def fall_silent(self) -> None:
        """Wait until all that was to be played has been."""
        await asyncio.sleep(max(0.0, self._spoken_until - time.monotonic()))
