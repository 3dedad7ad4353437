"""The speaker node: plays what the voice says, and reports the progress."""

import array
from datetime import datetime, timezone
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray
from phoenix_msgs.msg import (
    AudioFrame,
    CapabilityStatus,
    Earcon,
    PlaybackEvent,
    StopSpeaking,
    UserSpeech,
    Volume,
)
from rclpy.duration import Duration
from rclpy.time import Time

from phoenix_audio.speaker.earcons import load_earcons
from phoenix_audio.speaker.player import MOST_WAITING, MOST_WAITING_S, Player
from phoenix_audio.speaker.provider import SpeakerDevice
from phoenix_audio.speaker.providers.simulated import SimulatedSpeaker, SimulatedSpeakerSettings
from phoenix_audio.speaker.settings import SPEAKERS, SpeakerSettings
from phoenix_audio.speaker.volume import VolumeRamp
from phoenix_core import events
from phoenix_core.events.event_type import EventRuleError
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.health import TellableError
from phoenix_core.telemetry import timing, tracing
from phoenix_core.telemetry.timing import Timing

UNREPORTED = 'earcon '  # prefix of ids for which no playback events are published


class Speaker(EventNode):
    """Plays utterances in the order of arrival; a person's voice interrupts them."""

    audio_played = Publishes(events.AUDIO_PLAYED)
    audio_playback = Publishes(events.AUDIO_PLAYBACK)
    settings: SpeakerSettings

    def configure(self) -> None:
        """Find the provider and render the earcons; the player opens the device."""
        settings = self.settings
        self._earcons = load_earcons(settings.config_path / 'earcons.yaml', settings.sample_rate)
        self._provider = SPEAKERS.load(settings.provider)
        self._volume = VolumeRamp(settings.sample_rate)
        self._wanted_volume = 1.0
        self._simulated: SimulatedSpeaker | None = None  # the one that was opened last

    def activate(self) -> None:
        """Start the player, which opens the device, repeatedly if necessary."""
        self._reports: SimpleQueue[tuple[str, int, float]] = SimpleQueue()
        self._played = 0  # frames
        self._earcons_played = 0
        self._causes: dict[str, tracing.TraceContext | None] = {}
        self._fed: dict[str, Timing] = {}  # utterances to be played at once, until they are heard
        self._player = Player(
            self._open_device,
            self.settings.sample_rate,
            volume=self._volume,
            time=self.time,
            on_started=lambda name: self._report(name, PlaybackEvent.STARTED),
            on_finished=lambda name, s: self._report(name, PlaybackEvent.FINISHED, s),
            on_interrupted=lambda name, s: self._report(name, PlaybackEvent.INTERRUPTED, s),
            on_played=lambda name, samples, in_s: self.post(
                self._publish_played, name, samples, self.get_clock().now(), in_s
            ),
            on_error=lambda error: self.post(
                self.fault,
                'speaker_lost',
                str(error),
                tried='opens it again',
                self_healing=True,
                impairs=CapabilityStatus.LOST,
            ),
        )
        self._player.start()

    def deactivate(self) -> None:
        """End what is being played and close the device."""
        self._player.close()
        self._publish_reports()

    def _open_device(self) -> SpeakerDevice:
        device = self._provider.make(self.settings.provider, self.settings)
        if isinstance(device, SimulatedSpeaker):
            device.follow(self.time)
            self._simulated = device
        self.post(self.healed, 'speaker_lost')
        return device

    def settings_changed(self) -> None:
        """Unplug a simulated speaker; one that is plugged in again is opened by the player."""
        own = self.settings.of_provider(self.settings.provider, SimulatedSpeakerSettings)
        if self._simulated is not None:
            self._simulated.present = own.present

    @subscribes(events.AUDIO_OUTPUT)
    def on_audio(self, frame: AudioFrame) -> None:
        """Queue a frame."""
        if frame.sample_rate != self.settings.sample_rate:
            raise EventRuleError(
                f'audio/output: {frame.sample_rate} Hz, allowed is {self.settings.sample_rate}'
            )
        if self._player.full:
            raise TellableError(
                f'more than {MOST_WAITING_S:.0f} s of sound or {MOST_WAITING} utterances wait'
            )
        if frame.sequence == 0:
            self._expect(frame.stream_id)
        self._player.feed(frame.stream_id, np.frombuffer(frame.samples, np.int16), frame.last)

    @subscribes(events.EARCON)
    def on_earcon(self, request: Earcon) -> None:
        """Queue an earcon."""
        sound = self._earcons.get(request.earcon)
        if sound is None:
            known = ', '.join(sorted(self._earcons))
            self.fault('earcon_unknown', f'no earcon {request.earcon!r}; there are {known}')
            sound = np.empty(0, np.int16)  # a node that waits for its end must not wait forever
        name = request.utterance_id or f'{UNREPORTED}{self._earcons_played}'
        self._earcons_played += 1
        if name not in self._causes:
            self._expect(name)
        self._player.feed(name, sound, last=True)

    def _expect(self, utterance_id: str) -> None:
        """Remember the cause of an utterance, and since when it is on its way to the device."""
        self._keep_to_ceiling()  # it may be night since the last one
        if not self._causes:  # otherwise it waits for the end of another
            self._fed[utterance_id] = timing.handed_over()
        self._causes[utterance_id] = tracing.current()

    @subscribes(events.STOP_SPEAKING)
    def on_stop(self, stop: StopSpeaking) -> None:
        """Fall silent at once."""
        self._player.interrupt()

    @subscribes(events.USER_SPEECH)
    def on_user_speech(self, speech: UserSpeech) -> None:
        """Fall silent when a person starts to speak."""
        if speech.kind == UserSpeech.STARTED:
            self._player.interrupt()

    @subscribes(events.VOLUME)
    def on_volume(self, volume: Volume) -> None:
        """Change the volume."""
        self._wanted_volume = 0.0 if volume.muted else volume.level
        self._keep_to_ceiling()

    def _keep_to_ceiling(self) -> None:
        """Be as loud as wanted, and no louder than a parent allows now, whoever wants it."""
        now = datetime.fromtimestamp(self.now_s(), timezone.utc).astimezone()
        loudest = self.parent_file.limits.loudest(now)
        self._volume.level = min(self._wanted_volume, loudest)

    def _publish_played(
        self, utterance_id: str, samples: NDArray[np.int16], now: Time, in_s: float
    ) -> None:
        if not self.is_active:
            return
        stamp = (now + Duration(seconds=in_s)).to_msg()
        self.audio_played.at(stamp)(
            stream_id=utterance_id,
            sequence=self._played,
            sample_rate=self.settings.sample_rate,
            channels=1,
            samples=array.array('h', samples.tobytes()),
        )
        self._played += 1

    def _report(self, utterance_id: str, kind: int, position_s: float = 0.0) -> None:
        """Pass a report on from the player's thread."""
        self._reports.put((utterance_id, kind, position_s))
        self.post(self._publish_reports)

    def _publish_reports(self) -> None:
        while not self._reports.empty():
            utterance_id, kind, position_s = self._reports.get()
            cause = self._causes.pop(utterance_id, None)
            fed = self._fed.pop(utterance_id, None)
            if utterance_id.startswith(UNREPORTED):
                continue
            with timing.measured(fed.resumed() if fed else Timing.now()):
                published = self.audio_playback.caused_by(cause)(
                    kind=kind,
                    utterance_id=utterance_id,
                    position_s=position_s,
                )
            if kind == PlaybackEvent.STARTED:
                self._causes[utterance_id] = published
