"""The microphone node: publishes what is heard as a stream of frames."""

import array
import threading
from pathlib import Path

import numpy as np
from phoenix_msgs.msg import (
    AudioFrame,
    CapabilityStatus,
    EarLight,
    MicrophoneMute,
    SimulatedSound,
)
from rclpy.duration import Duration
from rclpy.time import Time as RosTime

from phoenix_audio.microphone.echo_canceller import EchoCanceller
from phoenix_audio.microphone.input_health import InputHealth
from phoenix_audio.microphone.light_lease import LightLease
from phoenix_audio.microphone.provider import CapturedFrame, MicrophoneError
from phoenix_audio.microphone.providers.simulated import (
    SimulatedMicrophone,
    SimulatedMicrophoneSettings,
)
from phoenix_audio.microphone.settings import MICROPHONES, MicrophoneSettings
from phoenix_audio.wav import WavError
from phoenix_core import events
from phoenix_core.clock.backoff import Backoff
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND, nanoseconds
from phoenix_core.events.event_type import EventRuleError
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.timers import Timer
from phoenix_core.storage.mute_file import MuteFile
from phoenix_core.storage.toy_file import ToyFile

HEALTH_PERIOD_S = 0.25
SWITCH_S = 20.0  # within which somebody is expected to tell whether the toy is muted
UNLIT_S = 2.0  # without a known light before the toy says so: a restart takes less


class Microphone(EventNode):
    """
    Publishes every frame of its provider, numbered and stamped with its capture time.

    What the toy itself plays is removed first. A device that cannot be opened, is lost, or
    delivers no sound is opened again until it works. It is closed until the toy is known not to
    be muted, and no frame goes out unless the ear light is known to be on.
    """

    audio_input = Publishes(events.AUDIO_INPUT)
    settings: MicrophoneSettings

    def configure(self) -> None:
        """Make the provider."""
        self._provider = MICROPHONES.make(self.settings.provider, self.settings)
        if isinstance(self._provider, SimulatedMicrophone):
            self._provider.follow(self.time)
        self._mute_file = MuteFile(ToyFile.MUTE.path(self.environ, self.get_namespace()))
        self._muted = self._switch_unknown = True  # until somebody tells

    def activate(self) -> None:
        """Open the device as soon as that is permitted."""
        settings = self.settings
        self._canceller = None
        if settings.echo_cancellation:
            self._canceller = EchoCanceller(settings.sample_rate, settings.frame_samples)
        self._sequence = 0
        self._wait_for_light()
        self._device = threading.Lock()  # held while the device is opened or closed
        self._wanted = self._started = False
        self._retry: Timer | None = None
        self._input_health: InputHealth | None = None  # until it is known how the opening went
        self._backoff = Backoff(settings.retry_s, settings.retry_max_s)
        self.every(HEALTH_PERIOD_S, self._check_light)
        self.every(HEALTH_PERIOD_S, self._check_input)
        self.after(SWITCH_S, self._miss_switch)

    def _wait_for_light(self) -> None:
        self._light = LightLease(self.time.now_s())
        self._lit = False  # as far as the device is concerned, which outlasts a short lapse
        self._unlit = False  # for so long that it was reported

    def _open(self) -> str:
        """
        Open the device, or open it again; its frames arrive in a thread of the provider.

        :returns: why that failed; empty if it did not.
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
                self.log.info('device opened')
            except MicrophoneError as error:
                return str(error)
            return ''

    def _on_lost(self, reason: str) -> None:
        """Open the device again after a pause, unless that is scheduled already."""
        if self._retry is not None or not self._wanted or not self.is_active:
            return
        pause_s = self._backoff.next_s()
        self.fault(
            'microphone_lost',
            reason,
            tried=f'opens it again in {pause_s:g} s',
            self_healing=True,
            impairs=CapabilityStatus.LOST,
        )
        self._retry = self.after(pause_s, self._reopen)

    def _reopen(self) -> None:
        self.in_background(self._open, then=self._opened)

    def _permit(self) -> None:
        """Open or close the device: it is closed while the toy is muted or the light is dark."""
        wanted = self._lit and not self._muted
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._input_health = None
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        # In the background: a sound server may be frozen.
        self.in_background(self._follow_permit, then=self._opened)

    def _follow_permit(self) -> str:
        """Open or close the device as is permitted; return the same as _open."""
        return self._open() if self._wanted != self._started else ''

    def _check_light(self) -> None:
        """Close the device, and say so, when the light has not been known to be on for long."""
        if self._muted or self._unlit or self._light.over_for_s(self.time.now_s()) < UNLIT_S:
            return
        self._lit, self._unlit = False, True
        self._permit()
        self.fault(
            'ear_light_unknown',
            f'the ear light has not been known to be on for {UNLIT_S:g} s',
            tried='closes the device',
            self_healing=True,
            impairs=CapabilityStatus.LOST,
        )

    def _opened(self, problem: str) -> None:
        self._retry = None
        self._input_health = InputHealth(self.settings.deaf_s, self.time.now_s())
        if problem:
            self._on_lost(problem)

    def _check_input(self) -> None:
        """Report a device that is open and deaf, and one that hears again."""
        if not self._wanted or self._retry is not None or self._input_health is None:
            return
        if problem := self._input_health.problem(self.time.now_s()):
            self._on_lost(problem)
        elif self._input_health.hears:
            self._backoff.reset()
            self.healed('microphone_lost')

    def settings_changed(self) -> None:
        """Let a simulated microphone fail, or hear again."""
        if isinstance(self._provider, SimulatedMicrophone):
            own = self.settings.of_provider(self.settings.provider, SimulatedMicrophoneSettings)
            self._provider.deaf = own.deaf

    def deactivate(self) -> None:
        """Close the device."""
        self._wanted = False
        with self._device:
            self._close()

    def _close(self) -> None:
        """Close the device if it is open; the caller holds the lock."""
        if self._started:
            self._started = False
            self._provider.stop()

    @subscribes(events.AUDIO_PLAYED)
    def on_played(self, frame: AudioFrame) -> None:
        """Pass what the speaker plays to the echo canceller."""
        if frame.sample_rate != self.settings.sample_rate:
            raise EventRuleError(
                f'audio/played: {frame.sample_rate} Hz; only {self.settings.sample_rate}, as '
                'the microphone has it, can be cancelled'
            )
        samples = np.frombuffer(frame.samples, np.int16)
        heard_s = self.happened_s(frame.header.stamp)
        if self._canceller is not None:
            self._canceller.play(samples, heard_s)
        if isinstance(self._provider, SimulatedMicrophone):
            self._provider.hear(samples, heard_s - self.time.now_s())

    def _miss_switch(self) -> None:
        """Report that the toy hears nothing because it is unknown whether it is muted."""
        if self._switch_unknown:
            self.fault(
                'mute_switch_unknown',
                f'nothing was told of the mute switch within {SWITCH_S:g} s',
                tried='leaves the device closed',
                self_healing=True,
                impairs=CapabilityStatus.LOST,
            )

    @subscribes(events.EAR_LIGHT)
    def on_ear_light(self, light: EarLight) -> None:
        """Follow what the LEDs say of the ear light."""
        now_ns = self.get_clock().now().nanoseconds
        age_s = (now_ns - nanoseconds(light.header.stamp)) / NANOSECONDS_PER_SECOND
        now_s = self.time.now_s()
        self._light.confirm(light.visible, age_s, now_s)
        if self._light.holds(now_s) and not self._lit:
            self._lit, self._unlit = True, False
            self.healed('ear_light_unknown')
            self._permit()

    @subscribes(events.MICROPHONE_MUTE)
    def on_mute(self, mute: MicrophoneMute) -> None:
        """Close the device at a word; open it only when the file says so, too."""
        self._switch_unknown = False
        self.healed('mute_switch_unknown')
        muted = mute.muted or not self._mute_file.permits_sound
        if muted and not mute.muted:
            self.fault(
                'unmute_refused',
                'told that it is not muted, but that is not on disk',
                tried='leaves the device closed',
                self_healing=True,
                impairs=CapabilityStatus.LOST,
            )
        else:
            self.healed('unmute_refused')
        if muted != self._muted:
            self._muted = muted
            self._wait_for_light()  # which is off while muted
            self._permit()

    @subscribes(events.SIMULATED_SOUND)
    def on_sound(self, sound: SimulatedSound) -> None:
        """Play a recording if the microphone is simulated."""
        if isinstance(self._provider, SimulatedMicrophone):
            self.in_background(self._play, self._provider, Path(sound.file))

    @subscribes(events.SIMULATED_VOICE)
    def on_voice(self, frame: AudioFrame) -> None:
        """Hear live sound if the microphone is simulated."""
        if frame.sample_rate != self.settings.sample_rate:
            raise EventRuleError(
                f'simulation/voice: {frame.sample_rate} Hz, allowed is {self.settings.sample_rate}'
            )
        if isinstance(self._provider, SimulatedMicrophone) and self._started:
            self._provider.hear_live(np.frombuffer(frame.samples, np.int16))

    def _play(self, microphone: SimulatedMicrophone, recording: Path) -> None:
        try:
            microphone.play(recording)
        except WavError as error:
            self.post(self.fault, 'recording_refused', str(error))

    def _publish_frame(self, frame: CapturedFrame, delivered: RosTime) -> None:
        if not self.is_active or self._muted:
            return  # the last frames of a closed device
        captured = delivered - Duration(seconds=frame.age_s)
        assert isinstance(captured, RosTime)
        samples = frame.samples
        if self._input_health is not None:
            self._input_health.feed(samples, self.time.now_s())
        if self._canceller is not None:
            samples = self._canceller.cancel(samples, self.happened_s(captured.to_msg()))
        published = array.array('h', samples.tobytes())
        if not self._light.holds(self.time.now_s()):  # last: what is above may have been held up
            return
        self.audio_input.at(captured.to_msg())(
            stream_id=self.settings.provider,
            sequence=self._sequence,
            sample_rate=self.settings.sample_rate,
            channels=1,
            lost=frame.lost,
            samples=published,
        )
        self._sequence += 1
