"""The conversation node: replies to what no activity understands."""

import random
import uuid
from contextlib import closing
from typing import Annotated

import numpy as np
from phoenix_msgs.msg import (
    CapabilityStatus,
    ConversationEvent,
    ConversationRequest,
    Fault,
    Slot,
)

from phoenix_core import events
from phoenix_core.node.declarations import Publishes, subscribes
from phoenix_core.node.event_node import EventNode
from phoenix_core.node.execution import run
from phoenix_core.settings.node_settings import ProviderSettings, SeededSettings, setting
from phoenix_core.settings.provider import Provider, ProviderGroup
from phoenix_core.telemetry import tracing
from phoenix_core.telemetry.tracing import TraceContext
from phoenix_speech.conversation.chat_models import (
    ChatModel,
    ChatModelError,
    LocalChatModel,
    OpenAIChatModel,
)
from phoenix_speech.conversation.reply import Persona, ReplyAction, ReplyEngine, ReplySentence
from phoenix_speech.conversation.scripted_chat import ScriptedChat

CHAT_MODELS: ProviderGroup['ConversationSettings', ChatModel] = ProviderGroup(
    'phoenix.chat_models'
)


class ConversationSettings(SeededSettings):
    """Settings of the conversation node. A server's key is taken from OPENAI_API_KEY alone."""

    providers: Annotated[list[str], CHAT_MODELS] = setting(
        ['scripted'], 'Chat models, best first: entry points of their group, e.g. openai.'
    )
    first_sentence_s: float = setting(
        4.0, 'A model without a sentence by then is given up [s].', gt=0, le=60
    )
    total_s: float = setting(20.0, 'A reply takes at most so long to make [s].', gt=0, le=300)


class Conversation(EventNode):
    """Makes a reply on the worker thread and sends each sentence to the voice as it is ready."""

    conversation = Publishes(events.CONVERSATION)
    say_request = Publishes(events.SAY_REQUEST)
    activity_request = Publishes(events.ACTIVITY_REQUEST)
    settings: ConversationSettings

    def configure(self) -> None:
        """Read the persona and make the chat models."""
        settings = self.settings
        self._engine = ReplyEngine(
            [CHAT_MODELS.make(name, settings) for name in settings.providers],
            persona(settings),
            first_sentence_s=settings.first_sentence_s,
            total_s=settings.total_s,
            on_failure=lambda name, reason: self.post(self._model_failed, name, reason),
        )
        self._newest = 0  # replies are numbered: what an older one still sends is dropped
        self._replying: TraceContext | None = None  # to whom

    def deactivate(self) -> None:
        """End the reply under way."""
        self._cancel()

    def cleanup(self) -> None:
        """Free the chat models."""
        self._engine.close()

    @subscribes(events.CONVERSATION_REQUEST)
    def on_request(self, request: ConversationRequest) -> None:
        """Begin a reply, or cancel the one under way; both end the one before."""
        self._cancel()
        if request.kind == ConversationRequest.REPLY:
            self._replying = tracing.current()
            self.conversation(kind=ConversationEvent.STARTING)
            known = {slot.name: slot.value for slot in request.known}
            self.in_background(self._reply, request.text, known, self._newest)

    def _cancel(self) -> None:
        self._newest += 1
        self._engine.cancel()
        if self._replying is not None:
            self.conversation.caused_by(self._replying)(kind=ConversationEvent.ENDED)
            self._replying = None

    def _reply(self, text: str, known: dict[str, str], number: int) -> None:
        if number != self._newest:
            return
        try:
            with closing(self._engine.reply(text, known)) as parts:
                for part in self.by_model(parts):
                    tell = self._act if isinstance(part, ReplyAction) else self._tell
                    self.post(tell, part, number)
        except ChatModelError as error:
            self.post(self.fault, 'conversation_failed', str(error), impairs=CapabilityStatus.LOST)
        self.post(self._end, number)

    def _tell(self, sentence: ReplySentence, number: int) -> None:
        if number != self._newest:
            return
        self.healed('conversation_failed')
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

    def _act(self, action: ReplyAction, number: int) -> None:
        """Ask for an activity; it begins when the reply has been said."""
        if number == self._newest:
            slots = [Slot(name=name, value=value) for name, value in action.slots.items()]
            self.activity_request(activity=action.activity, slots=slots)

    def _end(self, number: int) -> None:
        if number == self._newest:
            self._replying = None
            self.conversation(kind=ConversationEvent.ENDED)

    def _model_failed(self, name: str, reason: str) -> None:
        self.fault(
            'chat_model_failed',
            f'{name}: {reason}',
            severity=Fault.WARNING,
            tried='asks the next one',
            self_healing=True,
            impairs=CapabilityStatus.DEGRADED,
        )


def persona(settings: ConversationSettings) -> Persona:
    """Read who replies."""
    return Persona.load(settings.config_path / settings.language / 'persona.yaml')


class OpenAISettings(ProviderSettings):
    """Settings of the client of an OpenAI-compatible server."""

    base_url: str = setting('http://127.0.0.1:11434/v1', 'Address of the server.', machine=True)
    model: str = setting('llama3.2', 'Name of the model on the server.', machine=True)


def _openai(settings: ConversationSettings, own: OpenAISettings) -> ChatModel:
    return OpenAIChatModel(
        base_url=own.base_url,
        model=own.model,
        timeout_s=settings.total_s,
        tools=persona(settings).tools,
    )


def _local(settings: ConversationSettings, own: ProviderSettings) -> ChatModel:
    return LocalChatModel(chance=np.random.default_rng(settings.seed))


def _scripted(settings: ConversationSettings, own: ProviderSettings) -> ChatModel:
    path = settings.config_path / settings.language / 'scripted_replies.yaml'
    return ScriptedChat(path, chance=random.Random(settings.seed))


OPENAI = Provider(_openai, OpenAISettings)
LOCAL = Provider(_local)
SCRIPTED = Provider(_scripted)


def main() -> None:
    """Run the node alone."""
    raise SystemExit(run([Conversation]))
