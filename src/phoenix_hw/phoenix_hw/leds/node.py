"""The LED node: shows on the ring what the toy is doing."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from phoenix_msgs.msg import (
    ActivityState,
    AudioFrame,
    CapabilityStatus,
    LedCommand,
    ListeningEvent,
    MicrophoneMute,
    SystemStatus,
)

from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.telemetry import tracing
from phoenix_hw.leds.animation import Phase, is_visible, load_animations
from phoenix_hw.leds.animator import EAR_PIXEL, Animator
from phoenix_hw.leds.loudness import LoudnessFollower
from phoenix_hw.leds.provider import LedStripError
from phoenix_hw.leds.providers.simulated import SimulatedLedStrip, SimulatedLedStripSettings
from phoenix_hw.leds.settings import LED_STRIPS, LedsSettings

HEARING = 'hearing'  # the capability, as the process table names it
CONFIRM_S = 0.2  # between two confirmations of the ear light: two may be lost

Frame: TypeAlias = npt.NDArray[np.uint8]  # shape (pixels, 3)

PHASES: dict[int, Phase] = {
    ActivityState.RESTING: 'resting',
    ActivityState.LISTENING: 'listening',
    ActivityState.THINKING: 'thinking',
    ActivityState.SPEAKING: 'speaking',
    ActivityState.FOLLOWING_UP: 'following_up',
}


class Leds(EventNode):
    """
    Draws the animation of the state or of a command, frame by frame.

    Confirms the ear light, without which the microphone gives out no sound: by what the strip has
    taken, never by what was meant to be shown.
    """

    ear_light = Publishes(events.EAR_LIGHT)
    led_frame = Publishes(events.LED_FRAME)
    settings: LedsSettings

    def configure(self) -> None:
        """Load the animations and open the strip."""
        settings = self.settings
        library = load_animations(settings.config_path / 'leds.yaml')
        self.strip = LED_STRIPS.make(settings.provider, settings)
        self._loudness = LoudnessFollower()
        self._animator = Animator(
            library,
            pixels=settings.pixels,
            now_s=self.time.now_s(),
            brightness=settings.brightness,
            current_limit_ma=settings.current_limit_ma,
            loudness=self._loudness.at,
        )
        self._muted = self._deaf = False
        self._shown = b''
        self._lit = False  # the ear light, as was told last
        self._failing = False
        self._sequence = 0

    def activate(self) -> None:
        """Start to draw."""
        self._changed_by: tracing.TraceContext | None = (
            None  # by the event that the next frame will show
        )
        self.every(1 / self.settings.frame_rate, self.draw)
        self.every(CONFIRM_S, self._confirm)

    def deactivate(self) -> None:
        """Go dark, and say so before."""
        self._tell_ear_light(False)
        self._show(bytes(3 * self.settings.pixels))

    def cleanup(self) -> None:
        """Free the strip."""
        self.strip.close()

    def settings_changed(self) -> None:
        """Apply a new brightness at once; unplug a simulated strip, or plug it in."""
        self._animator.brightness = self.settings.brightness
        if isinstance(self.strip, SimulatedLedStrip):
            own = self.settings.of_provider(self.settings.provider, SimulatedLedStripSettings)
            self.strip.present = own.present

    @subscribes(events.ACTIVITY_STATE)
    def on_state(self, state: ActivityState) -> None:
        """Show what the toy is doing."""
        if self._animator.show_state(state.activity, PHASES[state.phase], self.time.now_s()):
            self._changed_by = tracing.current()

    @subscribes(events.LISTENING)
    def on_listening(self, event: ListeningEvent) -> None:
        """Show an open ear at once, whatever becomes of the activities."""
        self._animator.show_ear(event.kind == ListeningEvent.OPENED, self.time.now_s())
        self.draw()

    @subscribes(events.AUDIO_PLAYED)
    def on_played(self, frame: AudioFrame) -> None:
        """Follow the loudness of what is heard."""
        samples = np.frombuffer(frame.samples, np.int16)
        self._loudness.feed(samples, frame.sample_rate, self.happened_s(frame.header.stamp))

    @subscribes(events.MICROPHONE_MUTE)
    def on_mute(self, mute: MicrophoneMute) -> None:
        """Show that the microphone is closed; take the confirmation back before the light."""
        self._muted = mute.muted
        if self._muted:
            self._tell_ear_light(False)
        self._animator.ear_light = not self._muted
        self._show_hearing()
        self._confirm()

    @subscribes(events.SYSTEM_STATUS)
    def on_system_status(self, status: SystemStatus) -> None:
        """Show that the toy cannot hear; the ear light stays on, as it is what ears wait for."""
        deaf = any(
            entry.capability == HEARING and entry.level == CapabilityStatus.LOST
            for entry in status.capabilities
        )
        if deaf != self._deaf:
            self._deaf = deaf
            self._show_hearing()

    def _show_hearing(self) -> None:
        self._animator.show_muted(self._muted or self._deaf, self.time.now_s())
        self._changed_by = tracing.current()

    @subscribes(events.LED_COMMAND)
    def on_command(self, command: LedCommand) -> None:
        """Show what the command requests."""
        if not command.animation:
            self._animator.end_commands(self.time.now_s())
            self._changed_by = tracing.current()
            return
        color = command.color
        try:
            self._animator.play(
                command.animation,
                self.time.now_s(),
                color=(color.r, color.g, color.b) if color.a > 0 else None,
                brightness=command.brightness,
                duration_s=command.duration_s,
            )
        except ValueError as error:
            self.fault('command_refused', str(error))
        else:
            self._changed_by = tracing.current()

    def draw(self) -> None:
        """Send the next frame if it differs from the one shown."""
        frame = self._animator.frame(self.time.now_s())
        if (rgb := frame.tobytes()) != self._shown:
            self._show(rgb)
            lit = self._is_lit(frame)
            if lit != self._lit:
                self._tell_ear_light(lit)

    def _confirm(self) -> None:
        """Send a frame even if it is the one shown, and tell whether the ear light is in it."""
        frame = self._animator.frame(self.time.now_s())
        self._show(frame.tobytes())
        self._tell_ear_light(self._is_lit(frame))

    def _is_lit(self, sent: Frame) -> bool:
        """Publish whether the strip took this frame, and the ear light can be seen in it."""
        return not self._failing and not self._muted and is_visible(sent[EAR_PIXEL])

    def _tell_ear_light(self, visible: bool) -> None:
        self._lit = visible
        self.ear_light(visible=visible)

    def _show(self, rgb: bytes) -> None:
        is_new = rgb != self._shown
        try:
            self.strip.show(rgb)
            self._shown, self._failing = rgb, False
            self.healed('led_strip_failed')
        except LedStripError as error:
            if not self._failing:
                self.fault(
                    'led_strip_failed',
                    str(error),
                    tried='sends the next frame',
                    self_healing=True,
                    impairs=CapabilityStatus.LOST,
                )
            self._failing = True
        if not is_new:
            return
        self.led_frame.caused_by(self._changed_by)(sequence=self._sequence, rgb=rgb)
        self._changed_by = None
        self._sequence += 1
