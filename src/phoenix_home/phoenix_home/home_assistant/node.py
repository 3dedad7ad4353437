"""The Home Assistant node: the toy as a device at home, which may be asked what it cannot do."""

import asyncio
import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import (
    ActivityState,
    AudioFrame,
    CapabilityStatus,
    ConversationEvent,
    ConversationRequest,
    Fault,
    IntentDetected,
    MicrophoneMute,
    Slot,
    SystemStatus,
    TouchEvent,
    UserSpeech,
    Volume,
    WakeWordDetected,
)
from sensor_msgs.msg import BatteryState
from std_msgs.msg import ColorRGBA

from phoenix_core import events
from phoenix_core.clock.allowance import Allowance
from phoenix_core.clock.backoff import Backoff
from phoenix_core.clock.units import nanoseconds
from phoenix_core.events.event_type import EventType
from phoenix_core.limits.neighbors import ASSIST
from phoenix_core.node.declarations import Publishes, observes, subscribes
from phoenix_core.settings import secrets
from phoenix_core.telemetry import tracing
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_home.event_loop import EventLoop
from phoenix_home.home_assistant import entities
from phoenix_home.home_assistant.assist import Answer, Question
from phoenix_home.home_assistant.device import Device
from phoenix_home.home_assistant.entities import Lamp
from phoenix_home.home_assistant.frames import key_of
from phoenix_home.home_assistant.heard_sound import HeardSound
from phoenix_home.home_assistant.settings import HomeAssistantSettings
from phoenix_home.home_assistant.words import HouseWords
from phoenix_home.neighbor_node import NeighborNode
from phoenix_home.utterances import Outcome

HOME_ASSISTANT = 'home_assistant'  # the name by which a parent allows it; ASSIST to hear as well
OPEN_S = 5.0
SAMPLE_RATE = 16000  # that Assist wants
RETRY_S, LONGEST_RETRY_S = 10.0, 300.0  # a house that fails is left alone for so long
RINGS_PER_S, RINGS_AT_ONCE = 0.2, 5.0
SHOWN = 'solid'  # the animation of a light that is on
STATES = (
    *(events.ACTIVITY_STATE, events.SYSTEM_STATUS, events.VOLUME),
    *(events.MICROPHONE_MUTE, events.BATTERY, events.TOUCH),
)


class HomeAssistant(NeighborNode):
    """
    Tells its states to Home Assistant, and does what that asks, in the terms of Toy.

    What people say goes there if a parent allows that, too: what has passed the care check, and
    the toy itself does not understand. Attributes: port, while it is active.
    """

    house_reply = Publishes(events.HOUSE_REPLY)
    led_command = Publishes(events.LED_COMMAND)
    activity_request = Publishes(events.ACTIVITY_REQUEST)
    settings: HomeAssistantSettings

    def configure(self) -> None:
        """
        Read the key and the words.

        :raises ValueError: it is none.
        """
        settings = self.settings
        self._words = HouseWords.load(settings.config_path / settings.language)
        self.neighbors.ask(
            HOME_ASSISTANT,
            'sees touches, battery, volume and activity; announces, lights and rings',
        )
        self.neighbors.ask(
            ASSIST,
            'hears what the toy itself does not understand, answers, and asks who is there',
        )
        key = secrets.from_file(Path(settings.key_file)) if settings.key_file else ''
        name = f'{socket.gethostname()}{self.get_namespace()}'
        digest = hashlib.sha256(name.encode()).digest()
        local = bytes([digest[0] & 0xFC | 2, *digest[1:6]])  # of no manufacturer
        mac = ':'.join(f'{byte:02X}' for byte in local)
        self._device = Device(self, name=settings.title, mac=mac, key=key_of(key))

    def activate(self) -> None:
        """Open the port."""
        self._loop = EventLoop('home assistant')
        serving = self._device.serve(self.settings.host, self.settings.port)
        self._server: asyncio.Server = self._loop.submit(serving).result(OPEN_S)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._tell(entities.LIGHT, Lamp())
        self._sound = HeardSound()
        self._rests = False  # as far as is known
        self._wake = '', ''  # the phrase that was heard last, and the interaction
        self._question: Question | None = None
        self._pauses = Backoff(RETRY_S, LONGEST_RETRY_S)
        self._asks_again_s = self.time.now_s()
        self._rings = Allowance(RINGS_PER_S, self.time.now_s, at_once=RINGS_AT_ONCE)

    def deactivate(self) -> None:
        """Close the port, and send all clients away."""
        super().deactivate()
        self._leave()
        self._sound.forget()
        self._server.get_loop().call_soon_threadsafe(self._server.close)
        self._loop.close()

    @observes(STATES)
    def on_state(self, event: EventType, message: Any) -> None:
        """Publish what the toy does, and how it is."""
        if not self.is_active:
            return
        match message:
            case ActivityState():
                self._rests = message.activity == 'idle'
                self._tell(entities.ACTIVITY, message.activity)
            case SystemStatus():
                bad = [
                    one.capability
                    for one in message.capabilities
                    if one.level in (CapabilityStatus.DEGRADED, CapabilityStatus.LOST)
                ]
                self._tell(entities.HEALTH, ', '.join(bad) or 'all well')
            case Volume():
                self._tell(entities.VOLUME, message.level * 100)
                self._tell(entities.SILENT, message.muted)
            case MicrophoneMute():
                self._tell(entities.MUTED, message.muted)
            case BatteryState():
                self._tell(entities.BATTERY, message.percentage * 100)
            case TouchEvent():
                self._tell(entities.TOUCHED, message.kind == TouchEvent.TOUCHED)

    def _tell(self, key: int, value: Any) -> None:
        self._loop.call(self._device.tell, key, value)

    # Assist.

    @subscribes(events.AUDIO_INPUT)
    def on_audio(self, frame: AudioFrame) -> None:
        """Keep the sound for a moment, while somebody is there who may ask for it."""
        if self._device.assist.is_there and frame.sample_rate == SAMPLE_RATE:
            self._sound.add(nanoseconds(frame.header.stamp), frame.samples.tobytes())

    @subscribes(events.USER_SPEECH)
    def on_speech(self, speech: UserSpeech) -> None:
        """Note when somebody spoke."""
        header = speech.header
        self._sound.on_speech(speech.kind, nanoseconds(header.stamp), header.trace_id)

    @subscribes(events.INTENT_DETECTED)
    def on_intent(self, intent: IntentDetected) -> None:
        """Note how what was said was judged: what is to be answered with care stays here."""
        self._sound.on_judged(intent.header.trace_id, intent.name != IntentDetected.CARE)

    @subscribes(events.WAKE_WORD_DETECTED)
    def on_wake_word(self, wake: WakeWordDetected) -> None:
        """Note by which words the toy was called."""
        self._wake = wake.phrase.replace('_', ' '), wake.header.trace_id

    @subscribes(events.HOUSE_REQUEST)
    def on_house_request(self, request: ConversationRequest) -> None:
        """Ask Assist, or leave the question under way; both end the one before."""
        self._leave()
        if request.kind == ConversationRequest.REPLY:
            self._ask(request.header.trace_id)

    def _ask(self, trace_id: str) -> None:
        sound = self._sound.of(trace_id)  # none of what was typed
        waits = self.time.now_s() < self._asks_again_s
        allowed = self.allows() and self.neighbors.allows(ASSIST)
        if not sound or waits or not allowed:
            self._reply('')
            return
        cause = tracing.current()

        def answered(answer: Answer) -> None:
            with tracing.caused_by(cause):
                self.post(self._answered, question, answer)

        phrase, woken = self._wake
        question = Question(sound, phrase if woken == trace_id else '', answered)
        self._question = question
        self._limit_answer = self.after(self.settings.limit_s, lambda: self._late(question))
        self._loop.call(self._device.assist.ask, question)

    def _answered(self, question: Question, answer: Answer) -> None:
        if question is not self._question:
            return
        self._question = None
        self._limit_answer.cancel()
        if answer.problem:
            self._fail('house_failed', f'Assist: {answer.problem}')
        else:
            self._pauses.reset()
        text = answer.text or (self._words.done if answer.done else '')
        self._reply('' if self._words.declined(text) else text)

    def _late(self, question: Question) -> None:
        if question is self._question:
            self._leave()
            self._fail('house_late', f'Assist: no answer within {self.settings.limit_s:g} s')
            self._reply('')

    def _fail(self, code: str, why: str) -> None:
        self._asks_again_s = self.time.now_s() + self._pauses.next_s()
        tried = 'answers by itself'
        self.fault(code, why, severity=Fault.WARNING, tried=tried, self_healing=True)

    def _leave(self) -> None:
        """Wait no longer for an answer; without effect if there is no question."""
        if self._question is not None:
            self._question = None
            self._limit_answer.cancel()
            self._loop.call(self._device.assist.leave)

    def _reply(self, text: str) -> None:
        """Answer the request that is being handled; an empty text: the toy is to answer."""
        if text:
            kind = ConversationEvent.SENTENCE
            self.house_reply(kind=kind, provider=HOME_ASSISTANT, text=text)
        self.house_reply(kind=ConversationEvent.ENDED, provider=HOME_ASSISTANT)

    # Toy, on the event loop of the device.

    def allows(self) -> bool:
        """Return whether a parent allows it now."""
        return self.neighbors.allows(HOME_ASSISTANT)

    def announce(self, text: str, ended: Callable[[bool], object], *, asks: bool) -> None:
        """
        Say a text, and tell whether it was said to its end.

        What asks is followed by an open ear if the toy rests and its attention is not over: the
        house has no more of it than the toy itself.
        """

        def done(outcome: Outcome, position_s: float) -> None:
            self._loop.call(ended, outcome is Outcome.SPOKEN)
            spoken = asks and outcome is Outcome.SPOKEN
            if spoken and self._rests and self.neighbors.allows(ASSIST):
                self.activity_request(activity='conversation')

        def begin() -> None:
            if self.say(text, ended=done) is None:
                done(Outcome.SILENT, 0.0)

        self._begin(begin)

    def set_volume(self, percent: float) -> None:
        """Set how loud it speaks, within a parent's limits."""
        level = Slot(name='level', value=f'{percent:.0f}')
        self._begin(self.activity_request, activity='volume', slots=[level])

    def set_silent(self, silent: bool) -> None:
        """Mute its voice, or no longer."""
        muted = Slot(name='muted', value='yes' if silent else 'no')
        self._begin(self.activity_request, activity='volume', slots=[muted])

    def ring(self, name: str) -> None:
        """Ring as for a timer of its own, which a touch or a word stops."""
        if self._rings.take():
            slots = [Slot(name='what', value=name)] if name else []
            self._begin(self.activity_request, activity='alarm', slots=slots)

    def show(self, lamp: Lamp) -> None:
        """Light while the toy rests, or stop that."""
        self._begin(
            self.led_command,
            animation=SHOWN if lamp.on else '',
            color=ColorRGBA(r=lamp.red, g=lamp.green, b=lamp.blue, a=1.0),
            brightness=lamp.brightness,
            duration_s=0.0,
        )

    def _begin(self, act: Callable[..., object], **fields: Any) -> None:
        """Do what the house asks, each in an interaction of its own."""
        with tracing.caused_by(TraceContext.root()):
            self.post(act, **fields)
