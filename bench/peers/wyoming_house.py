"""
Wyoming services and a satellite between them; runs in an environment of its own.

Microphone, wake word, wyoming-faster-whisper, which also decides by Silero VAD when the command is
over, the words that the bench gives, wyoming-piper, speaker. The wake word is heard by the
satellite itself, as Home Assistant's own do, or by wyoming-openwakeword.
"""
# mypy: disable-error-code="import-not-found"

import argparse
import asyncio
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from ear import MicroEar
from stage import RATE, Stage
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.tts import Synthesize
from wyoming.wake import Detect

HOLD_S = 0.7  # Home Assistant's default
NO_SPEECH_S = 8.0
START_S = 60.0
FORMAT = {'rate': RATE, 'width': 2, 'channels': 1}
CALL = 'hey_jarvis'


class Services:
    """The processes of the services, each at a socket of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[asyncio.subprocess.Process] = []

    async def start(self, python: str, module: str, *arguments: object) -> str:
        """Start a service and return where it is found."""
        uri = f'unix://{self._folder / module}'
        command = (python, '-m', module, '--uri', uri, *map(str, arguments))
        process = await asyncio.create_subprocess_exec(*command)
        self._processes.append(process)
        async with asyncio.timeout(START_S):
            while process.returncode is None:
                with suppress(OSError):
                    async with AsyncClient.from_uri(uri):
                        return uri
                await asyncio.sleep(0.05)
        raise SystemExit(f'{module} ended with {process.returncode}')

    async def stop(self) -> None:
        """End all of them."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Satellite:
    """
    Goes from service to service with what the microphone hears, as a Home Assistant does.

    :param wake: where wyoming-openwakeword is; None: the satellite hears the call itself.
    """

    def __init__(self, stage: Stage, wake: str | None, whisper: str, piper: str) -> None:
        self._stage = stage
        self._wake, self._whisper, self._piper = wake, whisper, piper
        self._ear = None if wake else MicroEar()
        self._heard: asyncio.Queue[bytes] | None = None  # by whoever listens

    async def run(self) -> None:
        """Answer one command after another."""
        self._stage.tell('ready')
        while True:
            if self._wake is not None:
                await self._told(self._wake, Detect(names=[CALL]), None)
            elif self._ear is not None:
                await self._hear_call(self._ear)
            self._stage.tell('called')
            event = await self._told(self._whisper, Transcribe(language='en'), NO_SPEECH_S)
            if event is not None and Transcript.from_event(event).text.strip():
                await self._answer()
            self._stage.tell('resting')

    async def hear(self) -> None:
        """Hand on what the microphone hears; what nobody listens to is lost."""
        async for frame in self._stage.frames():
            if self._heard is not None:
                self._heard.put_nowait(frame)

    async def _hear_call(self, ear: MicroEar) -> None:
        ear.reset()
        self._heard = asyncio.Queue()
        while not ear.hears_call(await self._heard.get()):
            pass
        self._heard = None

    async def _told(self, uri: str, request: Any, most_s: float | None) -> Any:
        """Let a service hear; return the first event that it tells, None when there is none."""
        async with AsyncClient.from_uri(uri) as client:
            await client.write_event(request.event())
            await client.write_event(AudioStart(**FORMAT).event())
            sending = asyncio.create_task(self._send_to(client))
            try:
                async with asyncio.timeout(most_s):
                    return await client.read_event()
            except TimeoutError:
                return None
            finally:
                sending.cancel()
                self._heard = None

    async def _send_to(self, client: Any) -> None:
        heard = self._heard = asyncio.Queue()
        while True:
            await client.write_event(AudioChunk(audio=await heard.get(), **FORMAT).event())

    async def _answer(self) -> None:
        self._stage.tell('answering')
        async with AsyncClient.from_uri(self._piper) as client:
            await client.write_event(Synthesize(text=self._stage.words).event())
            while (event := await client.read_event()) and not AudioStop.is_type(event.type):
                if AudioChunk.is_type(event.type):
                    chunk = AudioChunk.from_event(event)
                    await self._stage.speak(chunk.audio, chunk.rate)
        await self._stage.fall_silent()


async def run(whisper: Path, voice: Path, wake_python: str | None) -> None:
    """Run services and satellite until the bench has nothing more to say."""
    stage = Stage()
    with tempfile.TemporaryDirectory() as folder:
        services = Services(Path(folder))
        try:
            at = ('--data-dir', folder)
            ears = await services.start(
                *(sys.executable, 'wyoming_faster_whisper', '--model', whisper, *at),
                *('--language', 'en', '--compute-type', 'int8', '--beam-size', 1),
                *('--cpu-threads', os.cpu_count()),
                *('--local-files-only', '--vad-endpointing', HOLD_S),
            )
            piper = await services.start(
                *(sys.executable, 'wyoming_piper', '--voice', voice.stem),
                *('--data-dir', voice.parent, '--download-dir', folder),
            )
            wake = None
            if wake_python:
                wake = await services.start(
                    wake_python, 'wyoming_openwakeword', '--preload-model', CALL
                )
            satellite = Satellite(stage, wake, ears, piper)
            tasks = [asyncio.create_task(one) for one in (satellite.hear(), satellite.run())]
            following = asyncio.create_task(stage.follow())
            await asyncio.wait([*tasks, following], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()  # raises what went wrong
                task.cancel()
        finally:
            await services.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--whisper', type=Path, required=True, help='folder of the weights')
    parser.add_argument('--voice', type=Path, required=True, help='.onnx file of Piper')
    parser.add_argument('--openwakeword', help='Python of that service; default: microWakeWord')
    options = parser.parse_args()
    asyncio.run(run(options.whisper, options.voice, options.openwakeword))


if __name__ == '__main__':
    main()
