"""The microphone node: what is heard, as a stream of frames."""

import array
from pathlib import Path

import numpy as np
from phoenix_msgs.msg import AudioFrame, MicrophoneMute, SimulatedSound
from rclpy.duration import Duration
from rclpy.time import Time as RosTime

from phoenix_audio.echo_canceller import EchoCanceller
from phoenix_audio.microphones import CapturedFrame, SimulatedMicrophone
from phoenix_audio.microphones import Microphone as MicrophoneProvider
from phoenix_audio.room import Room
from phoenix_audio.wav import WavError
from phoenix_core import events, plugins
from phoenix_core.event_type import EventRuleError
from phoenix_core.execution import run
from phoenix_core.node import EventNode
from phoenix_core.settings import NodeSettings, setting

MICROPHONES = 'phoenix.microphones'


class MicrophoneSettings(NodeSettings):
    """Settings of the microphone node."""

    provider: str = setting('simulated', 'What listens: an entry point of its group.')
    device: str = setting('', 'portaudio: name or number of the device; empty: the default one.')
    file: str = setting('', 'simulated: recording that is played at the start; empty: none.')
    sample_rate: int = setting(16000, 'Of the frames [Hz]; the recognizers want 16000.', ge=8000)
    frame_samples: int = setting(640, 'Samples per frame.', ge=80, le=16000)
    echo_cancellation: bool = setting(True, 'Takes what the toy plays out of what it hears.')
    echo_gain: float = setting(
        0.0, 'simulated: how loud the room returns what the toy plays; 1: as it is.', ge=0, le=4
    )


class Microphone(EventNode):
    """
    Publishes every frame of its provider, numbered and stamped with its capture time.

    What the toy itself plays is taken out before.
    """

    produces = (events.AUDIO_INPUT,)
    consumes = {
        events.AUDIO_PLAYED: 'on_played',
        events.MICROPHONE_MUTE: 'on_mute',
        events.SIMULATED_SOUND: 'on_sound',
    }
    settings: MicrophoneSettings

    def configure(self) -> None:
        """Make the provider."""
        self._provider: MicrophoneProvider = plugins.load(MICROPHONES, self.settings.provider)(
            self.settings
        )
        if isinstance(self._provider, SimulatedMicrophone):
            self._provider.follow(self.time)

    def activate(self) -> None:
        """Open the device, until the mute switch says otherwise."""
        settings = self.settings
        self._canceller = None
        if settings.echo_cancellation:
            self._canceller = EchoCanceller(settings.sample_rate, settings.frame_samples)
        self._sequence = 0
        self._muted = False
        self._open()

    def _open(self) -> None:
        """Open the device; its frames come in a thread of the provider."""
        self._provider.start(
            lambda frame: self.post(self._publish_frame, frame, self.get_clock().now()),
            lambda error: self.post(self.fault, 'microphone_lost', str(error)),
        )

    def deactivate(self) -> None:
        """Close the device."""
        self._provider.stop()

    def on_played(self, frame: AudioFrame) -> None:
        """Expect to hear what the speaker plays."""
        if frame.sample_rate != self.settings.sample_rate:
            raise EventRuleError(
                f'audio/played: {frame.sample_rate} Hz; only {self.settings.sample_rate}, as '
                'the microphone has it, can be cancelled'
            )
        stamp = frame.header.stamp
        samples, heard_s = np.frombuffer(frame.samples, np.int16), stamp.sec + stamp.nanosec * 1e-9
        if self._canceller is not None:
            self._canceller.play(samples, heard_s)
        if isinstance(self._provider, SimulatedMicrophone):
            self._provider.hear(samples, heard_s - self.now_s())

    def on_mute(self, mute: MicrophoneMute) -> None:
        """Close the device as long as the switch says so."""
        if mute.muted == self._muted:
            return
        self._muted = mute.muted
        if mute.muted:
            self._provider.stop()
        else:
            self._open()

    def on_sound(self, sound: SimulatedSound) -> None:
        """Play a recording, where the microphone is simulated."""
        if isinstance(self._provider, SimulatedMicrophone):
            self.in_background(self._play, self._provider, Path(sound.file))

    def _play(self, room: SimulatedMicrophone, recording: Path) -> None:
        try:
            room.play(recording)
        except WavError as error:
            self.post(self.fault, 'recording_refused', str(error))

    def _publish_frame(self, frame: CapturedFrame, delivered: RosTime) -> None:
        if not self.is_active or self._muted:
            return  # the last frames of a closed device
        captured = delivered - Duration(seconds=frame.age_s)
        samples = frame.samples
        if self._canceller is not None:
            samples = self._canceller.cancel(samples, captured.nanoseconds * 1e-9)
        self.publish(
            events.AUDIO_INPUT,
            stamp=captured.to_msg(),
            stream_id=self.settings.provider,
            sequence=self._sequence,
            sample_rate=self.settings.sample_rate,
            channels=1,
            lost=frame.lost,
            samples=array.array('h', samples.tobytes()),
        )
        self._sequence += 1


def simulated(settings: MicrophoneSettings) -> MicrophoneProvider:
    """Make a quiet room in which recordings can be played."""
    file = Path(settings.file) if settings.file else None
    room = Room(settings.sample_rate, gain=settings.echo_gain) if settings.echo_gain else None
    return SimulatedMicrophone(settings.sample_rate, settings.frame_samples, file, room=room)


def portaudio(settings: MicrophoneSettings) -> MicrophoneProvider:
    """Make a microphone of this machine."""
    from phoenix_audio.portaudio import PortAudioMicrophone, device_of

    return PortAudioMicrophone(
        device_of(settings.device), settings.sample_rate, settings.frame_samples
    )


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Microphone]))
