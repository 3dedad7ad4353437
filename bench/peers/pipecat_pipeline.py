"""
A Pipecat pipeline with a wake word in front; runs in an environment of its own.

Microphone, wake word, Silero VAD, Moonshine, the end of the turn by Smart Turn or by a hold, the
words that the bench gives instead of a language model, Piper, speaker.
"""
# mypy: disable-error-code="import-not-found, misc"

import argparse
import asyncio
import time
from pathlib import Path

from ear import MicroEar
from moonshine_voice import ModelArch, Transcriber
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InputAudioRawFrame,
    LLMContextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.moonshine.stt import MoonshineSTTService
from pipecat.services.piper.tts import PiperTTSService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner
from stage import RATE, Stage

VAD_STOP_S = 0.2  # Pipecat's default, and part of the hold
CALLED_S, STARTED_S, SPEAKING_S, SPOKEN_S = 8.0, 15.0, 60.0, 1.0  # how long the gate stays open


class Microphone(BaseInputTransport):
    """Sends what the stage lets be heard."""

    def __init__(self, stage: Stage, params: TransportParams) -> None:
        super().__init__(params)
        self._stage = stage

    async def start(self, frame: StartFrame) -> None:
        """Open it."""
        await super().start(frame)
        await self.set_transport_ready(frame)
        self.create_task(self._hear())

    async def _hear(self) -> None:
        self._stage.tell('ready')
        async for sound in self._stage.frames():
            await self.push_audio_frame(InputAudioRawFrame(sound, RATE, 1))


class Speaker(BaseOutputTransport):
    """Plays on the stage."""

    def __init__(self, stage: Stage, params: TransportParams) -> None:
        super().__init__(params)
        self._stage = stage

    async def start(self, frame: StartFrame) -> None:
        """Open it."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Play a frame."""
        await self._stage.speak(frame.audio, frame.sample_rate)
        return True


class WakeGate(FrameProcessor):
    """Lets no sound through before the call, nor after the reply."""

    _STAYS_S = {
        UserStartedSpeakingFrame: STARTED_S,
        BotStartedSpeakingFrame: SPEAKING_S,
        BotStoppedSpeakingFrame: SPOKEN_S,
    }

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage
        self._ear = MicroEar()
        self._open_until: float | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass a frame on, unless it is sound that nobody asked to be heard."""
        await super().process_frame(frame, direction)
        if self._open_until is not None and (stays_s := self._STAYS_S.get(type(frame))):
            self._open_until = time.monotonic() + stays_s
        if isinstance(frame, InputAudioRawFrame) and not self._is_open(frame.audio):
            return
        await self.push_frame(frame, direction)

    def _is_open(self, sound: bytes) -> bool:
        if self._open_until is None:
            if self._ear.hears_call(sound):
                self._open_until = time.monotonic() + CALLED_S
                self._stage.tell('called')
            return False
        if time.monotonic() > self._open_until:
            self._open_until = None
            self._ear.reset()
            self._stage.tell('resting')
        return self._open_until is not None


class Moonshine(MoonshineSTTService):
    """Pipecat's service with the weights and the settings of Phoenix, without a download."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__()

    def _load(self) -> Transcriber:
        options = {'vad_threshold': '0', 'return_audio_data': 'false'}
        return Transcriber(self._folder, ModelArch.TINY, options=options)


class Answers(FrameProcessor):
    """Stands for the language model: answers at once with the words of the stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer a turn, and pass on all else."""
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            self._stage.tell('answering')
            await self.push_frame(TTSSpeakFrame(self._stage.words))
        else:
            await self.push_frame(frame, direction)


async def run(moonshine: Path, voice: Path, hold_s: float | None) -> None:
    """Run the pipeline until the bench has nothing more to say."""
    stage = Stage()
    params = TransportParams(
        audio_in_enabled=True,
        audio_out_enabled=True,
        audio_in_sample_rate=RATE,
        audio_out_sample_rate=RATE,
    )
    strategies = UserTurnStrategies()
    if hold_s is not None:
        hold = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=hold_s - VAD_STOP_S)
        strategies = UserTurnStrategies(stop=[hold])
    aggregators = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(
            vad_analyzer=SileroVADAnalyzer(), user_turn_strategies=strategies
        ),
    )
    pipeline = Pipeline(
        [
            Microphone(stage, params),
            WakeGate(stage),
            Moonshine(moonshine),
            aggregators.user(),
            Answers(stage),
            PiperTTSService(
                download_dir=voice.parent, settings=PiperTTSService.Settings(voice=voice.stem)
            ),
            Speaker(stage, params),
            aggregators.assistant(),
        ]
    )
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
        idle_timeout_secs=None,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await stage.follow()
    await worker.cancel()
    await running


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--moonshine', type=Path, required=True, help='folder of the weights')
    parser.add_argument('--voice', type=Path, required=True, help='.onnx file of Piper')
    parser.add_argument('--hold', type=float, help='silence that ends a turn; default: Smart Turn')
    options = parser.parse_args()
    asyncio.run(run(options.moonshine, options.voice, options.hold))


if __name__ == '__main__':
    main()
