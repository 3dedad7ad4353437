"""The conversation node: replies to what no activity understands."""

import uuid
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial

from phoenix_msgs.msg import (
    CapabilityStatus,
    ConversationEvent,
    ConversationRequest,
    Fault,
    Slot,
)

from phoenix_core import events
from phoenix_core.events.short_text import PURPOSE_WORDS, short_text
from phoenix_core.limits.announced import Announced
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.storage.toy_file import ToyFile
from phoenix_speech.conversation.allowed_models import AllowedModels
from phoenix_speech.conversation.chat_model import ChatModelError
from phoenix_speech.conversation.foreign_tools import ForeignTools
from phoenix_speech.conversation.house import House
from phoenix_speech.conversation.persona import Persona
from phoenix_speech.conversation.providers.openai import OpenAIChatModel, OpenAISettings
from phoenix_speech.conversation.reply import ReplyAction, ReplyEngine, SpokenSentence
from phoenix_speech.conversation.reply_task import ReplyLoop, ReplyTask
from phoenix_speech.conversation.settings import (
    CHAT_MODELS,
    TOOL_SOURCES,
    ConversationSettings,
)
from phoenix_speech.safety.installed import safety_folder, safety_numbers
from phoenix_speech.safety.slot_guard import refused_slot
from phoenix_speech.safety.speech_guard import JUDGE_LIMIT_S, SpeechGuard
from phoenix_speech.sentences import SpeechRules

HOUSE_SHARE = 0.9  # of the deadline of a model: the house is late, but does not fail


class Conversation(EventNode):
    """Makes one reply at a time, and sends each sentence to the voice once it is complete."""

    conversation = Publishes(events.CONVERSATION)
    say_request = Publishes(events.SAY_REQUEST)
    activity_request = Publishes(events.ACTIVITY_REQUEST)
    house_request = Publishes(events.HOUSE_REQUEST)
    settings: ConversationSettings

    def configure(self) -> None:
        """Read the guard and the persona, and make the chat models."""
        settings = self.settings
        words = settings.config_path / settings.language
        self._guard = SpeechGuard.load(
            safety_folder(settings.language), safety_numbers(settings).all()
        )
        self._house = House(
            self.house_request,
            lambda: bool(self.count_publishers(events.HOUSE_REPLY.topic)),
            self.post,
            limit_s=HOUSE_SHARE * settings.first_sentence_s,
        )
        self._models = {name: CHAT_MODELS.make(name, settings) for name in settings.providers}
        self._engine = ReplyEngine(
            [self._house, *self._models.values()],
            Persona.load(words / 'persona.yaml'),
            SpeechRules.load(settings.config_path, settings.language),
            first_sentence_s=settings.first_sentence_s,
            total_s=settings.total_s,
            on_failure=partial(self.post, self._model_failed),
            allowed=AllowedModels(
                self.parent_file,
                Announced(ToyFile.ANNOUNCED.path(self.environ, self.get_namespace())),
            ),
            on_refusal=partial(self.post, self._model_refused),
            is_fit=lambda sentence: self._guard.judge(sentence, JUDGE_LIMIT_S).allowed,
            foreign_tools=ForeignTools(
                [
                    TOOL_SOURCES.make(name, settings)
                    for name in filter(None, settings.tool_sources)
                ],
                Neighbors.of(self.environ, self.get_namespace()),
                partial(self.post, self._tool_failed),
            ),
        )
        self._forgotten = self.parent_file.forgotten
        self._refused: set[str] = set()  # models of which that was reported
        self._loop = ReplyLoop()
        self._reply: ReplyTask | None = None  # the one under way; others are no longer heard

    def settings_changed(self) -> None:
        """Cut a server off, or let it be asked again."""
        for name, model in self._models.items():
            if isinstance(model, OpenAIChatModel):
                model.is_cut = self.settings.of_provider(name, OpenAISettings).cut

    def deactivate(self) -> None:
        """End the reply under way."""
        self._cancel()

    def cleanup(self) -> None:
        """Close the chat models."""
        self._loop.close(self._engine.close())

    @subscribes(events.CONVERSATION_REQUEST)
    def on_request(self, request: ConversationRequest) -> None:
        """Begin a reply, or cancel the one under way; both end the previous one."""
        self._cancel()
        if self._forgotten != self.parent_file.forgotten:
            self._forgotten = self.parent_file.forgotten
            self.in_background(self._engine.forget)
        if request.kind == ConversationRequest.REPLY:
            known = {slot.name: slot.value for slot in request.known}
            self._reply = ReplyTask(self._loop, partial(self._make_reply, request.text, known))
            self.conversation(kind=ConversationEvent.STARTING)
            self.in_background(self._reply.run_reply)

    @subscribes(events.HOUSE_REPLY)
    def on_house_reply(self, reply: ConversationEvent) -> None:
        """Receive what the house answers."""
        self._house.on_reply(reply)

    def _cancel(self) -> None:
        if self._reply is not None:
            reply, self._reply = self._reply, None
            reply.cancel()
            self.conversation.caused_by(reply.cause)(kind=ConversationEvent.ENDED)

    async def _make_reply(self, text: str, told: dict[str, str], reply: ReplyTask) -> None:
        """Post each part of a reply to the executor's thread."""
        known = {slot: one for slot, one in told.items() if self._is_fit({slot: one})}
        try:
            async with aclosing(self._engine.reply(text, known)) as parts:
                while True:
                    with self.model_time():
                        part = await anext(parts, None)
                    if part is None:
                        break
                    if not isinstance(part, ReplyAction):
                        self.post(self._say, part, reply)
                    elif self._is_fit(part.slots):
                        self.post(self._act, part, reply)
                    else:
                        self.post(self._tool_refused)
        except ChatModelError as error:
            self.post(self.fault, 'conversation_failed', str(error), impairs=CapabilityStatus.LOST)
        self.post(self._end, reply)

    def _is_fit(self, slots: Mapping[str, str]) -> bool:
        """Return whether values are of a few words each that the toy may say."""
        short = all(short_text(value, PURPOSE_WORDS) or not value for value in slots.values())
        return short and refused_slot(self._guard, slots) is None

    def _say(self, sentence: SpokenSentence, reply: ReplyTask) -> None:
        if reply is not self._reply:
            return
        self.healed('conversation_failed')
        self._refused.discard(sentence.model_name)
        if sentence.model_name == self.settings.providers[0]:
            self.healed('chat_model_failed')
        utterance = uuid.uuid4().hex
        self.conversation(
            kind=ConversationEvent.SENTENCE,
            provider=sentence.model_name,
            text=sentence.text,
            utterance_id=utterance,
        )
        self.say_request(utterance_id=utterance, text=sentence.text)

    def _act(self, action: ReplyAction, reply: ReplyTask) -> None:
        """Ask for an activity; it begins when the reply has been said."""
        if reply is self._reply:
            slots = [Slot(name=name, value=value) for name, value in action.slots.items()]
            self.activity_request(activity=action.activity, slots=slots)

    def _end(self, reply: ReplyTask) -> None:
        if reply is self._reply:
            self._reply = None
            self.conversation(kind=ConversationEvent.ENDED)

    def _model_refused(self, name: str) -> None:
        if name not in self._refused:
            self._refused.add(name)
            self.fault(
                'chat_model_not_allowed',
                f'{name}: a parent does not allow it',
                severity=Fault.WARNING,
                tried='asks the next one',
            )

    def _tool_refused(self) -> None:
        self.fault(
            'tool_refused',
            'a model asks for an activity with words that are not for the toy to say',
            severity=Fault.WARNING,
            tried='goes on without it',
            self_healing=True,
        )

    def _tool_failed(self, name: str, why: str) -> None:
        tried = 'tells the model so'
        self.fault('tool_failed', f'{name}: {why}', severity=Fault.WARNING, tried=tried)

    def _model_failed(self, name: str, reason: str) -> None:
        self.fault(
            'chat_model_failed',
            f'{name}: {reason}',
            severity=Fault.WARNING,
            tried='asks the next one',
            self_healing=True,
            impairs=CapabilityStatus.OK if name == House.name else CapabilityStatus.DEGRADED,
        )
