"""The microphone node: what is heard, as a stream of frames."""

import array
import threading
from pathlib import Path

import numpy as np
from phoenix_msgs.msg import AudioFrame, CapabilityStatus, MicrophoneMute, SimulatedSound
from rclpy.duration import Duration
from rclpy.time import Time as RosTime

from phoenix_audio.microphone.echo_canceller import EchoCanceller
from phoenix_audio.microphone.input_health import DeafnessWatch
from phoenix_audio.microphone.microphones import (
    CapturedFrame,
    MicrophoneError,
    SimulatedMicrophone,
)
from phoenix_audio.microphone.microphones import Microphone as MicrophoneProvider
from phoenix_audio.microphone.room_simulator import Room
from phoenix_audio.wav import WavError
from phoenix_core import events
from phoenix_core.events.event_type import EventRuleError
from phoenix_core.node.event_node import Alarm, EventNode
from phoenix_core.node.execution import run
from phoenix_core.settings import plugins
from phoenix_core.settings.node_settings import NodeSettings, setting

MICROPHONES = 'phoenix.microphones'
WATCH_PERIOD_S = 0.25
SWITCH_S = 5.0  # in which a mute switch is expected to be read


class MicrophoneSettings(NodeSettings):
    """Settings of the microphone node."""

    provider: str = setting(
        'simulated', 'What listens: an entry point of its group.', machine=True
    )
    device: str = setting(
        '', 'portaudio: name or number of the device; empty: the default one.', machine=True
    )
    file: str = setting(
        '', 'simulated: recording that is played at the start; empty: none.', machine=True
    )
    sample_rate: int = setting(16000, 'Of the frames [Hz]; the recognizers want 16000.', ge=8000)
    frame_samples: int = setting(640, 'Samples per frame.', ge=80, le=16000)
    echo_cancellation: bool = setting(True, 'Takes what the toy plays out of what it hears.')
    echo_gain: float = setting(
        0.0, 'simulated: how loud the room returns what the toy plays; 1: as it is.', ge=0, le=4
    )
    mute_switch: bool = setting(
        False, 'There is a mute switch: the device stays closed until it is known to be off.'
    )
    deaf_s: float = setting(
        3.0, 'A device without any sound for so long is opened again [s].', ge=0.5, le=60
    )
    retry_s: float = setting(1.0, 'First pause before that; doubles [s].', ge=0.05, le=60)
    retry_max_s: float = setting(10.0, 'Longest pause before that [s].', ge=1, le=600)


class Microphone(EventNode):
    """
    Publishes every frame of its provider, numbered and stamped with its capture time.

    What the toy itself plays is taken out before. A device that cannot be opened, is lost, or
    delivers no sound is opened again and again until it does.
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
        """Open the device, unless there is a mute switch, which must be known to be off first."""
        settings = self.settings
        self._canceller = None
        if settings.echo_cancellation:
            self._canceller = EchoCanceller(settings.sample_rate, settings.frame_samples)
        self._sequence = 0
        self._muted = self._switch_unknown = settings.mute_switch
        self._device = threading.Lock()  # held while it is opened or closed
        self._wanted, self._started = not self._muted, False
        self._retry: Alarm | None = None
        self._watch: DeafnessWatch | None = None  # until it is known how the opening went
        self._pause_s = settings.retry_s
        self._opened(self._open())
        self.every(WATCH_PERIOD_S, self._check_hearing)
        if self._switch_unknown:
            self.after(SWITCH_S, self._miss_switch)

    def _open(self) -> str:
        """
        Open the device, again if it is open; its frames come in a thread of the provider.

        :returns: why that failed; empty when it did not.
        """
        with self._device:
            self._close()
            if not self._wanted:
                return ''
            try:
                self._provider.start(
                    lambda frame: self.post(self._publish_frame, frame, self.get_clock().now()),
                    lambda error: self.post(self._on_lost, str(error)),
                )
                self._started = True
            except MicrophoneError as error:
                return str(error)
            return ''

    def _on_lost(self, reason: str) -> None:
        """Open the device again after a pause, unless that is about to be done."""
        if self._retry is not None or not self._wanted or not self.is_active:
            return
        self.fault(
            'microphone_lost',
            reason,
            tried=f'opens it again in {self._pause_s:g} s',
            self_healing=True,
            impairs=CapabilityStatus.LOST,
        )
        self._retry = self.after(self._pause_s, self._reopen)
        self._pause_s = min(2 * self._pause_s, self.settings.retry_max_s)

    def _reopen(self) -> None:
        self.in_background(self._open, then=self._opened)

    def _follow_switch(self) -> str:
        """Open or close the device as the mute switch says now; return as _open does."""
        return self._open() if self._wanted != self._started else ''

    def _opened(self, problem: str) -> None:
        self._retry = None
        self._watch = DeafnessWatch(self.settings.deaf_s, self.time.now_s())
        if problem:
            self._on_lost(problem)

    def _check_hearing(self) -> None:
        """Tell a device that is open and deaf, and one that hears again."""
        if self._muted or self._retry is not None or self._watch is None:
            return
        if problem := self._watch.problem(self.time.now_s()):
            self._on_lost(problem)
        elif self._watch.hears:
            self._pause_s = self.settings.retry_s
            self.healed('microphone_lost')

    def deactivate(self) -> None:
        """Close the device."""
        self._wanted = False
        with self._device:
            self._close()

    def _close(self) -> None:
        """Close the device if it is open; the caller holds it."""
        if self._started:
            self._started = False
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

    def _miss_switch(self) -> None:
        """Tell that the toy hears nothing, since nobody says whether it may."""
        if self._switch_unknown:
            self.fault(
                'mute_switch_unknown',
                f'nothing was told of the mute switch within {SWITCH_S:g} s',
                tried='leaves the device closed',
                self_healing=True,
                impairs=CapabilityStatus.LOST,
            )

    def on_mute(self, mute: MicrophoneMute) -> None:
        """Close the device as long as the switch says so."""
        self._switch_unknown = False
        self.healed('mute_switch_unknown')
        if mute.muted == self._muted:
            return
        self._muted = mute.muted
        self._wanted = not mute.muted
        self._watch = None
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        # A frozen sound server takes its time.
        self.in_background(self._follow_switch, then=self._opened)

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
        if self._watch is not None:
            self._watch.feed(samples, self.time.now_s())
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
