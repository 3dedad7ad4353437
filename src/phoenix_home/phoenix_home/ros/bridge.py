"""
The bridge to robots: speech and intents as ROS4HRI (REP-155) has them, and sound.

The packages of these messages come with ROS (apt-get install ros-jazzy-hri-msgs
ros-jazzy-hri-actions-msgs ros-jazzy-audio-common-msgs); they are imported where they are used.
"""

import importlib
from collections.abc import Callable
from typing import Any

from phoenix_msgs.msg import AudioFrame, Fault, IntentDetected, ListeningEvent, Slot, Transcript
from rclpy.qos import QoSProfile

from phoenix_core import events
from phoenix_core.clock.allowance import Allowance
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.telemetry.timing import Timing
from phoenix_home.neighbor_node import NeighborNode
from phoenix_home.ros import foreign
from phoenix_home.ros.foreign import ActivityWish, ForeignError, SayWish
from phoenix_home.ros.sound_publisher import DEPTH, LATCHED, SoundPublisher

ROBOT = 'ros_bridge'  # the name by which a parent allows that robots get what is said
MOST_PER_S = 5


class RosBridgeSettings(NodeSettings):
    """Settings of the bridge; an empty topic switches off what goes over it."""

    voice: str = setting('phoenix', 'Identifier of who speaks to the toy, as REP-155 has it.')
    speech_topic: str = setting(
        '/humans/voices/phoenix/speech', 'hri_msgs/LiveSpeech: what is said to the toy.'
    )
    tracked_topic: str = setting(
        '/humans/voices/tracked', 'hri_msgs/IdsList: the identifier of who speaks.'
    )
    intents_topic: str = setting(
        '/intents', 'hri_actions_msgs/Intent: what the toy has understood.'
    )
    audio_topic: str = setting(
        '',
        'audio_common_msgs/AudioStamped, or AudioDataStamped: what the open ear hears; nothing '
        'while it is closed.',
    )
    requests_topic: str = setting(
        '', 'hri_actions_msgs/Intent: what others ask of the toy: to say, or to start an activity.'
    )


class RosBridge(NeighborNode):
    """Sends what is said to the toy, if a parent allows it, and takes requests."""

    activity_request = Publishes(events.ACTIVITY_REQUEST)
    settings: RosBridgeSettings

    def configure(self) -> None:
        """
        Make the publishers and the subscription.

        :raises ValueError: a package of messages is not installed.
        """
        self.neighbors.ask(ROBOT, 'robots in the ROS graph get what is said to the toy')
        settings = self.settings
        self._locale = foreign.locale(settings.language, settings.country)
        self._speech = self._publisher('hri_msgs', 'LiveSpeech', settings.speech_topic)
        self._tracked = self._publisher('hri_msgs', 'IdsList', settings.tracked_topic, LATCHED)
        self._intents = self._publisher('hri_actions_msgs', 'Intent', settings.intents_topic)
        self._audio = None
        if topic := settings.audio_topic:
            self._audio = SoundPublisher(self, _messages('audio_common_msgs', topic), topic)
        self._requests = None
        if settings.requests_topic:
            self._requests = self.create_subscription(
                _messages('hri_actions_msgs', settings.requests_topic).Intent,
                settings.requests_topic,
                self._requested,
                DEPTH,
            )

    def activate(self) -> None:
        """Publish who is there to be heard."""
        self._hears = False
        self._allowance = Allowance(MOST_PER_S, self.time.now_s)
        if self._tracked is not None:
            self._tracked.publish(ids=[self.settings.voice])

    def cleanup(self) -> None:
        """Destroy the publishers and the subscription."""
        for publisher in filter(None, (self._speech, self._tracked, self._intents)):
            self.destroy_publisher(publisher.publisher)
        if self._audio is not None:
            self._audio.destroy()
        if self._requests is not None:
            self.destroy_subscription(self._requests)

    # Out.

    @subscribes(events.TRANSCRIPT)
    def on_transcript(self, transcript: Transcript) -> None:
        """Send words, so far and whole."""
        if self._speech is not None and self.neighbors.allows(ROBOT):
            stamp = transcript.header.stamp
            self._speech.publish(stamp, **foreign.live_speech(transcript, self._locale))

    @subscribes(events.INTENT_DETECTED)
    def on_intent(self, intent: IntentDetected) -> None:
        """Send what was understood."""
        if self._intents is not None and self.neighbors.allows(ROBOT):
            self._intents.publish(**foreign.intent(intent, self._locale))

    @subscribes(events.LISTENING)
    def on_listening(self, event: ListeningEvent) -> None:
        """Note whether the ear is open, which its light shows."""
        self._hears = event.kind == ListeningEvent.OPENED

    @subscribes(events.AUDIO_INPUT)
    def on_audio(self, frame: AudioFrame) -> None:
        """Send sound while the ear is open."""
        if self._audio is not None and self._hears and self.neighbors.allows(ROBOT):
            self._audio.publish(frame)

    # In.

    def _requested(self, intent: Any) -> None:
        if self.is_active:
            self.isolated(self.on_request, None, Timing.now(), intent)

    def on_request(self, intent: Any) -> None:
        """Do what another node asks, or refuse it."""
        if not self._allowance.take():
            self._refuse('asks too often')
            return
        try:
            wish = foreign.wish(intent.intent, intent.data)
        except ForeignError as error:
            self._refuse(str(error))
            return
        match wish:
            case SayWish(text=text):
                self.say(text, ended=lambda outcome, position_s: None)
            case ActivityWish(activity=activity, slots=slots):
                self.activity_request(
                    activity=activity,
                    slots=[Slot(name=name, value=value) for name, value in slots.items()],
                )

    def _refuse(self, why: str) -> None:
        self.fault('request_refused', why, severity=Fault.WARNING, tried='ignores the request')

    def _publisher(
        self, package: str, name: str, topic: str, qos: QoSProfile | int = DEPTH
    ) -> '_Publisher | None':
        if not topic:
            return None
        kind = getattr(_messages(package, topic), name)
        return _Publisher(self.create_publisher(kind, topic, qos), kind)


class _Publisher:
    """Publishes messages of another package, of which older versions have fewer fields."""

    def __init__(self, publisher: Any, kind: Callable[..., Any]) -> None:
        self.publisher = publisher
        self.kind = kind

    def publish(self, stamp: Any = None, **fields: Any) -> None:
        message = self.kind()
        known = message.get_fields_and_field_types()
        for name, value in fields.items():
            if name in known:
                setattr(message, name, value)
        if stamp is not None:
            message.header.stamp = stamp
        self.publisher.publish(message)


def _messages(package: str, topic: str) -> Any:
    """
    Import the messages of a package.

    :raises ValueError: the package is not installed.
    """
    try:
        return importlib.import_module(f'{package}.msg')
    except ImportError as error:
        raise ValueError(
            f'{topic} needs {package}, which is not installed: apt-get install '
            f'ros-jazzy-{package.replace("_", "-")}, or make the topic empty'
        ) from error
